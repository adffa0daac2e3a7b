// SPDX-License-Identifier: GPL-2.0-or-later
/* test_paths - where files are, and how they are read and written. */
#include "../files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

#include "base/paths.h"

static void
test_built_in(void **state)
{
	struct bal_err err = { 0 };
	struct bal_paths p;

	(void)state;
	unsetenv("BAL_CONF");
	unsetenv("BAL_RUNDIR");
	unsetenv("BAL_RT_DIR");
	unsetenv("BAL_EVENT_DIR");
	setenv("BAL_LIBDIR", "", 1); /* empty is unset */
	assert_int_equal(bal_paths_init(&p, NULL, &err), 0);
	assert_non_null(strstr(p.conf, "/bal/bal.conf"));
	assert_false(p.conf_given);
	assert_string_equal(p.rundir, "/run/bal");
	assert_string_equal(p.state, "/run/bal/state");
	assert_string_equal(p.lock, "/run/bal/lock");
	assert_string_equal(p.journal, "/run/bal/journal");
	assert_string_equal(p.rt_dir, "/etc/iproute2");
	assert_non_null(strstr(p.event_dir, "/bal/event.d"));
	assert_non_null(strstr(p.saved_mode, "/lib/bal/mode"));
	assert_non_null(strstr(p.last_good, "/lib/bal/bal.conf"));
}

/* What is right for one command or shell is not what was right for the box. */
static void
test_last_right(void **state)
{
	struct bal_err err = { 0 };
	struct bal_paths p;

	(void)state;
	setenv("BAL_CONF", "/a/conf", 1);
	setenv("BAL_LIBDIR", "", 1);
	assert_int_equal(bal_paths_init(&p, NULL, &err), 0);
	assert_string_equal(p.last_good, "");
	setenv("BAL_LIBDIR", "/a/lib", 1);
	assert_int_equal(bal_paths_init(&p, NULL, &err), 0);
	assert_string_equal(p.last_good, "/a/lib/bal.conf");
	assert_int_equal(bal_paths_init(&p, "other", &err), 0);
	assert_string_equal(p.last_good, "");
}

static void
test_environment_and_option(void **state)
{
	struct bal_err err = { 0 };
	struct bal_paths p;

	(void)state;
	setenv("BAL_CONF", "/a/conf", 1);
	setenv("BAL_RUNDIR", "/a/run", 1);
	setenv("BAL_RT_DIR", "/a/rt", 1);
	setenv("BAL_LIBDIR", "/a/lib", 1);
	setenv("BAL_EVENT_DIR", "/a/event.d", 1);
	assert_int_equal(bal_paths_init(&p, NULL, &err), 0);
	assert_string_equal(p.conf, "/a/conf");
	assert_true(p.conf_given);
	assert_string_equal(p.state, "/a/run/state");
	assert_string_equal(p.lock, "/a/run/lock");
	assert_string_equal(p.rt_dir, "/a/rt");
	assert_string_equal(p.saved_mode, "/a/lib/mode");
	assert_string_equal(p.journal, "/a/run/journal");
	assert_string_equal(p.event_dir, "/a/event.d");
	assert_int_equal(bal_paths_init(&p, "other", &err), 0);
	assert_string_equal(p.conf, "other");
	assert_true(p.conf_given);
}

static void
test_too_long(void **state)
{
	char longest[BAL_PATH_MAX + 1];
	struct bal_paths p, before;
	struct bal_err err = { 0 };

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	p = before;
	memset(longest, 'x', sizeof(longest));
	longest[BAL_PATH_MAX] = '\0';
	assert_int_equal(bal_paths_init(&p, longest, &err), -1);
	assert_int_equal(err.kind, BAL_EUSAGE);
	assert_int_equal(bal_paths_init(&p, "", &err), -1);
	/* "/requests" has no room behind it. */
	longest[BAL_PATH_MAX - 9] = '\0';
	setenv("BAL_RUNDIR", longest, 1);
	assert_int_equal(bal_paths_init(&p, NULL, &err), -1);
	assert_memory_equal(&p, &before, sizeof(p));
	longest[BAL_PATH_MAX - 10] = '\0';
	setenv("BAL_RUNDIR", longest, 1);
	assert_int_equal(bal_paths_init(&p, NULL, &err), 0);
	unsetenv("BAL_RUNDIR");
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static void
test_make_dir(void **state)
{
	struct bal_err err = { 0 };
	mode_t old = umask(077);

	(void)state;
	assert_int_equal(bal_make_dir(in_directory("a//b/c/"), &err), 0);
	assert_int_equal(bal_make_dir(in_directory("a/b/c"), &err), 0);
	umask(old);
	assert_int_equal(mode_of(in_directory("a")), 0755);
	assert_int_equal(mode_of(in_directory("a/b/c")), 0755);
	assert_int_equal(chmod(in_directory("a/b"), 0700), 0);
	assert_int_equal(bal_make_dir(in_directory("a/b/c/d"), &err), 0);
	assert_int_equal(mode_of(in_directory("a/b")), 0700);
	put_text(in_directory("file"), "");
	assert_int_equal(bal_make_dir(in_directory("file"), &err), -1);
	assert_int_equal(err.sys, ENOTDIR);
	assert_int_equal(bal_make_dir(in_directory("file/x"), &err), -1);
}

static void
assert_refused(const char *path, const char *remedy)
{
	struct bal_err err = { 0 };

	assert_int_equal(bal_check_private(path, &err), -1);
	assert_true(strstr(err.msg, path) && strstr(err.msg, remedy));
}

static void
test_private(void **state)
{
	struct bal_err err = { 0 };

	(void)state;
	put_text(in_directory("file"), "");
	assert_int_equal(bal_check_private(in_directory("file"), &err), 0);
	assert_int_equal(bal_check_private(directory, &err), 0);
	assert_int_equal(bal_check_private(in_directory("none"), &err), 0);
	assert_int_equal(chmod(in_directory("file"), 0646), 0);
	assert_refused(in_directory("file"), "chmod go-w ");
	assert_int_equal(chmod(in_directory("file"), 0664), 0);
	assert_refused(in_directory("file"), "chmod go-w ");
	assert_int_equal(chmod(directory, 01777), 0);
	assert_int_equal(bal_check_private(directory, &err), 0);
	assert_int_equal(chmod(directory, 0777), 0);
	assert_refused(directory, "chmod go-w ");
	assert_int_equal(chmod(directory, 0755), 0);
	if (!geteuid() && chown(in_directory("file"), NOBODY, 0) == 0)
		assert_refused(in_directory("file"), "chown root ");
}

static void
test_read_file(void **state)
{
	struct bal_err err = { 0 };
	char *text = NULL, *untouched = (char *)1;
	char large[50000];
	size_t len = 7;

	(void)state;
	put_bytes(in_directory("f"), "a\0b\n", 4);
	assert_int_equal(bal_read_file(in_directory("f"), 4, &text, &len, &err),
			 0);
	assert_int_equal(len, 4);
	assert_memory_equal(text, "a\0b\n", 5);
	free(text);
	put_text(in_directory("empty"), "");
	assert_int_equal(
		bal_read_file(in_directory("empty"), 0, &text, &len, &err), 0);
	assert_int_equal(len, 0);
	assert_string_equal(text, "");
	free(text);
	memset(large, 'x', sizeof(large));
	put_bytes(in_directory("large"), large, sizeof(large));
	assert_int_equal(bal_read_file(in_directory("large"), sizeof(large), &text,
				       &len, &err),
			 0);
	assert_int_equal(len, sizeof(large));
	assert_memory_equal(text, large, sizeof(large));
	free(text);
	assert_int_equal(bal_read_file("/dev/null", 9, &text, &len, &err), 0);
	assert_int_equal(len, 0);
	free(text);

	text = untouched;
	assert_int_equal(bal_read_file(in_directory("f"), 3, &text, &len, &err),
			 -1);
	assert_int_equal(err.kind, BAL_ECONF);
	assert_int_equal(bal_read_file("/dev/zero", 99999, &text, &len, &err),
			 -1);
	assert_int_equal(bal_read_file(directory, 99, &text, &len, &err), -1);
	assert_int_equal(err.kind, BAL_ECONF);
	assert_non_null(strstr(err.msg, directory));
	assert_int_equal(
		bal_read_file(in_directory("none"), 99, &text, &len, &err), -1);
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(mkfifo(in_directory("fifo"), 0600), 0);
	assert_int_equal(
		bal_read_file(in_directory("fifo"), 99, &text, &len, &err), -1);
	assert_int_equal(chmod(in_directory("f"), 0), 0);
	drop_root();
	assert_int_equal(bal_read_file(in_directory("f"), 99, &text, &len, &err),
			 -1);
	become_root();
	assert_int_equal(err.kind, BAL_EPERM);
	assert_ptr_equal(text, untouched);
	assert_int_equal(len, 0);
}

static void
test_write_file(void **state)
{
	struct bal_err err = { 0 };
	const char *path = in_directory("f");
	mode_t old = umask(077);

	(void)state;
	assert_int_equal(bal_write_file(path, "one\n", 4, 0644, &err), 0);
	umask(old);
	assert_text(path, "one\n");
	assert_int_equal(mode_of(path), 0644);
	assert_int_equal(bal_write_file(path, "", 0, 0600, &err), 0);
	assert_text(path, "");
	assert_int_equal(mode_of(path), 0600);
	assert_int_equal(count_entries(directory), 1);
	if (!geteuid() && !chown(path, NOBODY, NOBODY)) {
		struct stat st;

		assert_int_equal(bal_write_file(path, "x", 1, 04751, &err), 0);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_uid, NOBODY);
		assert_int_equal(st.st_gid, NOBODY);
		assert_int_equal(st.st_mode & 07777, 04751);
	}
}

/* Readers see the old file whole or the new one, never another inode's half. */
static void
test_write_replaces(void **state)
{
	struct bal_err err = { 0 };
	const char *path = in_directory("f");
	struct stat before, after;
	char buf[8] = "";
	int fd;

	(void)state;
	put_text(path, "old");
	fd = open(path, O_RDONLY);
	assert_int_equal(fstat(fd, &before), 0);
	assert_int_equal(bal_write_file(path, "newer", 5, 0644, &err), 0);
	assert_int_equal(stat(path, &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(read(fd, buf, sizeof(buf)), 3);
	assert_string_equal(buf, "old");
	close(fd);
}

/* What is no file of ours stays: a device among them where root asks. */
static void
test_write_replaces_no_device(void **state)
{
	static const mode_t kinds[] = { S_IFCHR, S_IFIFO, S_IFSOCK };
	const char *path = in_directory("null");
	struct bal_err err = { 0 };
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		/* 1, 3: null. */
		if (mknod(path, kinds[i] | 0600, makedev(1, 3)))
			continue; /* nobody but root makes a device */
		assert_int_equal(bal_write_file(path, "x", 1, 0644, &err), -1);
		assert_non_null(strstr(err.msg, "is no regular file"));
		assert_int_equal(lstat(path, &st), 0);
		assert_int_equal(st.st_mode & S_IFMT, kinds[i]);
		assert_int_equal(count_entries(directory), 1);
		assert_int_equal(unlink(path), 0);
	}
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(bal_write_file(path, "x", 1, 0644, &err), -1);
	assert_int_equal(rmdir(path), 0);
	/* A link to one is replaced, and leads nowhere any more. */
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_int_equal(bal_write_file(path, "x", 1, 0644, &err), 0);
	assert_text(path, "x");
}

/* An administrator's bal.conf.new is no leftover of ours. */
static void
test_write_leaves_neighbours(void **state)
{
	static const char *const names[] = { "f.new", "f~", "f.tmp", ".f.swp" };
	struct bal_err err = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		put_text(in_directory(names[i]), "theirs");
	assert_int_equal(bal_write_file(in_directory("f"), "x", 1, 0644, &err), 0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		assert_text(in_directory(names[i]), "theirs");
	assert_int_equal(count_entries(directory), 5);
}

/* A limit on file sizes stands for a full disk. */
static void
test_write_fails(void **state)
{
	struct rlimit old, small = { .rlim_cur = 16 };
	struct bal_err err = { 0 };
	char text[64] = "", path[PATH_MAX];
	int ret;

	(void)state;
	snprintf(path, sizeof(path), "%s", in_directory("f"));
	put_text(path, "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	ret = bal_write_file(path, text, sizeof(text), 0644, &err);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(ret, -1);
	assert_int_equal(err.sys, EFBIG);
	assert_int_equal(err.kind, BAL_ESYS);
	assert_non_null(strstr(err.msg, path));
	assert_text(path, "old");
	assert_int_equal(count_entries(directory), 1);

	assert_int_equal(bal_write_file(in_directory("no/f"), "", 0, 0644, &err),
			 -1);
	assert_int_equal(err.sys, ENOENT);
	assert_int_equal(mkdir(in_directory("d"), 0755), 0);
	put_text(in_directory("d/x"), "");
	assert_int_equal(bal_write_file(in_directory("d"), "", 0, 0644, &err), -1);
	assert_int_equal(count_entries(directory), 2);
}

static void
test_write_without_permission(void **state)
{
	struct bal_err err = { 0 };
	int ret;

	(void)state;
	put_text(in_directory("f"), "old");
	assert_int_equal(chmod(directory, 0555), 0);
	if (!geteuid() && seteuid(NOBODY))
		skip();
	ret = bal_write_file(in_directory("f"), "new", 3, 0644, &err);
	become_root();
	chmod(directory, 0755);
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, BAL_EPERM);
	assert_text(in_directory("f"), "old");
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_directory, remove_directory)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_built_in),
		TEST(test_last_right),
		TEST(test_environment_and_option),
		TEST(test_too_long),
		TEST(test_make_dir),
		TEST(test_private),
		TEST(test_read_file),
		TEST(test_write_file),
		TEST(test_write_replaces),
		TEST(test_write_replaces_no_device),
		TEST(test_write_leaves_neighbours),
		TEST(test_write_fails),
		TEST(test_write_without_permission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
