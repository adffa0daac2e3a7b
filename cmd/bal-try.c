// SPDX-License-Identifier: GPL-2.0-or-later
/* bal-try - makes a change that is reverted unless it is confirmed in time. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd.h"
#include "countdown.h"
#include "base/absolute.h"
#include "base/lines.h"
#include "base/run.h"
#include "base/text.h"
#include "try/try.h"
#include "state/read.h"
#include "reconcile/pass_internal.h"

#define FOR_MS 60000
#define FOR_MIN_MS 5000
#define FOR_MAX_MS 3600000

struct try {
	uint32_t for_ms;
	const char *file, *part;
	bool keep, watch;
};

static const struct cmd_opt opts[] = {
	{ 0, "for", "TIME", "to be confirmed within, 60s by default",
	  CMD_MS(try, for_ms, FOR_MIN_MS, FOR_MAX_MS) },
	{ 0, "conf", "FILE", "try FILE as the configuration",
	  CMD_TEXT(try, file) },
	{ 0, "part", "NAME", "FILE as bal.conf.d/NAME, not as bal.conf",
	  CMD_TEXT(try, part) },
	{ 0, "keep", NULL, "confirm, from a new connection",
	  CMD_FLAG(try, keep) },
	{ 0, "watch", NULL, "what bal-try starts: wait, and revert",
	  CMD_FLAG(try, watch) },
	{ .name = NULL },
};

/* Changes by other programs are not recorded, and could not be reverted. */
static bool
is_revertible(const char *path)
{
	static const char *const names[] = { "bal-mode", "bal-up", "bal-down" };
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* As run-parts(8) has it, and ifupdown: what a shell and a log show as it is. */
static bool
is_part(const char *name)
{
	static const char may[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				  "abcdefghijklmnopqrstuvwxyz0123456789._-";
	const size_t len = strlen(name);

	return name[0] != '.' && strspn(name, may) == len &&
	       len > strlen(".conf") &&
	       strcmp(name + len - strlen(".conf"), ".conf") == 0;
}

static int
check_words(const struct try *x, int argc, char **argv, struct bal_err *err)
{
	const int n = (argc > 0) + (x->file != NULL) + x->keep + x->watch;

	if (n == 0)
		return bal_err(err, BAL_EUSAGE, "which change?");
	if (n > 1)
		return bal_err(err, BAL_EUSAGE,
			       "one of a command, --conf and --keep");
	if (x->part && !x->file)
		return bal_err(err, BAL_EUSAGE, "--part is for --conf FILE");
	if (x->part && !is_part(x->part))
		return bal_err(err, BAL_EUSAGE,
			       "\"%.60s\" is no name for bal.conf.d: letters, "
			       "digits, . _ - and .conf",
			       x->part);
	if (argc && !is_revertible(argv[0]))
		return bal_err(err, BAL_EUSAGE,
			       "cannot revert what %.60s does: bal-mode, bal-up, "
			       "bal-down, or --conf FILE", argv[0]);
	return 0;
}

static int
keep(const struct bal_paths *paths, struct bal_err *err)
{
	struct bal_session by;
	char result[160];
	int rc = bal_session_find(&by, err);

	if (rc == 0)
		rc = bal_try_keep(paths, NULL, &by, err);
	if (rc <= 0)
		return rc;
	(void)bal_try_expire(paths, BAL_LOCK_WAIT_MS);
	bal_try_result(paths, result, sizeof(result));
	bal_warn("nothing is to be confirmed%s%s", result[0] ? "; the last was " : "",
		 result);
	return CMD_NO;
}

static int
fail_empty(const char *file, struct bal_err *err)
{
	return bal_err(err, BAL_ECONF,
		       "%s is empty; if that is meant, put a comment into it",
		       file);
}

/*
 * The file of --conf, read once.  BAL_ECONF for a mistake, or where it
 * contradicts the options that uplinks have: no pass could use it.
 */
static int
read_file(struct bal_conf *conf, const char *file,
	  const struct bal_paths *paths, struct bal_err *err)
{
	const struct bal_conf_files files = { .path = file,
					      .must_exist = true,
					      .parts = paths->conf_parts };
	struct bal_state state;
	int rc = bal_conf_read(conf, &files, err);

	if (rc < 0)
		return -1;
	/* Of a full disk, or a redirection of nothing. */
	if (!conf->len) {
		bal_conf_fini(conf);
		return fail_empty(file, err);
	}
	rc = bal_state_read(&state, paths->state, false, err);
	if (rc >= 0)
		rc = bal_pass_conf_agrees(conf, &state, err);
	bal_state_fini(&state);
	if (rc < 0)
		bal_conf_fini(conf);
	return rc < 0 ? -1 : 0;
}

static int
reconcile(const struct cmd_common *common, struct bal_err *err)
{
	struct bal_intent check = { .kind = BAL_INTENT_CHECK };
	struct bal_pass pass = { BAL_PASS_NONE };
	int rc = cmd_pass(&pass, common, err);

	if (rc == 0)
		rc = bal_try_run(&pass, &check, err);
	return cmd_end_pass(&pass, rc, err);
}

/* CMD_DONE, or the status of what failed; -1. */
static int
change(const struct bal_conf *conf, const struct cmd_common *common,
       const struct bal_paths *paths, const struct bal_try *t, char **argv,
       struct bal_err *err)
{
	if (conf) {
		bal_try_join(t->id);
		if (bal_try_install(paths, t->id, conf, err) < 0)
			return -1;
		return reconcile(common, err);
	}
	if (setenv(BAL_TRY_VARIABLE, t->id, 1))
		return bal_err_nomem(err);
	return bal_run_wait(argv, err);
}

static int
try(const struct try *x, const struct bal_conf *conf,
    const struct cmd_common *common, const struct bal_paths *paths, char **argv,
    struct bal_err *err)
{
	struct bal_err why;
	struct bal_try t;
	int rc;

	(void)bal_try_expire(paths, BAL_LOCK_WAIT_MS);
	if (bal_try_begin(paths, conf, &t, err) < 0)
		return -1;
	rc = bal_try_start_watch(paths, err);
	if (rc == 0)
		rc = change(conf, common, paths, &t, argv, err);
	if (rc == 0)
		rc = bal_try_made(paths, x->for_ms, &t, err);
	if (rc != 0 && bal_try_revert(paths, t.id, "it failed", &why) < 0)
		bal_warn("%s", why.msg);
	return rc ? rc : countdown(paths, &t, common->quiet, err);
}

/*
 * One file of the folder, in the place of bal.conf: the pass that follows reads
 * it with all others, and where it finds a mistake all is as it was.  The last
 * good configuration is of more than this file, and stays.
 */
static int
try_part(const struct try *x, const struct cmd_common *common,
	 const struct bal_paths *paths, char **argv, struct bal_err *err)
{
	struct bal_paths target = *paths;
	struct bal_conf conf = { 0 };
	int rc;

	target.last_good[0] = '\0';
	if ((size_t)snprintf(target.conf, sizeof(target.conf), "%.*s/%s",
			     BAL_PATH_MAX - 1, paths->conf_parts,
			     x->part) >= sizeof(target.conf))
		return bal_err_sys(err, ENAMETOOLONG, "%.60s", x->part);
	if (bal_make_dir(paths->conf_parts, err) < 0 ||
	    bal_read_file(x->file, BAL_INI_MAX, &conf.text, &conf.len, err) < 0)
		return -1;
	rc = conf.len ? try(x, &conf, common, &target, argv, err) :
			fail_empty(x->file, err);
	free(conf.text);
	return rc;
}

static int
begin(const struct try *x, const struct cmd_common *common,
      const struct bal_paths *paths, char **argv, struct bal_err *err)
{
	struct bal_conf conf;
	int rc;

	if (x->part)
		return try_part(x, common, paths, argv, err);
	if (!x->file)
		return try(x, NULL, common, paths, argv, err);
	if (read_file(&conf, x->file, paths, err) < 0)
		return -1;
	rc = try(x, &conf, common, paths, argv, err);
	bal_conf_fini(&conf);
	return rc;
}

static int
run(void *ctx, const struct cmd_common *given, int argc, char **argv,
    struct bal_err *err)
{
	struct cmd_common common = *given;
	const struct try *x = ctx;
	struct bal_paths paths;
	char conf[PATH_MAX];

	if (check_words(x, argc, argv, err) < 0 || bal_absolute_environment(err) < 0)
		return -1;
	if (common.conf && *common.conf) {
		if (bal_absolute(common.conf, conf, err) < 0)
			return -1;
		common.conf = conf;
	}
	if (bal_paths_init(&paths, common.conf, err) < 0)
		return -1;
	if (x->keep)
		return keep(&paths, err);
	if (!x->watch)
		return begin(x, &common, &paths, argv, err);
	bal_try_watch(&paths);
	return CMD_DONE;
}

int
main(int argc, char **argv)
{
	static const struct cmd cmd = {
		.name = "bal-try",
		.brief = "Make a change that is reverted unless it is confirmed "
			 "in time.",
		.args = "[COMMAND [ARG...]]",
		.opts = opts,
		.max_args = INT_MAX,
		.runs_command = true,
		.run = run,
	};
	struct try x = { .for_ms = FOR_MS };

	return cmd_main(&cmd, &x, argc, argv);
}
