/* error - one failure, carried from where it happened to the command. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_ERROR_H
#define BAL_ERROR_H

#define BAL_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum bal_errkind {
	BAL_EOK,
	BAL_EUSAGE,   /* the command line is wrong */
	BAL_EUNAVAIL, /* the system lacks something */
	BAL_ESYS,     /* a system call failed */
	BAL_EBUSY,    /* the lock is held, or the kernel's data kept changing */
	BAL_EPERM,    /* no privilege */
	BAL_ECONF,    /* a configuration is wrong */
};

/*
 * Zero state: { 0 }, nothing went wrong.  @msg has no newline and no program
 * name; a fixed buffer, so that reporting a failure cannot fail.  @sys is the
 * errno behind it, 0 where there is none.
 */
struct bal_err {
	enum bal_errkind kind;
	int sys;
	char msg[320];
};

/* Fill @err; returns -1, so that failing is one statement. */
int bal_err(struct bal_err *err, enum bal_errkind kind, const char *fmt, ...)
	BAL_PRINTF(3, 4);

/*
 * As bal_err(), with ": strerror(@eno)" behind it.  The kind follows from
 * @eno: EPERM and EACCES are BAL_EPERM, EOPNOTSUPP and the like BAL_EUNAVAIL,
 * everything else BAL_ESYS.  Returns -1.
 */
int bal_err_sys(struct bal_err *err, int eno, const char *fmt, ...)
	BAL_PRINTF(3, 4);

/* Put "fmt: " in front of the message that is there; returns -1. */
int bal_err_wrap(struct bal_err *err, const char *fmt, ...) BAL_PRINTF(2, 3);

/* For a failed allocation; returns -1. */
int bal_err_nomem(struct bal_err *err);

/*
 * The library itself never prints.  Messages go to the one sink that the
 * program sets; without a sink they are dropped.
 */
enum bal_say {
	BAL_SAY_EVENT, /* an uplink changed its health */
	BAL_SAY_WARN,
	BAL_SAY_FAULT, /* one of several errors that the command ends with */
};
typedef void bal_say_fn(void *arg, enum bal_say what, const char *msg);
/* Set the sink; @fn NULL: messages are dropped. */
void bal_say_sink(bal_say_fn *fn, void *arg);
/* @fmt has no newline. */
void bal_say(enum bal_say what, const char *fmt, ...) BAL_PRINTF(2, 3);
/* Where faults go in place of the sink; NULL: to the sink again. */
void bal_say_divert_faults(bal_say_fn *fn, void *arg);
#define bal_warn(...) bal_say(BAL_SAY_WARN, __VA_ARGS__)

#endif
