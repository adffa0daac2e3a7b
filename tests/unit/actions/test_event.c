// SPDX-License-Identifier: GPL-2.0-or-later
/* test_event - what is said of an event, and which programs are run for it. */
#include "../files.h"

#include "actions/event.h"

#define LIMIT_MS 1234

static const struct bal_event example = {
	.kind = BAL_EVENT_DEAD,
	.uplink = "eth2",
	.reason = "no answer from 9.9.9.9",
	.before = "alive",
	.lasted_ms = 312999,
	.at = 1795521600,
	.mode = "multi",
};

/* In place of the runner's: what would be run, one line each. */
static char queued[4096];
static char environment[1024];
static char command[4096]; /* its words, a space behind each */
static bool as_units;
static int refuse;

static void
join(char *buf, size_t size, char *const words[], const char *end)
{
	*buf = '\0';
	for (size_t i = 0; words[i]; i++) {
		size_t used = strlen(buf);

		snprintf(buf + used, size - used, "%s%s", words[i], end);
	}
}

int
bal_runner_add(struct bal_runner *runner, const char *name,
	       char *const argv[], char *const envp[], uint32_t limit_ms,
	       struct bal_err *err)
{
	size_t used = strlen(queued);

	assert_null(runner);
	join(command, sizeof(command), argv, " ");
	assert_int_equal(limit_ms, LIMIT_MS);
	if (refuse)
		return bal_err_nomem(err);
	snprintf(queued + used, sizeof(queued) - used, "%s\n", name);
	join(environment, sizeof(environment), envp, "\n");
	return 0;
}

static int
make_event_directory(void **state)
{
	*queued = *environment = '\0';
	as_units = false;
	refuse = 0;
	return make_directory(state);
}

static int
run(const struct bal_event *e, const char *dir, struct bal_err *err)
{
	const struct bal_event_how how = { .dir = dir,
					   .limit_ms = LIMIT_MS,
					   .as_units = as_units };

	*queued = '\0';
	return bal_event_run(e, &how, NULL, err);
}

static void
must_run(const struct bal_event *e)
{
	struct bal_err err = { 0 };

	if (run(e, directory, &err) < 0)
		fail_msg("%s", err.msg);
}

static void
put_program(const char *name, mode_t mode)
{
	put_text(in_directory(name), "#!/bin/sh\n");
	assert_int_equal(chmod(in_directory(name), mode), 0);
}

static void
test_names(void **state)
{
	static const char *const all[] = { "up",       "down", "alive",
					   "degraded", "dead", "cap_75",
					   "cap_95",   "cap_100",
					   "ipv6_dead", "ipv6_alive",
					   "revive", "tunnel_restarted",
					   "mode", "all-dead", "last_resort",
					   "balance", "online",
					   "conf_wrong", "conf_right" };
	enum bal_event_kind kind = BAL_EVENT_MODE;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_string_equal(bal_event_name((enum bal_event_kind)i),
				    all[i]);
		assert_true(bal_event_parse(all[i], &kind));
		assert_int_equal(kind, i);
	}
	kind = BAL_EVENT_MODE;
	assert_false(bal_event_parse("unknown", &kind));
	assert_false(bal_event_parse("", &kind));
	assert_int_equal(kind, BAL_EVENT_MODE);
}

static void
test_one_line(void **state)
{
	static const struct {
		struct bal_event e;
		const char *text;
	} cases[] = {
		{ { .kind = BAL_EVENT_ALIVE,
		    .uplink = "eth2",
		    .before = "dead",
		    .lasted_ms = 6999 },
		  "eth2: alive, was dead for 6 s" },
		{ { .kind = BAL_EVENT_ALIVE,
		    .uplink = "eth2",
		    .before = "unknown",
		    .lasted_ms = 6999 },
		  "eth2: alive, was unknown" },
		{ { .kind = BAL_EVENT_UP, .uplink = "eth2" }, "eth2: up" },
		{ { .kind = BAL_EVENT_DOWN,
		    .uplink = "eth2",
		    .before = "alive" },
		  "eth2: down, was alive" },
		{ { .kind = BAL_EVENT_MODE,
		    .mode = "solo",
		    .before = "multi",
		    .lasted_ms = 1000 },
		  "mode solo, was multi for 1 s" },
		{ { .kind = BAL_EVENT_ALL_DEAD, .reason = "no carrier" },
		  "all uplinks are dead, no carrier" },
	};
	char buf[200];

	(void)state;
	assert_string_equal(bal_event_str(&example, buf, sizeof(buf)),
			    "eth2: dead, no answer from 9.9.9.9, was alive "
			    "for 312 s");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			bal_event_str(&cases[i].e, buf, sizeof(buf)),
			cases[i].text);
	assert_string_equal(bal_event_str(&example, buf, 6), "eth2:");
}

static void
test_which_and_in_what_order(void **state)
{
	static const char *const skipped[] = {
		"a.sh", "x~", ".hidden", "a b", "a.dpkg-new", "\xc3\xa9"
	};

	(void)state;
	put_program("b", 0755);
	put_program("a_b", 0500);
	put_program("Z", 0755);
	put_program("10-last", 0755);
	put_program("9", 0755);
	put_program("plain", 0644);
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		put_program(skipped[i], 0755);
	assert_int_equal(mkdir(in_directory("folder"), 0755), 0);
	assert_int_equal(mkfifo(in_directory("fifo"), 0755), 0);
	assert_int_equal(symlink("b", in_directory("link")), 0);
	assert_int_equal(symlink("nowhere", in_directory("dangling")), 0);
	must_run(&example);
	assert_string_equal(queued, "10-last\n9\nZ\na_b\nb\nlink\n");
	assert_string_equal(warnings, "");
}

static void
test_environment(void **state)
{
	struct bal_event e = { .kind = BAL_EVENT_MODE, .mode = "solo" };

	(void)state;
	put_program("a", 0755);
	must_run(&example);
	assert_int_equal(strncmp(command, directory, strlen(directory)), 0);
	assert_string_equal(command + strlen(directory), "/a ");
	assert_string_equal(
		environment,
		"BAL_EVENT=dead\n"
		"BAL_UPLINK=eth2\n"
		"BAL_REASON=no answer from 9.9.9.9\n"
		"BAL_PREVIOUS=alive\n"
		"BAL_DURATION=312\n"
		"BAL_MODE=multi\n"
		"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:"
		"/sbin:/bin\n"
		"HOME=/\n"
		"LANG=C\n");
	must_run(&e);
	assert_ptr_equal(strstr(environment, "BAL_EVENT=mode\n"
					     "BAL_UPLINK=\n"
					     "BAL_REASON=\n"
					     "BAL_PREVIOUS=\n"
					     "BAL_DURATION=\n"
					     "BAL_MODE=solo\n"),
			 environment);
}

static void
test_as_unit(void **state)
{
	static const char told[] =
		" --setenv BAL_EVENT=dead --setenv BAL_UPLINK=eth2 --setenv "
		"BAL_REASON=no answer from 9.9.9.9 --setenv BAL_PREVIOUS=alive ";
	char end[128], first[sizeof(command)];

	(void)state;
	put_program("mail", 0755);
	as_units = true;
	must_run(&example);
	assert_string_equal(queued, "mail\n");
	assert_ptr_equal(strstr(command, "systemd-run --quiet "), command);
	assert_non_null(strstr(command, " --unit=bal-event-mail-"));
	assert_non_null(strstr(command, told));
	snprintf(end, sizeof(end), " timeout --signal=KILL 1.234 %s/mail ",
		 directory);
	assert_string_equal(command + strlen(command) - strlen(end), end);
	/* Two at once have two names. */
	memcpy(first, command, sizeof(first));
	must_run(&example);
	assert_string_not_equal(command, first);
}

/* A line feed would be another header in somebody's mail. */
static void
test_environment_is_clean(void **state)
{
	struct bal_event e = example;

	(void)state;
	put_program("a", 0755);
	memset(e.reason, 'r', sizeof(e.reason) - 1);
	e.reason[3] = '\n';
	e.lasted_ms = UINT64_MAX;
	must_run(&e);
	assert_non_null(strstr(environment, "BAL_REASON=rrr?rrr"));
	assert_non_null(strstr(environment, "\nBAL_DURATION=18446744073709551"
					    "\n"));
	assert_int_equal(e.reason[3], '\n');
}

static void
test_others_can_write_it(void **state)
{
	(void)state;
	put_program("good", 0755);
	put_program("group", 0775);
	put_program("world", 0757);
	put_program("not-a-program", 0666);
	must_run(&example);
	assert_string_equal(queued, "good\n");
	assert_non_null(strstr(warnings, "/group is not run: others than its "
					 "owner can write it\n"));
	assert_non_null(strstr(warnings, "/world is not run: "));
	assert_null(strstr(warnings, "not-a-program"));
	*warnings = '\0';
	assert_int_equal(chmod(directory, 01777), 0);
	must_run(&example);
	assert_string_equal(queued, "");
	assert_non_null(strstr(warnings, "is not run: others than its owner"));
}

static void
test_owned_by_a_stranger(void **state)
{
	(void)state;
	if (geteuid())
		skip();
	put_program("good", 0755);
	put_program("theirs", 0755);
	assert_int_equal(chown(in_directory("theirs"), NOBODY, 0), 0);
	assert_int_equal(symlink("theirs", in_directory("link")), 0);
	must_run(&example);
	assert_string_equal(queued, "good\n");
	assert_non_null(strstr(warnings, "/theirs is not run: it belongs to "
					 "another user\n"));
	assert_non_null(strstr(warnings, "/link is not run: "));
	assert_int_equal(chown(directory, NOBODY, 0), 0);
	must_run(&example);
	assert_string_equal(queued, "");
}

static void
test_directory(void **state)
{
	struct bal_err err = { 0 };
	int rc;

	(void)state;
	assert_int_equal(run(&example, in_directory("none"), &err), 0);
	put_program("a", 0755);
	assert_int_equal(run(&example, in_directory("a"), &err), -1);
	assert_non_null(strstr(err.msg, in_directory("a")));
	refuse = 1;
	assert_int_equal(run(&example, directory, &err), -1);
	assert_int_equal(err.sys, ENOMEM);
	drop_root();
	rc = run(&example, "/proc/1/fd", &err);
	become_root();
	assert_int_equal(rc, -1);
	assert_int_equal(err.kind, BAL_EPERM);
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_event_directory, remove_directory)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_names),
		TEST(test_one_line),
		TEST(test_which_and_in_what_order),
		TEST(test_environment),
		TEST(test_as_unit),
		TEST(test_environment_is_clean),
		TEST(test_others_can_write_it),
		TEST(test_owned_by_a_stranger),
		TEST(test_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
