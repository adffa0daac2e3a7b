// SPDX-License-Identifier: GPL-2.0-or-later
/* test_tables - names of routing tables in iproute2's rt_tables. */
#include "../files.h"

#include "config/tables.h"

static struct bal_arena arena;
static bal_table_list tables;

static void
read_tables(void)
{
	struct bal_err err = { 0 };

	bal_arena_fini(&arena);
	tables = (bal_table_list){ 0 };
	if (bal_tables_read(directory, &arena, &tables, &err))
		fail_msg("%s", err.msg);
}

static int
give_back(void **state)
{
	bal_arena_fini(&arena);
	tables = (bal_table_list){ 0 };
	return remove_directory(state);
}

static void
add(const char *name, uint32_t id)
{
	struct bal_err err = { 0 };

	if (bal_tables_add(directory, name, id, &err))
		fail_msg("%s", err.msg);
}

static void
test_lines(void **state)
{
	static const struct {
		const char *line, *name; /* NULL: ignored */
		uint32_t id;
	} cases[] = {
		{ "101 eth1", "eth1", 101 },
		{ "101\teth1", "eth1", 101 },
		{ "  101 \t eth1 # comment", "eth1", 101 },
		{ "101 eth1 more words", "eth1", 101 },
		{ "101 eth1\r", "eth1", 101 },
		{ "0x65 eth1", "eth1", 101 },
		{ "0101 eth1", "eth1", 101 },
		{ "4294967295 eth1", "eth1", UINT32_MAX },
		{ "0xffffffff eth1", "eth1", UINT32_MAX },
		{ "101 eth1#x", "eth1#x", 101 },
		{ "0 unspec", "unspec", 0 },
		{ "7 aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffff"
		  "ffffggg",
		  "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeee"
		  "eeeffffffffffggg",
		  7 },
		{ "7 aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffff"
		  "ffffgggg",
		  NULL, 0 },
		{ "", NULL, 0 },
		{ "# 101 eth1", NULL, 0 },
		{ "  # 101 eth1", NULL, 0 },
		{ "101", NULL, 0 },
		{ "eth1 101", NULL, 0 },
		{ "-1 eth1", NULL, 0 },
		{ "4294967296 eth1", NULL, 0 },
		{ "101x eth1", NULL, 0 },
		{ "0x eth1", NULL, 0 },
		{ "10000000000000000000000000000000000001 eth1", NULL, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		char text[256];

		snprintf(text, sizeof(text), "1 first\n%s\n2 last",
			 cases[i].line);
		put_text(in_directory("rt_tables"), text);
		read_tables();
		assert_int_equal(bal_tables_id(&tables, "first"), 1);
		assert_int_equal(bal_tables_id(&tables, "last"), 2);
		if (tables.n != (cases[i].name ? 3 : 2))
			fail_msg("\"%s\": %zu", cases[i].line, tables.n);
		if (!cases[i].name)
			continue;
		assert_int_equal(tables.v[1].id, cases[i].id);
		assert_string_equal(tables.v[1].name, cases[i].name);
		assert_int_equal(bal_tables_id(&tables, cases[i].name),
				 cases[i].id);
		assert_string_equal(bal_tables_name(&tables, cases[i].id),
				    cases[i].name);
	}
}

static void
test_missing_is_empty(void **state)
{
	struct bal_err err = { 0 };

	(void)state;
	put_text(in_directory("rt_tables"), "");
	read_tables();
	assert_int_equal(tables.n, 0);
	assert_int_equal(bal_tables_id(&tables, "eth1"), 0);
	assert_null(bal_tables_name(&tables, 101));
	assert_int_equal(
		bal_tables_read(in_directory("none"), &arena, &tables, &err), 0);
	assert_int_equal(
		bal_tables_read(in_directory("rt_tables"), &arena, &tables, &err),
		0);
}

static void
test_folder_is_read(void **state)
{
	(void)state;
	put_text(in_directory("rt_tables"), "101 eth1\n");
	assert_int_equal(mkdir(in_directory("rt_tables.d"), 0755), 0);
	put_text(in_directory("rt_tables.d/a.conf"), "102 eth2\n");
	put_text(in_directory("rt_tables.d/b.conf"), "103 eth3\n");
	put_text(in_directory("rt_tables.d/.c.conf"), "104 eth4\n");
	put_text(in_directory("rt_tables.d/README"), "105 eth5\n");
	put_text(in_directory("rt_tables.d/conf"), "106 eth6\n");
	put_text(in_directory("rt_tables.d/.conf"), "107 eth7\n");
	put_text(in_directory("rt_tables.d/x.conf~"), "108 eth8\n");
	read_tables();
	assert_int_equal(tables.n, 3);
	assert_int_equal(bal_tables_id(&tables, "eth1"), 101);
	assert_int_equal(bal_tables_id(&tables, "eth2"), 102);
	assert_int_equal(bal_tables_id(&tables, "eth3"), 103);
}

/* What `ip route show table NAME` and `ip rule` make of such a file. */
static void
test_twice_as_ip_does(void **state)
{
	(void)state;
	put_text(in_directory("rt_tables"),
		 "300 a\n10 a\n"	/* last bytes 44 and 10 */
		 "20 b\n276 b\n"	/* both 20: the later line */
		 "40 c\n301 c\n"	/* 40 and 45: not the later line */
		 "30 one\n30 other\n"); /* two names */
	read_tables();
	assert_int_equal(bal_tables_id(&tables, "a"), 10);
	assert_int_equal(bal_tables_id(&tables, "b"), 276);
	assert_int_equal(bal_tables_id(&tables, "c"), 40);
	assert_string_equal(bal_tables_name(&tables, 30), "other");
	assert_int_equal(bal_tables_id(&tables, "one"), 30);
}

static void
test_unreadable(void **state)
{
	struct bal_err err = { 0 };
	bal_table_list before;
	int ret;

	(void)state;
	put_text(in_directory("rt_tables"), "101 eth1\n");
	read_tables();
	before = tables;
	assert_int_equal(chmod(in_directory("rt_tables"), 0), 0);
	drop_root();
	ret = bal_tables_read(directory, &arena, &tables, &err);
	become_root();
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, BAL_EPERM);
	assert_memory_equal(&tables, &before, sizeof(tables));
	assert_int_equal(unlink(in_directory("rt_tables")), 0);
	assert_int_equal(mkdir(in_directory("rt_tables"), 0755), 0);
	assert_int_equal(bal_tables_read(directory, &arena, &tables, &err), -1);
}

static void
test_no_memory(void **state)
{
	struct bal_err err = { 0 };
	struct bal_arena full = { .oom = true };

	(void)state;
	put_text(in_directory("rt_tables"), "101 eth1\n");
	assert_int_equal(bal_tables_read(directory, &full, &tables, &err), -1);
	assert_int_equal(err.sys, ENOMEM);
	assert_int_equal(tables.n, 0);
}

static void
test_add_to_file(void **state)
{
	struct stat st;

	(void)state;
	put_text(in_directory("rt_tables"), "# ours\n\n255 local\nno newline");
	assert_int_equal(chmod(in_directory("rt_tables"), 0640), 0);
	if (!geteuid() && chown(in_directory("rt_tables"), NOBODY, NOBODY))
		skip();
	add("eth1", 101);
	add("eth2", UINT32_MAX);
	assert_text(in_directory("rt_tables"),
		    "# ours\n\n255 local\nno newline\n101 eth1\n"
		    "4294967295 eth2\n");
	assert_int_equal(count_entries(directory), 1);
	assert_int_equal(stat(in_directory("rt_tables"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0640);
	assert_int_equal(st.st_uid, geteuid() ? geteuid() : NOBODY);
}

static void
test_add_to_directory(void **state)
{
	struct stat st;

	(void)state;
	put_text(in_directory("rt_tables"), "255 local\n");
	assert_int_equal(mkdir(in_directory("rt_tables.d"), 0755), 0);
	add("eth1", 101);
	add("eth2", 102);
	assert_text(in_directory("rt_tables"), "255 local\n");
	assert_text(in_directory("rt_tables.d/bal.conf"), "101 eth1\n102 eth2\n");
	assert_int_equal(count_entries(in_directory("rt_tables.d")), 1);
	assert_int_equal(stat(in_directory("rt_tables.d/bal.conf"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	read_tables();
	assert_int_equal(bal_tables_id(&tables, "eth2"), 102);
	assert_int_equal(bal_tables_id(&tables, "local"), 255);
}

/* As Debian 13 has it: neither, and iproute2's own file must not be hidden. */
static void
test_add_to_nothing(void **state)
{
	struct bal_err err = { 0 };

	(void)state;
	assert_int_equal(
		bal_tables_add(in_directory("new/dir"), "eth1", 101, &err), 0);
	assert_text(in_directory("new/dir/rt_tables.d/bal.conf"), "101 eth1\n");
	assert_int_equal(count_entries(in_directory("new/dir")), 1);
	assert_int_equal(mkdir(in_directory("bare"), 0755), 0);
	assert_int_equal(bal_tables_add(in_directory("bare"), "eth1", 101, &err),
			 0);
	assert_text(in_directory("bare/rt_tables.d/bal.conf"), "101 eth1\n");
	assert_int_equal(count_entries(in_directory("bare")), 1);
}

static void
test_add_behind_link(void **state)
{
	struct stat st;

	(void)state;
	put_text(in_directory("real"), "255 local\n");
	assert_int_equal(symlink("real", in_directory("rt_tables")), 0);
	add("eth1", 101);
	assert_text(in_directory("real"), "255 local\n101 eth1\n");
	assert_int_equal(lstat(in_directory("rt_tables"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
}

static void
test_add_refuses_names(void **state)
{
	static const char *const bad[] = {
		"",
		"a b",
		"a\nb",
		"a\tb",
		"#a",
		/* ip would take them for others' ids. */
		"254",
		"0x10",
		"010",
		"+7",
		("aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"
		 "gggg"),
	};
	struct bal_err err;

	(void)state;
	put_text(in_directory("rt_tables"), "");
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(bal_tables_add(directory, bad[i], 1, &err), -1);
	assert_text(in_directory("rt_tables"), "");
}

static void
test_add_without_permission(void **state)
{
	struct bal_err err = { 0 };
	int ret;

	(void)state;
	put_text(in_directory("rt_tables"), "255 local\n");
	assert_int_equal(chmod(directory, 0555), 0);
	if (!geteuid() && seteuid(NOBODY))
		skip();
	ret = bal_tables_add(directory, "eth1", 101, &err);
	become_root();
	chmod(directory, 0755);
	assert_int_equal(ret, -1);
	assert_int_equal(err.kind, BAL_EPERM);
	assert_int_equal(err.sys, EACCES);
	assert_text(in_directory("rt_tables"), "255 local\n");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lines),
		TEST(test_missing_is_empty),
		TEST(test_folder_is_read),
		TEST(test_twice_as_ip_does),
		TEST(test_unreadable),
		TEST(test_no_memory),
		TEST(test_add_to_file),
		TEST(test_add_to_directory),
		TEST(test_add_to_nothing),
		TEST(test_add_behind_link),
		TEST(test_add_refuses_names),
		TEST(test_add_without_permission),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
