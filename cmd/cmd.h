/* cmd - the front end of all commands: options, help, messages, status. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CMD_H
#define BAL_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "reconcile/pass.h"

/* Exit status of every command; documented in man/exit.inc. */
enum cmd_status {
	CMD_DONE = 0, /* done, or: yes */
	CMD_NO = 1,   /* the answer is no */
	CMD_USAGE = 64,
	CMD_UNAVAILABLE = 69,
	CMD_SYSTEM = 71,
	CMD_BUSY = 75,
	CMD_NO_PRIVILEGE = 77,
	CMD_CONFIG = 78,
};

/* Values of the common options. */
struct cmd_common {
	const char *conf; /* -c, or NULL */
	bool dry_run;     /* -n */
	bool verbose;     /* -v */
	bool quiet;       /* -q */
	bool strict;      /* --strict: fail in a hook, too */
	bool conf_anyway; /* go on when bal.conf is wrong, see cmd.goes_on */
};

/* An option of one command; the common ones are in every command. */
struct cmd_opt {
	char letter; /* 0: only the long form */
	const char *name, *arg, *help; /* @arg NULL: a flag */
	/*
	 * Store @value in the command's own structure @ctx.  0, or -1 with
	 * @err: the command ends with 64.
	 */
	int (*set)(const struct cmd_opt *opt, void *ctx, const char *value,
		   struct bal_err *err);
	size_t at; /* a bool, const char * or uint32_t there, as set() says */
	uint32_t least, most; /* of a number */
};

/* The end of a row: what is stored at @member of struct @type, and how. */
#define CMD_FLAG(type, member) \
	.set = cmd_set_flag, .at = offsetof(struct type, member)
#define CMD_TEXT(type, member) \
	.set = cmd_set_text, .at = offsetof(struct type, member)
#define CMD_NUMBER(type, member, min, max)                         \
	.set = cmd_set_number, .at = offsetof(struct type, member), \
	.least = (min), .most = (max)
#define CMD_MS(type, member, min, max)                         \
	.set = cmd_set_ms, .at = offsetof(struct type, member), \
	.least = (min), .most = (max)

/* These four are for the macros above; the text is borrowed. */
int cmd_set_flag(const struct cmd_opt *opt, void *ctx, const char *value,
		 struct bal_err *err);
int cmd_set_text(const struct cmd_opt *opt, void *ctx, const char *value,
		 struct bal_err *err);
int cmd_set_number(const struct cmd_opt *opt, void *ctx, const char *value,
		   struct bal_err *err);
int cmd_set_ms(const struct cmd_opt *opt, void *ctx, const char *value,
	       struct bal_err *err);

struct cmd {
	const char *name, *brief, *args; /* "bal-up", what it does, "[DEV]" */
	const struct cmd_opt *opts;      /* ends with .name NULL; or NULL */
	int max_args;
	bool openvpn_args; /* takes OpenVPN's script arguments */
	bool runs_command; /* options end where operands begin */
	bool changes;      /* has -n */
	/*
	 * A mistake in bal.conf stops no hook, whatever the command: nothing
	 * there can fix it, and the uplink may be the only one.  With @goes_on
	 * it does not stop this command, by whatever it is called.  (Another
	 * file, by -c, stops both.)
	 */
	bool goes_on;
	/*
	 * Do the work: a CMD_... status, or -1 with @err.  @argv[0] is the
	 * first operand.
	 */
	int (*run)(void *ctx, const struct cmd_common *common, int argc,
		   char **argv, struct bal_err *err);
};

/*
 * Parse options, run, report; returns the exit status.  A bad option ends with
 * 64 before run() is called.  Called from a hook (see hook.h) every failure is
 * reported and the status is 0, unless --strict: a failing `up` line would
 * leave an interface half configured, a failing `up` script end OpenVPN.
 */
int cmd_main(const struct cmd *cmd, void *ctx, int argc, char **argv);

/*
 * Open @pass by @common: configuration and netlink; -n and -v print to stdout.
 * 0, or -1 with @err; bal_pass_fini() in any case.
 */
int cmd_pass(struct bal_pass *pass, const struct cmd_common *common,
	     struct bal_err *err);

/*
 * bal_pass_fini(); returns @rc, or -1 with the mistake in bal.conf that the
 * command went on with.
 */
int cmd_end_pass(struct bal_pass *pass, int rc, struct bal_err *err);

/* Restore the signals that cmd_main() ignores, before an exec. */
void cmd_restore_signals(void);

/*
 * A hook without privilege leaves @intent for root to carry out: 1 when that is
 * done, 0 when the caller may carry it out itself, -1 with @err.
 */
int cmd_leave_request(const struct bal_intent *intent,
		      const struct cmd_common *common, struct bal_err *err);

/*
 * Carry out @intent, behind what others have requested before; as a part of the
 * trial where bal-try runs us.  0, or -1 with @err.
 */
int cmd_change(struct bal_pass *pass, const struct bal_intent *intent,
	       struct bal_err *err);

#endif
