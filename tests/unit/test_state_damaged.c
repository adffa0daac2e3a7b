// SPDX-License-Identifier: GPL-2.0-or-later
/* test_state_damaged - no content of the state file does any harm. */
#include "states.h"

/* Refused as a whole, told, and put aside. */
static void
assert_damaged(const char *text, size_t len)
{
	struct bal_state s;

	put_bytes(path(), text, len);
	if (read_into(&s))
		fail_msg("accepted: %.*s", (int)len, text);
	assert_zero(&s);
	assert_non_null(strstr(warnings, path()));
	assert_non_null(strstr(warnings, "state.bad"));
	assert_int_equal(access(path(), F_OK), -1);
	assert_int_equal(access(in_folder("state.bad"), F_OK), 0);
}

static void
test_truncated_anywhere(void **unused)
{
	struct bal_state s;
	char *text;
	size_t len;

	(void)unused;
	fill_state(3);
	write_good(&state);
	text = get_text(path());
	for (len = 0; len < strlen(text) - 1; len++)
		assert_damaged(text, len);
	/* Only the last newline is missing: nothing is. */
	put_bytes(path(), text, len);
	assert_int_equal(read_into(&s), 1);
	assert_int_equal(s.n_uplinks, 3);
	bal_state_fini(&s);
	free(text);
}

#define WHOLE(keys) "[bal]\n" keys "\n[end]\n"
#define UPLINK(keys) WHOLE("[uplink a]\n" keys)
static const char *const damaged[] = {
	"",
	"junk",
	"[end]\n",
	"[bal]\n",
	"[uplink a]\n[end]\n",
	"x = y\n[bal]\n[end]\n",
	"[bal]\n[end]\n[uplink a]\n",
	"[bal]\n[end]\nmode = solo\n",
	"[bal]\n[end]\n[end]\n",
	"[bal]\n[end",
	"[bal]\n[bal]\n[end]\n",
	WHOLE("mode"),
	WHOLE("mode = x"),
	WHOLE("mode = solo\nmode = solo"),
	WHOLE("colour = red"),
	WHOLE("masquerading = perhaps"),
	WHOLE("masquerading = no\nmasquerading = no"),
	WHOLE("balancing_table = 0"),
	WHOLE("balancing_table = 253"),
	WHOLE("balancing_table = 254"),
	WHOLE("balancing_table = 255"),
	WHOLE("balancing_table = 4294967296"),
	WHOLE("saved_hash_policy = 2147483648"),
	WHOLE("saved_hash_policy = -2147483649"),
	WHOLE("saved_hash_policy = --1"),
	WHOLE("[uplink]"),
	WHOLE("[uplink ]"),
	WHOLE("[uplink a/b]"),
	WHOLE("[uplink ../../etc]"),
	WHOLE("[uplink main]"),
	WHOLE("[uplink a b]"),
	WHOLE("[uplink 1234567890123456]"),
	WHOLE("[uplink a]\n[uplink a]"),
	WHOLE("[uplink a]\n[uplink b]\n[uplink a]"),
	WHOLE("[downlink a]"),
	UPLINK("admin = maybe"),
	UPLINK("admin = up\nadmin = up"),
	UPLINK("slot = 0"),
	UPLINK("slot = 251"),
	UPLINK("slot = -1"),
	UPLINK("slot = 18446744073709551617"),
	UPLINK("slot = 1\n[uplink b]\nslot = 1"),
	UPLINK("table = 254"),
	UPLINK("table = 0"),
	UPLINK("table = 7\n[uplink b]\ntable = 7"),
	WHOLE("balancing_table = 7\n[uplink a]\ntable = 7"),
	UPLINK("ifindex = 2147483648"),
	UPLINK("ifindex = -1"),
	UPLINK("learned_gateway = 1.1.1.1/24"),
	UPLINK("learned_gateway = none"),
	UPLINK("learned_addr = 1.1.1.1/33"),
	UPLINK("learned_over = a/b"),
	UPLINK("line_down = a/b"),
	UPLINK("health = sick"),
	UPLINK("condition = sick"),
	UPLINK("judge = 1 2 3"),
	UPLINK("judge = 1 2 3 4 5 6 7 8 9 65 11 12 13 14"),
	UPLINK("judge = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"),
	UPLINK("judge = 4294967296 2 3 4 5 6 7 8 9 10 11 12 13 14"),
	UPLINK("judge = -1 2 3 4 5 6 7 8 9 10 11 12 13 14"),
	UPLINK("good = 4294967296"),
	UPLINK("since_ms = 18446744073709551616"),
	UPLINK("since_ms = 0x10"),
	UPLINK("sent = "),
	UPLINK("sent = 1 2"),
	UPLINK("rtt_us = 1e3"),
	UPLINK("reason = 1234567890123456789012345678901234567890"
	       "123456789012345678901234"),
	UPLINK("told.weight = 0"),
	UPLINK("told.weight = 1\ntold.weight = 1"),
	UPLINK("told.colour = red"),
	UPLINK("told. = 1"),
	UPLINK("told.targets = tcp:1.1.1.1:0"),
	UPLINK("told.on_dead = nothing\ntold.on_dead = nothing"),
	UPLINK("told.passive = 1000001"),
	UPLINK("told.openvpn = ../x"),
	UPLINK("saved = x 0 0 0 0 0"),
	UPLINK("saved = 0 0 0 0 0 0\nsaved = 0 0 0 0 0 0"),
	UPLINK("saved = 0 0 0 0 0"),
	UPLINK("saved = 0 0 0 0 0 0 0"),
	UPLINK("saved = 2147483648 0 0 0 0 0"),
	UPLINK("name = b"),
	UPLINK("mode = solo"),
};

static void
test_damaged(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(damaged) / sizeof(*damaged); i++)
		assert_damaged(damaged[i], strlen(damaged[i]));
	assert_damaged("[bal]\n\0\n[end]\n", 14);
}

static void
test_damaged_and_large(void **unused)
{
	static char text[2 << 20];
	struct bal_state s;
	size_t len;

	(void)unused;
	memset(text, 'x', sizeof(text));
	assert_damaged(text, sizeof(text));
	assert_damaged(text, 10000);
	len = (size_t)snprintf(text, sizeof(text), "[bal]\n");
	memset(text + len, ';', 10000);
	memcpy(text + len + 10000, "\n[end]\n", 7);
	assert_damaged(text, len + 10007);
	for (int i = 0; i < 5000; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"[uplink a%d]\n", i);
	len += (size_t)snprintf(text + len, sizeof(text) - len, "[end]\n");
	assert_damaged(text, len);

	/* In the place of a file: a folder. */
	assert_int_equal(unlink(in_folder("state.bad")), 0);
	assert_int_equal(mkdir(path(), 0755), 0);
	assert_int_equal(read_into(&s), 0);
	assert_int_equal(access(path(), F_OK), -1);
	assert_zero(&s);
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
		assert_true(u->told.n_targets <= BAL_TARGETS_MAX);
		assert_non_null(memchr(u->reason, 0, sizeof(u->reason)));
		for (size_t j = 0; j < i; j++)
			assert_false(u->slot && u->slot == s->uplinks[j].slot);
	}
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
		if (read_into(&s)) {
			assert_in_order(&s);
			bal_state_fini(&s);
		} else {
			assert_zero(&s);
			assert_string_not_equal(warnings, "");
		}
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
	assert_int_equal(count_entries(folder), 1);
	assert_int_equal(chmod(path(), 0), 0);
	drop_root();
	*warnings = '\0';
	assert_int_equal(bal_state_read(&s, path(), true, &err), 0);
	become_root();
	assert_zero(&s);
	assert_non_null(strstr(warnings, "Permission denied"));
	assert_int_equal(count_entries(folder), 1);
}

static void
test_cannot_be_put_aside(void **unused)
{
	struct bal_err err = { 0 };
	struct bal_state s;
	int ret;

	(void)unused;
	put_text(path(), "junk");
	assert_int_equal(chmod(folder, 0555), 0);
	if (!geteuid() && seteuid(NOBODY))
		skip();
	ret = bal_state_read(&s, path(), true, &err);
	become_root();
	chmod(folder, 0755);
	assert_int_equal(ret, 0);
	assert_zero(&s);
	assert_non_null(strstr(warnings, "cannot be put aside"));
	assert_text(path(), "junk");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_truncated_anywhere), TEST(test_damaged),
		TEST(test_damaged_and_large),  TEST(test_random_bytes),
		TEST(test_not_touched),	       TEST(test_cannot_be_put_aside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
