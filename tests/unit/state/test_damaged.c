// SPDX-License-Identifier: GPL-2.0-or-later
/* test_damaged - no content of the state file does any harm. */
#include "../states.h"
#include "state/read.h"
#include "state/write.h"

#include <sys/sysmacros.h>

/* The file stays until it is written again, and beside it for people. */
static void
assert_kept_aside(const char *text, size_t len)
{
	struct stat there, aside;

	if (!strstr(warnings, path()) || !strstr(warnings, "state.bad"))
		fail_msg("not told: %.*s", (int)len, text);
	assert_ptr_equal(strchr(warnings, '\n') + 1, strrchr(warnings, 0));
	assert_int_equal(stat(path(), &there), 0);
	assert_int_equal(stat(in_directory("state.bad"), &aside), 0);
	assert_int_equal(there.st_ino, aside.st_ino);
}

/* What is wrong is dropped, and told once; the rest is in @s. */
static void
read_damaged(struct bal_state *s, const char *text, size_t len)
{
	put_bytes(path(), text, len);
	if (read_into(s) || !s->damaged)
		fail_msg("accepted: %.*s", (int)len, text);
	assert_kept_aside(text, len);
	assert_int_equal(unlink(path()), 0);
}

/* As it was written, or not known: nothing that is half of it. */
static void
assert_part_of(const struct bal_uplink_state *part,
	       const struct bal_uplink_state *all)
{
	const struct bal_settings *options = &part->options;

	assert_non_null(all);
	assert_int_equal(options->has & ~all->options.has, 0);
	if (options->has & BAL_SET_WEIGHT)
		assert_int_equal(options->weight, all->options.weight);
	if (options->has & BAL_SET_INTERVAL)
		assert_int_equal(options->interval_ms, all->options.interval_ms);
	if (options->has & BAL_SET_OVER)
		assert_string_equal(options->over, all->options.over);
	assert_true(!part->slot || part->slot == all->slot);
	assert_true(!part->table || part->table == all->table);
	assert_true(!part->spent || part->spent == all->spent);
	assert_true(!part->since_ms || part->since_ms == all->since_ms);
}

static void
test_truncated_anywhere(void **unused)
{
	struct bal_state s;
	char *text, *second;
	size_t len;

	(void)unused;
	fill_state(3);
	write_good(&state);
	text = get_text(path());
	second = strstr(text, "[uplink eth2]");
	for (len = 0; len < strlen(text) - 1; len++) {
		read_damaged(&s, text, len);
		assert_true(s.n_uplinks <= 3);
		for (size_t i = 0; i < s.n_uplinks; i++)
			assert_part_of(
				&s.uplinks[i],
				bal_state_find(&state, s.uplinks[i].name));
		if (text + len >= second)
			assert_memory_equal(&s.uplinks[0].options,
					    &state.uplinks[0].options,
					    sizeof(s.uplinks[0].options));
		bal_state_fini(&s);
	}
	/* Only the last newline is missing: nothing is. */
	put_bytes(path(), text, len);
	assert_int_equal(read_into(&s), 1);
	assert_int_equal(s.n_uplinks, 3);
	bal_state_fini(&s);
	free(text);
}

/* Files of which nothing can be used. */
static const char *const worthless[] = {
	"",
	"junk",
	"[bal]\n",
	"[bal]\n[end",
	"x = y\n[bal]\n[end]\n",
	"[bal]\n[end]\nmode = solo\n",
	"[bal]\n[uplink ]\n[end]\n",
	"[bal]\n[uplink a/b]\nslot = 1\n[end]\n",
	"[bal]\n[uplink ../../etc]\nslot = 1\n[end]\n",
	"[bal]\n[uplink main]\n[end]\n",
	"[bal]\n[uplink a b]\n[end]\n",
	"[bal]\n[uplink lo]\nadmin = up\nslot = 1\n[end]\n",
	"[bal]\nadmin = up\nslot = 1\ntold.weight = 3\n[end]\n",
	"[bal]\n[uplimk a]\nadmin = up\ntold.weight = 3\n[end]\n",
	"[bal]\n[uplink 1234567890123456]\n[end]\n",
	"[bal]\n[uplink a\nslot = 1\n[end]\n",
};

/* One line of [bal] that is wrong. */
static const char *const damaged_bal[] = {
	"mode",
	"mode = x",
	"mode = solo",
	"masquerading = perhaps",
	"balancing_table = 0",
	"balancing_table = 253",
	"balancing_table = 254",
	"balancing_table = 255",
	"balancing_table = 4294967296",
	"saved_hash_policy = 2147483648",
	"saved_hash_policy = -2147483649",
	"saved_hash_policy = --1",
	"tunnel = ",
	"tunnel = a/b 1 2 3 0 0",
	"tunnel = tun1 1 2 3 2 0",
	"tunnel = tun1 1 2 3 9 0",
	"tunnel = tun1 1 2 3 0 3",
	"tunnel = tun1 x",
	";= format = 0",
	";= lease.a/b = 1.2.3.4",
	";= lease.eth1 = nonsense",
	";= names.a/b = 1.2.3.4",
	";= names.eth1 = 1.2.3.4 nonsense",
	";= lease.eth1",
	";= saved_icmp_errors = x",
};

/* And one of an uplink with an admin, a weight, a health and sysctls. */
static const char *const damaged_uplink[] = {
	"admin = maybe",
	"admin = up",
	"slot = 0",
	"slot = 251",
	"slot = -1",
	"slot = 18446744073709551617",
	"table = 254",
	"table = 0",
	"ifindex = 2147483648",
	"ifindex = -1",
	"learned_gateway = 1.1.1.1/24",
	"learned_gateway = none",
	"learned_addr = 1.1.1.1/33",
	"learned_over = a/b",
	"line_down = a/b",
	"health = sick",
	"condition = sick",
	"judge = 1 2 3 4 5 6 7 8 9 65 11 12 13 14",
	"judge = 4294967296 2 3 4 5 6 7 8 9 10 11 12 13 14",
	"judge = -1 2 3 4 5 6 7 8 9 10 11 12 13 14",
	"since_ms = 18446744073709551616",
	"since_ms = 0x10",
	"unreleased = 2",
	"unreleased = 9",
	"unreleased = 11",
	"sent = ",
	"sent = 1 2",
	"rtt_us = 1e3",
	("reason = 1234567890123456789012345678901234567890"
	 "123456789012345678901234"),
	"told.weight = 0",
	"told.weight = 1",
	"told.targets = tcp:1.1.1.1:0",
	"told.passive = 1000001",
	"told.openvpn = ../x",
	"saved = x 0 0 0 0 0",
	"saved = 0 0 0 0 0 0",
	"saved = 2147483648 0 0 0 0 0",
	"no equals sign",
	"= 1",
	"x\001 = 1",
};

static void
assert_all_but(const char *of_bal, const char *of_uplink)
{
	const struct bal_uplink_state *a, *b;
	struct bal_state s;
	char text[2048];
	int len = snprintf(text, sizeof(text),
			   "[bal]\nmode = multi\n%s\n"
			   "[uplink a]\nadmin = up\ntold.weight = 7\n"
			   "saved = 1 2 3 4 5 6\n%s\ntold.priority = 9\n"
			   "[uplink b]\nadmin = down\ntold.weight = 8\n"
			   "[end]\n",
			   of_bal, of_uplink);

	read_damaged(&s, text, (size_t)len);
	a = bal_state_find(&s, "a");
	b = bal_state_find(&s, "b");
	if (!s.has_mode || s.mode != BAL_MODE_MULTI || !a || !b ||
	    !a->admin_up || b->admin_up || a->options.weight != 7 ||
	    b->options.weight != 8 || a->options.priority != 9 || a->saved[5] != 6 ||
	    a->slot || a->table || a->unreleased || a->record.good ||
	    s.balancing_table || s.n_tunnels || s.n_leases)
		fail_msg("more is lost than the line: %s%s", of_bal, of_uplink);
	bal_state_fini(&s);
}

static void
test_a_line_costs_that_line(void **unused)
{
	struct bal_state s;

	(void)unused;
	for (size_t i = 0; i < sizeof(worthless) / sizeof(*worthless); i++) {
		read_damaged(&s, worthless[i], strlen(worthless[i]));
		assert_zero(&s);
		bal_state_fini(&s);
	}
	read_damaged(&s, "[bal]\n\0\n[end]\n", 14);
	bal_state_fini(&s);
	for (size_t i = 0; i < sizeof(damaged_bal) / sizeof(*damaged_bal); i++)
		assert_all_but(damaged_bal[i], "");
	for (size_t i = 0; i < sizeof(damaged_uplink) / sizeof(*damaged_uplink);
	     i++)
		assert_all_but("", damaged_uplink[i]);
}

static void
test_damaged_and_large(void **unused)
{
	static char text[2 << 20];
	struct bal_state s;
	size_t len;

	(void)unused;
	memset(text, 'x', sizeof(text));
	put_bytes(path(), text, sizeof(text));
	assert_int_equal(read_into(&s), 0);
	assert_zero(&s);
	assert_int_equal(access(path(), F_OK), -1);
	read_damaged(&s, text, 10000);
	assert_zero(&s);
	len = (size_t)snprintf(text, sizeof(text), "[bal]\n");
	memset(text + len, ';', 10000);
	memcpy(text + len + 10000, "\n[end]\n", 7);
	read_damaged(&s, text, len + 10007);
	for (int i = 0; i < 5000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"[uplink a%d]\n", i);
	len += (size_t)snprintf(text + len, sizeof(text) - len, "[end]\n");
	read_damaged(&s, text, len);
	assert_int_equal(s.n_uplinks, BAL_UPLINKS_MAX);
	bal_state_fini(&s);
}

/* In its place, and in that of what is put aside: they are another's. */
static void
test_no_regular_file(void **unused)
{
	static const mode_t kinds[] = { S_IFCHR, S_IFIFO, S_IFSOCK, S_IFDIR };
	struct bal_err err;
	struct stat st;
	struct bal_state s;

	(void)unused;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		/* 1, 3: null. */
		if (kinds[i] == S_IFDIR)
			assert_int_equal(mkdir(path(), 0755), 0);
		else if (mknod(path(), kinds[i] | 0600, makedev(1, 3)))
			continue; /* nobody but root makes a device */
		assert_int_equal(bal_state_read(&s, path(), true, &err), -1);
		assert_int_equal(err.kind, BAL_ECONF);
		assert_int_equal(lstat(path(), &st), 0);
		assert_int_equal(st.st_mode & S_IFMT, kinds[i]);
		assert_int_equal(remove(path()), 0);
	}
	put_text(path(), "[bal]\n");
	assert_int_equal(mkfifo(in_directory("state.bad"), 0600), 0);
	assert_int_equal(bal_state_read(&s, path(), true, &err), 0);
	bal_state_fini(&s);
	assert_int_equal(lstat(in_directory("state.bad"), &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(access(in_directory("state.bad1"), F_OK), 0);
}

/* Whatever is read is in range, so that nobody after has to ask. */
static void
assert_in_order(const struct bal_state *s)
{
	struct bal_err err;

	for (size_t i = 0; i < s->n_uplinks; i++) {
		const struct bal_uplink_state *u = &s->uplinks[i];

		assert_int_equal(bal_check_ifname(u->name, &err), 0);
		assert_true(u->slot <= BAL_UPLINKS_MAX);
		assert_false(u->table >= 253 && u->table <= 255);
		assert_true(u->ifindex >= 0 && u->saved_ifindex >= 0);
		assert_true(u->options.n_targets <= BAL_TARGETS_MAX);
		assert_non_null(memchr(u->reason, 0, sizeof(u->reason)));
		for (size_t j = 0; j < i; j++)
			assert_false(u->slot && u->slot == s->uplinks[j].slot);
	}
}

/* Whatever was read, what is written of it is not damaged. */
static void
assert_written_sound(const struct bal_state *s)
{
	struct bal_err err = { 0 };
	struct bal_state again;
	char *text;

	assert_int_equal(bal_state_write(s, in_directory("again"), &err), 0);
	*warnings = '\0';
	if (bal_state_read(&again, in_directory("again"), true, &err) != 1) {
		text = get_text(in_directory("again"));
		fail_msg("%s%s", warnings, text);
	}
	bal_state_fini(&again);
}

static void
test_random_bytes(void **unused)
{
	struct bal_state s;
	char *text, *copy;
	size_t len;

	(void)unused;
	fill_state(3);
	write_good(&state);
	text = get_text(path());
	len = strlen(text);
	copy = malloc(len);
	srand(2);
	for (int round = 0; round < 3000; round++) {
		memcpy(copy, text, len);
		for (int i = round % 10 ? rand() % 4 : (int)len; i >= 0; i--)
			copy[(size_t)rand() % len] =
				(char)(round % 2 ? rand() :
						   "[]=;0189./-"[rand() % 11]);
		put_bytes(path(), copy, len);
		if (!read_into(&s))
			assert_string_not_equal(warnings, "");
		assert_in_order(&s);
		if (round % 300 == 1)
			assert_written_sound(&s);
		bal_state_fini(&s);
	}
	free(copy);
	free(text);
}

static void
test_not_touched(void **unused)
{
	struct bal_err err = { 0 };
	struct bal_state s;

	(void)unused;
	put_text(path(), "[bal]\n");
	assert_int_equal(bal_state_read(&s, path(), false, &err), 0);
	assert_zero(&s);
	assert_non_null(strstr(warnings, path()));
	assert_text(path(), "[bal]\n");
	assert_int_equal(count_entries(directory), 1);
}

/* What cannot be read may be right: it stays as it is. */
static void
test_cannot_be_read(void **unused)
{
	struct bal_err err = { 0 };
	struct bal_state s;
	int ret;

	(void)unused;
	put_text(path(), "[bal]\n[end]\n");
	assert_int_equal(chmod(path(), 0), 0);
	drop_root();
	ret = bal_state_read(&s, path(), true, &err);
	become_root();
	assert_int_equal(ret, -1);
	assert_int_equal(err.sys, EACCES);
	assert_string_equal(warnings, "");
	assert_int_equal(count_entries(directory), 1);
	assert_int_equal(chmod(path(), 0644), 0);
	assert_text(path(), "[bal]\n[end]\n");
}

static void
test_cannot_be_put_aside(void **unused)
{
	struct bal_err err = { 0 };
	struct bal_state s;
	int ret;

	(void)unused;
	put_text(path(), "junk");
	assert_int_equal(chmod(directory, 0555), 0);
	if (!geteuid() && seteuid(NOBODY))
		skip();
	ret = bal_state_read(&s, path(), true, &err);
	become_root();
	chmod(directory, 0755);
	assert_int_equal(ret, 0);
	assert_zero(&s);
	assert_non_null(strstr(warnings, "cannot be put aside"));
	assert_text(path(), "junk");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_truncated_anywhere),
		TEST(test_a_line_costs_that_line),
		TEST(test_damaged_and_large),
		TEST(test_no_regular_file),
		TEST(test_random_bytes),
		TEST(test_not_touched),
		TEST(test_cannot_be_read),
		TEST(test_cannot_be_put_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
