// SPDX-License-Identifier: GPL-2.0-or-later
/* test_journal_file - the journal on disk: bounded, torn and damaged. */
#include "../journals.h"

static void
test_add_and_read(void **state)
{
	struct bal_err err = { 0 };
	struct bal_event e = numbered(3);
	mode_t old = umask(077);
	struct stat st;

	(void)state;
	read_back();
	assert_int_equal(n, 0);
	assert_int_equal(bal_journal_add(journal(), NULL, 0, &err), 0);
	assert_int_equal(count_entries(directory), 0);
	must_add(1, 2);
	umask(old);
	assert_int_equal(stat(journal(), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	e.boot_ms = 0;
	assert_int_equal(bal_journal_add(journal(), &e, 1, &err), 0);
	read_back();
	assert_int_equal(n, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(number_of(&events[i]), i + 1);
	assert_true(events[2].boot_ms > 0);
	assert_true(events[2].boot_ms <= bal_journal_now().boot_ms);
}

/* Wherever the last line ends: the next is whole, those before it too. */
static void
test_torn_line(void **state)
{
	size_t first, second;
	char *text;

	(void)state;
	must_add(1, 1);
	first = (size_t)size_of(journal());
	must_add(2, 1);
	second = (size_t)size_of(journal());
	text = get_text(journal());
	for (size_t len = first; len <= second; len++) {
		bool torn = len > first && len < second;
		size_t half = len >= second - strlen("number 2\n") && torn;

		put_bytes(journal(), text, len);
		read_back();
		assert_int_equal(n, len == second ? 2 : 1 + half);
		must_add(3, 1);
		read_back();
		assert_int_equal(n, len == second ? 3 : 2 + half);
		assert_string_equal(events[0].reason, "number 1");
		assert_string_equal(events[n - 1].reason, "number 3");
		assert_int_equal(is_whole(&events[1]), !half);
	}
	free(text);
}

/* Not a word of it can be believed. */
static void
test_nul_in_a_line(void **state)
{
	size_t len;
	char *text;

	(void)state;
	must_add(1, 1);
	len = (size_t)size_of(journal());
	text = get_text(journal());
	text[len - 3] = '\0';
	put_bytes(journal(), text, len);
	free(text);
	must_add(2, 1);
	read_back();
	assert_int_equal(n, 1);
	assert_int_equal(number_of(&events[0]), 2);
}

static void
test_damaged_lines(void **state)
{
	unsigned seed = 3;

	(void)state;
	for (unsigned round = 0; round < 300; round++) {
		size_t len;
		char *text;

		unlink(journal());
		must_add(1, 20);
		len = (size_t)size_of(journal());
		text = get_text(journal());
		for (unsigned i = 0; i < 5; i++)
			text[(size_t)rand_r(&seed) % len] = (char)rand_r(&seed);
		put_bytes(journal(), text, len);
		free(text);
		must_add(21, 1);
		read_back();
		/* Five lines at most, each merged with one more at most. */
		assert_in_range(n, 21 - 10, 21 + 5);
		for (size_t i = 0; i < n; i++)
			assert_int_equal(strlen(events[i].uplink) > 0, 1);
		assert_string_equal(events[n - 1].reason, "number 21");
	}
	put_bytes(journal(), "\0\0\0\n\n\nrubbish\n\n", 15);
	must_add(1, 1);
	read_back();
	assert_int_equal(n, 1);
}

static void
test_bounded(void **state)
{
	unsigned next = 1;

	(void)state;
	for (unsigned round = 0; round < 200; round++) {
		must_add(next, 50);
		next += 50;
		assert_true(size_of(journal()) <= BAL_JOURNAL_MAX);
	}
	read_back();
	/* The younger half at least, without a gap. */
	assert_true(size_of(journal()) > BAL_JOURNAL_MAX / 3);
	assert_true(n > 400);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(number_of(&events[i]), next - n + i);
	assert_int_equal(count_entries(directory), 1);
}

/* More at once than there is room for: the youngest stay. */
static void
test_more_than_all(void **state)
{
	(void)state;
	must_add(1, 10);
	must_add(11, 600); /* more than half */
	must_add(611, 600);
	read_back();
	assert_true(n >= 600);
	assert_int_equal(number_of(&events[n - 600]), 611);
	must_add(1211, 5000);
	assert_true(size_of(journal()) <= BAL_JOURNAL_MAX);
	read_back();
	assert_true(n > 800);
	assert_int_equal(number_of(&events[n - 1]), 6210);
}

/* A file of somebody else's making, as large as he likes. */
static void
test_huge_file(void **state)
{
	FILE *f = fopen(journal(), "w");

	(void)state;
	assert_non_null(f);
	for (unsigned i = 0; i < 400000; i++)
		fputs("all work and no play\n", f);
	fclose(f);
	read_back();
	assert_int_equal(n, 0);
	must_add(1, 1);
	read_back();
	assert_int_equal(n, 1);
	assert_true(size_of(journal()) <= BAL_JOURNAL_MAX);
}

static void
test_not_a_file(void **state)
{
	struct bal_err err = { 0 };

	(void)state;
	assert_int_equal(mkdir(journal(), 0755), 0);
	assert_int_equal(add(1, 1, &err), -1);
	assert_non_null(strstr(err.msg, journal()));
	assert_int_equal(rmdir(journal()), 0);
	assert_int_equal(mkfifo(journal(), 0600), 0);
	assert_int_equal(add(1, 1, &err), -1);
	assert_non_null(strstr(err.msg, "is not a regular file"));
	assert_int_equal(bal_journal_read(journal(), &events, &n, &err), -1);
	assert_int_equal(unlink(journal()), 0);
	assert_int_equal(symlink("elsewhere", journal()), 0);
	assert_int_equal(add(1, 1, &err), -1);
	assert_int_equal(err.sys, ELOOP);
	assert_int_equal(access(in_directory("elsewhere"), F_OK), -1);
}

/* Ordinary users look, and only that. */
static void
test_without_privilege(void **state)
{
	struct bal_err err = { 0 }, read_err = { 0 };
	int wrote, got;

	(void)state;
	must_add(1, 3);
	if (!geteuid())
		drop_root();
	else
		assert_int_equal(chmod(journal(), 0444), 0);
	wrote = add(4, 1, &err);
	got = bal_journal_read(journal(), &events, &n, &read_err);
	become_root();
	assert_int_equal(wrote, -1);
	assert_int_equal(err.kind, BAL_EPERM);
	assert_int_equal(got, 0);
	assert_int_equal(n, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_add_and_read),
		TEST(test_torn_line),
		TEST(test_nul_in_a_line),
		TEST(test_damaged_lines),
		TEST(test_bounded),
		TEST(test_more_than_all),
		TEST(test_huge_file),
		TEST(test_not_a_file),
		TEST(test_without_privilege),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
