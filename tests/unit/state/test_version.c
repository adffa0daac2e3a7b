// SPDX-License-Identifier: GPL-2.0-or-later
/* test_version - a state file that another version wrote, or will read. */
#include "../states.h"

static const char later[] =
	"[bal]\n;= format = 3\nmode = solo\ncolour = red\n;= taste = sweet\n"
	"[uplink eth1]\nadmin = up\nmetered = yes\ntold.weight = 7\n"
	"told.sim = 2\n;= told.pin = 1 = 2\n"
	"[uplink eth2]\nadmin = up\ntold.weight = 8\nmetered = no\n"
	"[]\ntold.over = eth1\n[weather]\nrain = yes\n[end]\n[uplinks]\nx\n";

static const char *
section_of(const char *text, const char *line)
{
	static char name[BAL_IFNAMSIZ + 16];
	const char *at = strstr(text, line), *end;

	if (!at)
		fail_msg("no %s in:\n%s", line, text);
	assert_null(strstr(at + 1, line));
	while (at > text && (at[0] != '[' || at[-1] != '\n'))
		at--;
	end = strchr(at, ']');
	assert_non_null(end);
	snprintf(name, sizeof(name), "%.*s", (int)(end - at - 1), at + 1);
	return name;
}

/* What is not known is written again where it stood, each time. */
static void
test_unknown_is_kept(void **unused)
{
	struct bal_state s;
	char *text;

	(void)unused;
	put_text(path(), later);
	for (int round = 0; round < 3; round++) {
		assert_int_equal(read_into(&s), 1);
		assert_string_equal(warnings, "");
		assert_int_equal(s.format, round ? BAL_STATE_FORMAT : 3);
		assert_int_equal(s.uplinks[0].options.weight, 7);
		assert_int_equal(s.uplinks[1].options.weight, 8);
		s.uplinks[0].sent = (uint64_t)round;
		write_good(&s);
		bal_state_fini(&s);
		text = get_text(path());
		assert_string_equal(section_of(text, "\ncolour = red\n"),
				    "bal");
		assert_string_equal(section_of(text, "\n;= taste = sweet\n"),
				    "bal");
		assert_string_equal(section_of(text, "\nmetered = yes\n"),
				    "uplink eth1");
		assert_string_equal(section_of(text, "\ntold.sim = 2\n"),
				    "uplink eth1");
		assert_string_equal(section_of(text, "\n;= told.pin = 1 = 2\n"),
				    "uplink eth1");
		assert_string_equal(section_of(text, "\nmetered = no\n"),
				    "uplink eth2");
		assert_string_equal(section_of(text, "\nrain = yes\n"),
				    "weather");
		assert_string_equal(section_of(text, "\nx\n"), "uplinks");
		assert_string_equal(section_of(text, "\ntold.over = eth1\n"),
				    "");
		free(text);
	}
	/* What is unknown of an uplink goes with it. */
	assert_int_equal(read_into(&s), 1);
	bal_state_remove(&s, "eth1");
	write_good(&s);
	bal_state_fini(&s);
	text = get_text(path());
	assert_null(strstr(text, "sim"));
	free(text);
}

static void
test_kept_is_bounded(void **unused)
{
	static char text[BAL_STATE_KEPT_MAX * 2];
	size_t len = (size_t)snprintf(text, sizeof(text), "[bal]\n");
	struct bal_state s;

	(void)unused;
	for (int i = 0; len < sizeof(text) - 100; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
					"key%d = x\n", i);
	snprintf(text + len, sizeof(text) - len, "mode = solo\n[end]\n");
	put_text(path(), text);
	assert_int_equal(read_into(&s), 0);
	assert_non_null(strstr(warnings, "not understood"));
	assert_true(s.kept_len <= BAL_STATE_KEPT_MAX);
	assert_int_equal(s.mode, BAL_MODE_SOLO);
	bal_state_fini(&s);
}

/* Of fewer numbers than we know the rest is not known, and more are none. */
static void
test_rows(void **unused)
{
	struct bal_state s;

	(void)unused;
	put_text(path(),
		 "[bal]\ntunnel = t1 5\ntunnel = t2 6 1 7 1 2 8 9\n"
		 "[uplink a]\nadmin = up\nsaved = 1 - 3\njudge = 4 5 6\n"
		 "[uplink b]\nadmin = up\nsaved = 1 2 3 4 5 6 7 x\n"
		 "judge = 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 -\n[end]\n");
	assert_int_equal(read_into(&s), 1);
	assert_string_equal(warnings, "");
	assert_int_equal(s.n_tunnels, 2);
	assert_true(s.tunnels[0].at_ms == 5 && s.tunnels[0].tries == 0);
	assert_true(s.tunnels[1].missing_ms == 7 && s.tunnels[1].starting &&
		    s.tunnels[1].stop == BAL_TUNNEL_DOWN);
	assert_int_equal(s.uplinks[0].saved_mask, 1 << 0 | 1 << 2);
	assert_true(s.uplinks[0].record.bad == 5 &&
		    s.uplinks[0].record.srtt_us == 6 &&
		    s.uplinks[0].record.flaps == 0);
	assert_int_equal(s.uplinks[1].saved_mask, 0x3f);
	assert_int_equal(s.uplinks[1].record.again_q16, 14);
	bal_state_fini(&s);
}

/* --- the package before ----------------------------------------------------- */

/* It refused a file with any key but these, and these once in a section. */
static const char *const first_keys[] = {
	"mode",
	"balancing_table",
	"saved_hash_policy",
	"masquerading",
	"admin",
	"slot",
	"table",
	"ifindex",
	"tun_ifindex",
	"learned_gateway",
	"learned_addr",
	"learned_over",
	"line_down",
	"health",
	"condition",
	"since_ms",
	"reason",
	"rtt_us",
	"sent",
	"answered",
	"drain_ms",
	"unreleased",
	"spent",
	"spent_saved",
	"spent_month",
	"rx_bytes",
	"tx_bytes",
	"counted_ms",
	"rx_rate",
	"tx_rate",
	"heard_ms",
	"saved_ifindex",
	"told.gateway",
	"told.balance",
	"told.over",
	"told.weight",
	"told.priority",
	"told.openvpn",
	"told.targets",
	"told.need",
	"told.interval",
	"told.timeout",
	"told.down",
	"told.up",
	"told.timeout_min",
	"told.passive",
	"told.degraded_loss",
	"told.recovered_loss",
	"told.degraded_rtt",
	"told.recovered_rtt",
	"told.stable",
	"told.stable_max",
	"told.budget",
	"told.http_host",
	"told.http_expect",
	"told.on_dead",
	"told.failback_drain",
};

static size_t
count_words(const char *text)
{
	char word[64];
	size_t n = 0;

	while (bal_next_word(&text, word, sizeof(word)) > 0)
		n++;
	return n;
}

static void
assert_first_format(char *line)
{
	char *value = strstr(line, " =");

	assert_true(strlen(line) < 200);
	if (!*line || *line == ';')
		return;
	if (*line == '[') {
		if (strcmp(line, "[bal]") && strcmp(line, "[end]") &&
		    strncmp(line, "[uplink ", 8))
			fail_msg("a new section: %s", line);
		return;
	}
	assert_non_null(value);
	*value = '\0';
	value += 2;
	if (!strcmp(line, "saved") || !strcmp(line, "tunnel")) {
		assert_int_equal(count_words(value), 6);
		return;
	}
	if (!strcmp(line, "judge")) {
		assert_int_equal(count_words(value), 14);
		return;
	}
	for (size_t i = 0; i < sizeof(first_keys) / sizeof(*first_keys); i++)
		if (strcmp(line, first_keys[i]) == 0)
			return;
	fail_msg("a new key: %s", line);
}

static const struct bal_addr gateway = { .family = AF_INET,
					 .len = 32,
					 .bytes = { 192, 168, 1, 1 } };

static void
fill_all(void)
{
	struct bal_err err = { 0 };

	fill_state(3);
	state.clock_month = 202611;
	state.clock_since_ms = 5;
	bal_state_tunnel(&state, "tun1", &err)->at_ms = 5;
	if (bal_state_set_lease(&state, "eth1.new", &gateway, &err) < 0 ||
	    bal_state_set_lease(&state, "a=b", &gateway, &err) < 0)
		fail_msg("%s", err.msg);
}

/* A package may be taken back: the one before reads what this one wrote. */
static void
test_read_by_the_first(void **unused)
{
	char *text, *rest, *line, *last = NULL;

	(void)unused;
	fill_all();
	write_good(&state);
	rest = text = get_text(path());
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			last = line;
		assert_first_format(line);
	}
	assert_string_equal(last, "[end]");
	free(text);
}

/* It wrote no comments: what is new was forgotten by it, and all else not. */
static void
test_back_from_the_first(void **unused)
{
	static const char header[] = "; Kept by bal.\n";
	char *text, *old, *at, *at_end;
	struct bal_state s;

	(void)unused;
	fill_all();
	write_good(&state);
	assert_int_equal(read_into(&s), 1);
	assert_int_equal(s.n_leases, 2);
	assert_int_equal(s.clock_month, 202611);
	assert_true(bal_addr_same_host(bal_state_lease(&s, "a=b"), &gateway));
	bal_state_fini(&s);
	text = get_text(path());
	old = calloc(1, strlen(text) + sizeof(header));
	at_end = stpcpy(old, header);
	for (char *line = strtok_r(text, "\n", &at); line;
	     line = strtok_r(NULL, "\n", &at))
		if (*line != ';')
			at_end = stpcpy(stpcpy(at_end, line), "\n");
	put_text(path(), old);
	free(old);
	free(text);
	assert_int_equal(read_into(&s), 1);
	assert_string_equal(warnings, "");
	assert_int_equal(s.format, 0);
	assert_int_equal(s.n_leases, 0);
	assert_int_equal(s.n_uplinks, 3);
	assert_int_equal(s.uplinks[2].options.has,
			 state.uplinks[2].options.has &
				 (2 * BAL_SET_FAILBACK_DRAIN - 1));
	bal_state_fini(&s);
}

static void
test_leases(void **unused)
{
	struct bal_addr other = gateway;
	struct bal_err err = { 0 };
	char name[BAL_IFNAMSIZ];

	(void)unused;
	assert_null(bal_state_lease(&state, "eth1"));
	assert_int_equal(bal_state_set_lease(&state, "eth1", NULL, &err), 0);
	other.bytes[3] = 2;
	assert_int_equal(bal_state_set_lease(&state, "eth1", &gateway, &err),
			 0);
	assert_int_equal(bal_state_set_lease(&state, "eth2", &gateway, &err),
			 0);
	assert_int_equal(bal_state_set_lease(&state, "eth1", &other, &err), 0);
	assert_int_equal(state.n_leases, 2);
	assert_int_equal(bal_state_lease(&state, "eth1")->bytes[3], 2);
	assert_int_equal(bal_state_set_lease(&state, "eth1", NULL, &err), 0);
	assert_null(bal_state_lease(&state, "eth1"));
	assert_non_null(bal_state_lease(&state, "eth2"));
	assert_int_equal(bal_state_set_lease(&state, "a/b", &gateway, &err),
			 -1);
	for (int i = 0; i < BAL_UPLINKS_MAX - 1; i++) {
		snprintf(name, sizeof(name), "dev%d", i);
		assert_int_equal(
			bal_state_set_lease(&state, name, &gateway, &err), 0);
	}
	assert_int_equal(bal_state_set_lease(&state, "more", &gateway, &err),
			 -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_unknown_is_kept),
		TEST(test_kept_is_bounded),
		TEST(test_rows),
		TEST(test_read_by_the_first),
		TEST(test_back_from_the_first),
		TEST(test_leases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
