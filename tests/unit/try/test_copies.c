// SPDX-License-Identifier: GPL-2.0-or-later
/* test_copies - the record of a trial, and the files that it puts back. */
#include "../files.h"

#include <string.h>
#include <sys/sysmacros.h>

#include "base/boot.h"
#include "try/internal.h"

static struct bal_paths paths;

static int
make(void **state)
{
	int rc = make_directory(state);

	memset(&paths, 0, sizeof(paths));
	snprintf(paths.trial, sizeof(paths.trial), "%s/try", directory);
	snprintf(paths.rundir, sizeof(paths.rundir), "%s", directory);
	snprintf(paths.lock, sizeof(paths.lock), "%s/lock", directory);
	snprintf(paths.state, sizeof(paths.state), "%s/state", directory);
	snprintf(paths.saved_mode, sizeof(paths.saved_mode), "%s/mode", directory);
	snprintf(paths.conf, sizeof(paths.conf), "%s/conf", directory);
	return rc || mkdir(paths.trial, 0755);
}

static void
save(const char *name)
{
	struct bal_err err;

	assert_int_equal(bal_try_save(&paths, name, paths.conf, &err), 0);
}

static int
put_back(struct bal_try_left *left)
{
	struct bal_err err;

	memset(left, 0, sizeof(*left));
	return bal_try_put_back(&paths, "conf", "conf.after", paths.conf, left,
				&err);
}

static void
what_the_trial_left_is_put_back(void **state)
{
	struct bal_try_left left;

	(void)state;
	put_text(paths.conf, "old");
	save("conf");
	put_text(paths.conf, "new");
	save("conf.after");
	assert_int_equal(put_back(&left), 0);
	assert_text(paths.conf, "old");
	assert_string_equal(left.text, "");
	/* Once: others may change it while the rest waits. */
	put_text(paths.conf, "new");
	assert_int_equal(put_back(&left), 0);
	assert_text(paths.conf, "new");
}

static void
what_others_changed_since_is_left(void **state)
{
	struct bal_try_left left;

	(void)state;
	put_text(paths.conf, "old");
	save("conf");
	put_text(paths.conf, "new");
	save("conf.after");
	put_text(paths.conf, "theirs");
	assert_int_equal(put_back(&left), 0);
	assert_text(paths.conf, "theirs");
	assert_non_null(strstr(left.text, "stays"));
	assert_non_null(strstr(warnings, "stays as it is"));
}

static void
a_file_that_was_not_there_is_removed(void **state)
{
	struct bal_try_left left;

	(void)state;
	save("conf");
	put_text(paths.conf, "new");
	save("conf.after");
	assert_int_equal(put_back(&left), 0);
	assert_int_equal(access(paths.conf, F_OK), -1);
}

static void
a_file_whose_copy_is_lost_stays(void **state)
{
	struct bal_try_left left;

	(void)state;
	put_text(paths.conf, "old");
	save("conf");
	put_text(paths.conf, "new");
	save("conf.after");
	assert_int_equal(unlink(bal_try_file(&paths, "conf").s), 0);
	assert_int_equal(put_back(&left), -1);
	assert_text(paths.conf, "new");
}

static void
write_record(struct bal_try *t)
{
	struct bal_err err;

	memset(t, 0, sizeof(*t));
	assert_int_equal(bal_try_make_id(t->id, &err), 0);
	bal_boot_id(t->boot, sizeof(t->boot));
	t->until_ms = UINT64_MAX / 2;
	memcpy(t->conf, paths.conf, sizeof(t->conf));
	assert_int_equal(bal_try_write(&paths, t, &err), 0);
}

/* Wherever it is cut, and whatever stands there: it is kept, with the copies. */
static void
a_damaged_record_reverts_nothing(void **state)
{
	const struct bal_try_path record = bal_try_file(&paths, "record");
	struct bal_try t;
	struct bal_err err;
	char *text;
	size_t len;

	(void)state;
	put_text(paths.conf, "new");
	write_record(&t);
	save("conf");
	assert_int_equal(bal_try_read(&paths, &t, &err), 1);
	assert_int_equal(bal_read_file(record.s, 4096, &text, &len, &err), 0);
	for (size_t n = 0; n + 1 < len; n++) {
		assert_int_equal(bal_write_file(record.s, text, n, 0600, &err),
				 0);
		assert_int_equal(bal_try_read(&paths, &t, &err), -1);
		assert_int_equal(err.kind, BAL_ECONF);
	}
	assert_int_equal(bal_try_restore(&paths, NULL, "x", 1000, &err), -1);
	assert_true(bal_try_overdue(&paths));
	assert_false(bal_try_expire(&paths, 1000));
	assert_non_null(strstr(warnings, "is damaged"));
	assert_text(paths.conf, "new");
	assert_true(bal_try_has(&paths, "conf"));
	free(text);
}

static void
one_trial_leaves_anothers_record_alone(void **state)
{
	struct bal_session console = { .console = true };
	struct bal_try other = { .id = "0123456789abcdef" }, t;
	struct bal_err err;

	(void)state;
	write_record(&t);
	assert_int_equal(bal_try_made(&paths, 5000, &other, &err), -1);
	assert_int_equal(err.kind, BAL_EBUSY);
	assert_int_equal(bal_try_made(&paths, 5000, &t, &err), 0);
	assert_int_equal(bal_try_restore(&paths, other.id, "x", 1000, &err), 0);
	assert_int_equal(bal_try_keep(&paths, other.id, &console, &err), 1);
	assert_int_equal(bal_try_read(&paths, &other, &err), 1);
	assert_int_equal(bal_try_keep(&paths, t.id, &console, &err), 0);
	assert_int_equal(bal_try_read(&paths, &other, &err), 0);
}

static void
its_time_begins_when_it_is_made(void **state)
{
	struct bal_try t;
	struct bal_err err;
	uint64_t now;

	(void)state;
	write_record(&t);
	now = bal_now_ms();
	assert_int_equal(bal_try_made(&paths, 5000, &t, &err), 0);
	assert_in_range(t.made_ms, now, now + 4000);
	assert_int_equal(t.until_ms, t.made_ms + 5000);
	/* Too late: never kept. */
	write_record(&t);
	t.until_ms = now;
	assert_int_equal(bal_try_write(&paths, &t, &err), 0);
	assert_int_equal(bal_try_made(&paths, 5000, &t, &err), -1);
	assert_int_equal(bal_try_read(&paths, &t, &err), 1);
	assert_int_equal(t.made_ms, 0);
}

/*
 * A device would be replaced for all the box.  A fifo could not even be copied;
 * this one, in our own directory, can.
 */
static void
only_a_regular_file_is_replaced(void **state)
{
	const struct bal_conf conf = bal_conf_empty();
	struct bal_err err;
	struct bal_try t;
	struct stat st;

	(void)state;
	/* As /dev/null is; not everywhere may we make one. */
	if (mknod(paths.conf, S_IFCHR | 0600, makedev(1, 3)))
		skip();
	assert_int_equal(bal_try_begin(&paths, &conf, &t, &err), -1);
	assert_int_equal(err.kind, BAL_ECONF);
	assert_int_equal(stat(paths.conf, &st), 0);
	assert_true(S_ISCHR(st.st_mode));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, make, remove_directory)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_the_trial_left_is_put_back),
		TEST(what_others_changed_since_is_left),
		TEST(a_file_that_was_not_there_is_removed),
		TEST(a_file_whose_copy_is_lost_stays),
		TEST(a_damaged_record_reverts_nothing),
		TEST(one_trial_leaves_anothers_record_alone),
		TEST(its_time_begins_when_it_is_made),
		TEST(only_a_regular_file_is_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
