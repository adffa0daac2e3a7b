/* paths - where files are, and how they are read and written. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PATHS_H
#define BAL_PATHS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define BAL_PATH_MAX 256

/* Every path that bal uses. */
struct bal_paths {
	char conf[BAL_PATH_MAX];       /* BAL_CONF, SYSCONFDIR/bal/bal.conf */
	char conf_parts[BAL_PATH_MAX]; /* CONF.d, a directory of more */
	bool conf_given;	       /* by -c or BAL_CONF: it must exist */
	char rundir[BAL_PATH_MAX];     /* BAL_RUNDIR, /run/bal */
	char state[BAL_PATH_MAX];      /* RUNDIR/state */
	char reported[BAL_PATH_MAX];       /* RUNDIR/reported: see struct bal_pass */
	char lock[BAL_PATH_MAX];       /* RUNDIR/lock */
	char requests[BAL_PATH_MAX];   /* RUNDIR/requests, a directory */
	char rt_dir[BAL_PATH_MAX];     /* BAL_RT_DIR, /etc/iproute2 */
	char saved_mode[BAL_PATH_MAX]; /* BAL_LIBDIR, /var/lib/bal, /mode */
	char saved_balance[BAL_PATH_MAX]; /* .../balance */
	char seed[BAL_PATH_MAX];	  /* .../seed, of balance = session */
	char spent[BAL_PATH_MAX];      /* and /spent */
	char usage[BAL_PATH_MAX];      /* and /usage */
	char capacity[BAL_PATH_MAX];   /* and /capacity */
	char revive[BAL_PATH_MAX];     /* and /revive */
	char trial[BAL_PATH_MAX];      /* and /try, a directory */
	/*
	 * and /bal.conf; "" for a configuration of one command only (-c), or of
	 * one shell: BAL_CONF without a BAL_LIBDIR that goes with it.
	 */
	char last_good[BAL_PATH_MAX];
	char journal[BAL_PATH_MAX];    /* RUNDIR/journal */
	char revive_order[BAL_PATH_MAX]; /* RUNDIR/revive */
	/* BAL_EVENT_DIR, SYSCONFDIR/bal/event.d */
	char event_dir[BAL_PATH_MAX];
};

/*
 * Fill in @paths: @conf_option (-c) or the environment or what was built in.
 * The environment is ignored (secure_getenv) when the program runs with more
 * privilege than its caller.  BAL_EUSAGE for a path that is too long.
 */
int bal_paths_init(struct bal_paths *paths, const char *conf_option,
		   struct bal_err *err);

/* Make the directory @path and those above it, mode 0755 whatever the umask. */
int bal_make_dir(const char *path, struct bal_err *err);

/*
 * -1 with BAL_ECONF and the way to fix it: users other than root and this one
 * may write @path, a file or directory, unless it is sticky.  A missing one is
 * no failure.
 */
int bal_check_private(const char *path, struct bal_err *err);

/*
 * Make the run directory, which no other user may write: bal_check_private().
 */
int bal_make_run_dir(const struct bal_paths *paths, struct bal_err *err);

/*
 * Make the directory that the file @path is to be in, as bal_make_dir() does.
 */
int bal_make_dir_of(const char *path, struct bal_err *err);

/* open() with O_CLOEXEC, again where a signal ended it; -1 with errno. */
int bal_open(const char *path, int flags, unsigned mode);

/*
 * The whole content of @path: malloc()ed, with a NUL behind its @len bytes.
 * Refuses what is neither a regular file nor a character device, and more than
 * @max bytes (BAL_ECONF); errno is in @err->sys, ENOENT for no such file.
 */
int bal_read_file(const char *path, size_t max, char **text, size_t *len,
		  struct bal_err *err);

/*
 * A file that we keep beside the state, as bal_read_file().  1: it is in *@text.
 * 0: there is none, or another type of file or a larger one, which is not ours.
 * -1: it cannot be read.
 */
int bal_read_kept(const char *path, size_t max, char **text,
		  struct bal_err *err);

/*
 * Write all @len bytes of @text to @fd, again where a signal interrupts; -1
 * with errno.
 */
int bal_write_all(int fd, const char *text, size_t len);

/*
 * May a file of ours replace @path?  Yes where there is nothing, a regular
 * file, or a link, which is replaced itself; -1 with BAL_ECONF for a device,
 * fifo, socket or directory.
 */
int bal_check_replaceable(const char *path, struct bal_err *err);

/*
 * Write @len bytes of @text as the whole content of @path, if
 * bal_check_replaceable() allows it: temporary file beside it, mode @mode,
 * fsync, rename.  The owner of an existing file is kept where permitted.  On
 * failure the old content stays and no temporary file is left.
 */
int bal_write_file(const char *path, const char *text, size_t len,
		   unsigned mode, struct bal_err *err);

#endif
