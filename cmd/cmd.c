// SPDX-License-Identifier: GPL-2.0-or-later
/* cmd - the front end that all commands share. */
#include "cmd.h"

#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"
#include "hook/hook.h"
#include "output.h"
#include "reconcile/request_file.h"
#include "reconcile/requests.h"
#include "try/try.h"

#define OPTIONS_MAX 24
#define READER_WAIT_MS 1000
#define LONG_ONLY 256 /* getopt values of options without a letter */

struct front {
	const struct cmd *cmd;
	void *ctx;
	struct cmd_common common;
	bool help, version;
	const struct cmd_opt *opts[OPTIONS_MAX];
	int n_opts;
	char letters[2 * OPTIONS_MAX + 3];
	struct option longs[OPTIONS_MAX + 1];
};

int
cmd_set_flag(const struct cmd_opt *opt, void *ctx, const char *value,
	     struct bal_err *err)
{
	(void)value;
	(void)err;
	*(bool *)((char *)ctx + opt->at) = true;
	return 0;
}

int
cmd_set_text(const struct cmd_opt *opt, void *ctx, const char *value,
	     struct bal_err *err)
{
	(void)err;
	*(const char **)((char *)ctx + opt->at) = value;
	return 0;
}

int
cmd_set_number(const struct cmd_opt *opt, void *ctx, const char *value,
	       struct bal_err *err)
{
	return bal_parse_u32(value, opt->least, opt->most,
			     (uint32_t *)((char *)ctx + opt->at), err);
}

int
cmd_set_ms(const struct cmd_opt *opt, void *ctx, const char *value,
	   struct bal_err *err)
{
	return bal_parse_ms(value, opt->least, opt->most,
			    (uint32_t *)((char *)ctx + opt->at), err);
}

static const struct cmd_opt dry_run_opt = {
	'n', "dry-run", NULL, "print what would be done, touch nothing",
	CMD_FLAG(front, common.dry_run)
};

static const struct cmd_opt common_opts[] = {
	{ 'c', "config", "FILE", "configuration (/etc/bal/bal.conf)",
	  CMD_TEXT(front, common.conf) },
	{ 'v', "verbose", NULL, "print what is done",
	  CMD_FLAG(front, common.verbose) },
	{ 'q', "quiet", NULL, "only errors", CMD_FLAG(front, common.quiet) },
	{ 0, "strict", NULL, "in a hook: fail when something fails",
	  CMD_FLAG(front, common.strict) },
	{ 'h', "help", NULL, "this help", CMD_FLAG(front, help) },
	{ 'V', "version", NULL, "version", CMD_FLAG(front, version) },
};
#define N_COMMON (sizeof(common_opts) / sizeof(common_opts[0]))

static bool
is_common(const struct cmd_opt *opt)
{
	return opt == &dry_run_opt ||
	       (opt >= common_opts && opt < common_opts + N_COMMON);
}

static void
add_option(struct front *f, const struct cmd_opt *opt)
{
	struct option *l = &f->longs[f->n_opts];
	size_t len = strlen(f->letters);

	l->name = opt->name;
	l->has_arg = opt->arg ? required_argument : no_argument;
	l->val = opt->letter ? opt->letter : LONG_ONLY + f->n_opts;
	if (opt->letter)
		snprintf(f->letters + len, sizeof(f->letters) - len, "%c%s",
			 opt->letter, opt->arg ? ":" : "");
	f->opts[f->n_opts++] = opt;
}

static void
collect_options(struct front *f)
{
	const struct cmd_opt *own = f->cmd->opts;

	/* ':' first: a missing value differs from an unknown option. */
	memcpy(f->letters, f->cmd->runs_command ? "+:" : ":",
	       f->cmd->runs_command ? 3 : 2);
	for (; own && own->name; own++)
		add_option(f, own);
	if (f->cmd->changes)
		add_option(f, &dry_run_opt);
	for (size_t i = 0; i < N_COMMON; i++)
		add_option(f, &common_opts[i]);
}

static void
print_help(const struct front *f)
{
	printf("usage: %s [options]%s%s\n%s\n\n", f->cmd->name,
	       f->cmd->args[0] ? " " : "", f->cmd->args, f->cmd->brief);
	for (int i = 0; i < f->n_opts; i++) {
		const struct cmd_opt *opt = f->opts[i];
		char left[40];

		snprintf(left, sizeof(left), "%c%c%s --%s%s%s",
			 opt->letter ? '-' : ' ',
			 opt->letter ? opt->letter : ' ',
			 opt->letter ? "," : " ", opt->name,
			 opt->arg ? " " : "", opt->arg ? opt->arg : "");
		printf("  %-24s %s\n", left, opt->help);
	}
	printf("\nSee man %s.\n", f->cmd->name);
}

static const struct cmd_opt *
find_option(const struct front *f, int value)
{
	for (int i = 0; i < f->n_opts; i++)
		if (f->longs[i].val == value)
			return f->opts[i];
	return NULL;
}

static int
parse_options(struct front *f, int argc, char **argv, struct bal_err *err)
{
	int c;

	opterr = 0;
	while ((c = getopt_long(argc, argv, f->letters, f->longs, NULL)) != -1) {
		const struct cmd_opt *opt = find_option(f, c);
		const char *word = argv[optind - 1];

		if (c == ':')
			return bal_err(err, BAL_EUSAGE,
				       "option \"%s\" needs a value", word);
		if (!opt && optopt && optopt < LONG_ONLY && word[1] != '-')
			return bal_err(err, BAL_EUSAGE, "unknown option \"-%c\"",
				       optopt);
		if (!opt)
			return bal_err(err, BAL_EUSAGE, "unknown option \"%s\"",
				       word);
		if (opt->set(opt, is_common(opt) ? f : f->ctx, optarg, err) < 0) {
			err->kind = BAL_EUSAGE;
			return bal_err_wrap(err, "--%s", opt->name);
		}
	}
	return 0;
}

static int
check_operands(const struct front *f, int argc, char **argv,
	       struct bal_err *err)
{
	if (argc <= f->cmd->max_args)
		return 0;
	if (f->cmd->openvpn_args &&
	    bal_hook_caller() == BAL_CALLER_OPENVPN &&
	    bal_hook_openvpn_args(argc, argv))
		return 0;
	return bal_err(err, BAL_EUSAGE, "unexpected argument \"%s\"",
		       argv[f->cmd->max_args]);
}

static int
status_of(enum bal_errkind kind)
{
	switch (kind) {
	case BAL_EOK:
		return CMD_DONE;
	case BAL_EUSAGE:
		return CMD_USAGE;
	case BAL_EUNAVAIL:
		return CMD_UNAVAILABLE;
	case BAL_ESYS:
		return CMD_SYSTEM;
	case BAL_EBUSY:
		return CMD_BUSY;
	case BAL_EPERM:
		return CMD_NO_PRIVILEGE;
	case BAL_ECONF:
		return CMD_CONFIG;
	}
	return CMD_SYSTEM;
}

/*
 * A pager or a logger that hangs on our output must not keep the lock from all
 * other commands: what happens is in the journal, too.
 */
static bool
is_read(void)
{
	static bool stuck;
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };

	stuck = poll(&out, 1, stuck ? 0 : READER_WAIT_MS) == 0;
	return !stuck;
}

static void
print_message(void *arg, enum bal_say what, const char *msg)
{
	const struct front *f = arg;

	/* Faults are printed before anything is locked, and each counts. */
	if (what == BAL_SAY_FAULT || (!f->common.quiet && is_read()))
		fprintf(stderr, "%s: %s\n", f->cmd->name, msg);
}

static int
print_about(const struct front *f)
{
	if (f->help)
		print_help(f);
	else
		printf("%s %s\n", f->cmd->name, PACKAGE_VERSION);
	return CMD_DONE;
}

/* Before anything is read: after a reboot, or where bal-try was killed. */
static void
revert_unconfirmed(const struct front *f)
{
	struct bal_paths paths;
	struct bal_err ignored;

	if (f->cmd->changes && !f->common.dry_run &&
	    bal_paths_init(&paths, f->common.conf, &ignored) == 0)
		(void)bal_try_expire(&paths, BAL_LOCK_WAIT_MS);
}

static int
parse_and_run(struct front *f, int argc, char **argv, struct bal_err *err)
{
	int status;

	collect_options(f);
	if (parse_options(f, argc, argv, err) < 0)
		return -1;
	argc -= optind;
	argv += optind;
	if (f->help || f->version)
		status = print_about(f);
	else if (check_operands(f, argc, argv, err) < 0)
		return -1;
	else {
		revert_unconfirmed(f);
		bal_try_join(NULL);
		status = f->cmd->run(f->ctx, &f->common, argc, argv, err);
	}
	if (fflush(stdout) != 0 && status >= 0)
		return bal_err(err, BAL_ESYS, "cannot write the output");
	return status;
}

/*
 * Wherever it stands: also after a wrong option, but not among another
 * program's.
 */
static bool
says_strict(const struct cmd *cmd, int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (strcmp(argv[i], "--strict") == 0)
			return true;
		if (cmd->runs_command && argv[i][0] != '-')
			break;
	}
	return false;
}

static const int ignored[] = { SIGPIPE, SIGXFSZ };
#define N_IGNORED (sizeof(ignored) / sizeof(ignored[0]))
static void (*before[N_IGNORED])(int);

/*
 * A closed descriptor 0 to 2 would be reused for the lock or the state, and a
 * message written into it.  A reader that went away, or a limit on file size,
 * must not end us half way: write() reports both.
 */
static void
make_sane(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		close(fd);
	for (size_t i = 0; i < N_IGNORED; i++)
		before[i] = signal(ignored[i], SIG_IGN);
}

void
cmd_restore_signals(void)
{
	for (size_t i = 0; i < N_IGNORED; i++)
		if (before[i] != SIG_ERR)
			signal(ignored[i], before[i]);
}

int
cmd_main(const struct cmd *cmd, void *ctx, int argc, char **argv)
{
	struct front f = { .cmd = cmd, .ctx = ctx };
	struct bal_err err = { 0 };
	int status;

	/* Before Linux 5.18 argc may be 0, and argv[1] the environment. */
	if (argc < 1)
		return CMD_USAGE;
	make_sane();
	cmd_clean_output();
	bal_say_sink(print_message, &f);
	f.common.conf_anyway = cmd->goes_on ||
			       bal_hook_caller() != BAL_CALLER_PERSON;
	f.common.strict = says_strict(cmd, argc, argv) || bal_hook_strict();
	status = parse_and_run(&f, argc, argv, &err);
	if (status < 0) {
		fprintf(stderr, "%s: %s\n", cmd->name, err.msg);
		status = status_of(err.kind);
		if (err.kind == BAL_EPERM && geteuid() != 0)
			fprintf(stderr, "%s: root is needed\n", cmd->name);
		if (err.kind == BAL_EUSAGE)
			fprintf(stderr, "%s: try %s --help\n", cmd->name,
				cmd->name);
	}
	if (status != CMD_DONE && !f.common.strict &&
	    bal_hook_caller() != BAL_CALLER_PERSON)
		status = CMD_DONE;
	return status;
}

int
cmd_pass(struct bal_pass *pass, const struct cmd_common *common,
	 struct bal_err *err)
{
	pass->session.dry_run = common->dry_run;
	pass->session.out = common->dry_run || common->verbose ? stdout : NULL;
	/* A dry run needs no privilege but for the iptables part. */
	pass->session.no_chains = common->dry_run && geteuid() != 0;
	pass->session.conf_anyway |= common->conf_anyway && !common->conf;
	return bal_pass_init(pass, common->conf, err);
}

int
cmd_end_pass(struct bal_pass *pass, int rc, struct bal_err *err)
{
	const struct bal_conf_trouble *trouble = &pass->in.trouble;

	if (trouble->faults) {
		if (rc < 0)
			bal_say(BAL_SAY_FAULT, "%s", err->msg);
		*err = trouble->why;
		snprintf(err->msg, sizeof(err->msg), "%.*s; %s",
			 (int)sizeof(err->msg) - 48, trouble->why.msg,
			 bal_conf_instead_text(trouble->instead));
		rc = -1;
	}
	bal_pass_fini(pass);
	return rc;
}

int
cmd_leave_request(const struct bal_intent *intent,
		  const struct cmd_common *common, struct bal_err *err)
{
	struct bal_request request = bal_request_of(intent);
	struct bal_paths paths;

	if (bal_paths_init(&paths, common->conf, err) < 0)
		return -1;
	if (common->dry_run || !bal_request_needed(&paths, intent->hook.caller))
		return 0;
	if (intent->options.has)
		bal_warn("%s: options count only where root gives them, as in "
			 "bal.conf",
			 intent->dev);
	return bal_request_leave(&paths, &request, err) < 0 ? -1 : 1;
}

int
cmd_change(struct bal_pass *pass, const struct bal_intent *intent,
	   struct bal_err *err)
{
	bool more;

	(void)bal_requests_run(pass, BAL_REQUESTS_MS, &more);
	return bal_try_run(pass, intent, err);
}
