// SPDX-License-Identifier: GPL-2.0-or-later
/* test_journal_full - the journal on a full disk, and killed. */
#include "../journals.h"

static int
enter_namespace(void **state)
{
	char uids[64], gids[64];
	int fd;

	(void)state;
	snprintf(uids, sizeof(uids), "0 %u 1", getuid());
	snprintf(gids, sizeof(gids), "0 %u 1", getgid());
	if (getuid()) {
		if (unshare(CLONE_NEWUSER))
			return 0;
		fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
		if (write(fd, uids, strlen(uids)) < 0)
			return -1;
		close(fd);
	}
	own_mounts = !unshare(CLONE_NEWNS) &&
		     !mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL);
	return 0;
}

static void
mount_disk(size_t size)
{
	char options[32];

	snprintf(options, sizeof(options), "size=%zu", size);
	if (!own_mounts || mount("none", directory, "tmpfs", 0, options)) {
		print_message("# skipped: no mount namespace\n");
		skip();
	}
}

/* One page: the line that does not fit leaves nothing of itself behind. */
static void
test_full_disk(void **state)
{
	struct bal_err err = { 0 };
	unsigned next = 1;
	char *before, *after;

	(void)state;
	mount_disk(PAGE);
	while (add(next, 1, &err) == 0)
		assert_true(++next < 100);
	assert_int_equal(err.sys, ENOSPC);
	assert_non_null(strstr(err.msg, journal()));
	/* It was written up to the end of the page, and taken back. */
	assert_true(size_of(journal()) < PAGE);
	before = get_text(journal());
	assert_int_equal(before[strlen(before) - 1], '\n');
	assert_int_equal(add(next, 5, &err), -1);
	after = get_text(journal());
	assert_string_equal(before, after);
	free(before);
	free(after);
	read_back();
	assert_int_equal(n, next - 1);
	/* There is room again. */
	assert_int_equal(
		mount("none", directory, "tmpfs", MS_REMOUNT, "size=8192"), 0);
	must_add(next, 1);
	read_back();
	assert_int_equal(n, next);
}

/* No room for the younger half beside the whole: all of it stays. */
static void
test_full_disk_when_it_is_cut(void **state)
{
	struct bal_err err = { 0 };
	unsigned next = 1;

	(void)state;
	mount_disk(BAL_JOURNAL_MAX + PAGE);
	while (add(next, 10, &err) == 0)
		assert_true((next += 10) < 5000);
	assert_int_equal(err.sys, ENOSPC);
	assert_non_null(strstr(err.msg, journal()));
	assert_int_equal(count_entries(directory), 1);
	read_back();
	assert_int_equal(n, next - 1);
	assert_int_equal(number_of(&events[0]), 1);
}

/* The limit of a file's size is a full disk as well. */
static void
test_file_size_limit(void **state)
{
	struct rlimit old, small;
	struct bal_err err = { 0 };
	int rc;

	(void)state;
	must_add(1, 2);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = old;
	small.rlim_cur = (rlim_t)size_of(journal()) + 20;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	rc = add(3, 1, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(rc, -1);
	assert_int_equal(err.sys, EFBIG);
	read_back();
	assert_int_equal(n, 2);
	must_add(3, 1);
	read_back();
	assert_int_equal(n, 3);
}

static void
nap_us(unsigned us)
{
	struct timespec ts = { .tv_nsec = (long)us * 1000 };

	nanosleep(&ts, NULL);
}

/* Adds until it is killed; @done is what it was told was written. */
static void
add_for_ever(volatile unsigned *done, unsigned next)
{
	struct bal_err err;

	for (;; next += 7) {
		if (add(next, 7, &err) < 0)
			_exit(1);
		*done = next + 6;
	}
}

/*
 * Killed anywhere, in the middle of a line or of being cut: what was written
 * is there, in order, without a gap, and the next is whole.
 */
static void
test_killed(void **state)
{
	unsigned *done = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	unsigned seed = 11, last;
	int status;
	pid_t pid;

	(void)state;
	assert_ptr_not_equal(done, MAP_FAILED);
	/* More where a busy machine lets few of them come to write at all. */
	for (unsigned round = 0; round < 100 || (*done <= 700 && round < 10000);
	     round++) {
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			add_for_ever(done, *done + 1);
		nap_us((unsigned)rand_r(&seed) % 5000);
		kill(pid, SIGKILL);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		read_back();
		last = 0;
		for (size_t i = 0; i < n; i++) {
			if (!is_whole(&events[i]))
				continue;
			if (last)
				assert_int_equal(number_of(&events[i]),
						 last + 1);
			last = number_of(&events[i]);
		}
		assert_in_range(last, *done, *done + 7);
		*done = last;
		if (last)
			assert_true(size_of(journal()) <= BAL_JOURNAL_MAX);
	}
	assert_true(*done > 700);
	munmap(done, PAGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_full_disk),
		TEST(test_full_disk_when_it_is_cut),
		TEST(test_file_size_limit),
		TEST(test_killed),
	};

	return cmocka_run_group_tests(tests, enter_namespace, NULL);
}
