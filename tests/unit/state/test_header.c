// SPDX-License-Identifier: GPL-2.0-or-later
/* test_header - headers of the state file that are damaged or lost. */
#include "../states.h"

static void
read_damaged(struct bal_state *s, const char *text)
{
	put_text(path(), text);
	if (read_into(s) || !s->damaged)
		fail_msg("accepted: %s", text);
	assert_non_null(strstr(warnings, "state.bad"));
}

/* None is a header of its own. */
static const char *const damaged_headers[] = {
	"[",	       "[]]x",	      "[uplink ]",     "[uplink a/b]",
	"[uplink lo]", "[uplink a b", "[uplink a]",    "[bal]",
	"[bal",	       "[\001]",      "[uplink \177]",
};

/* A header that is damaged costs that line, wherever it stands. */
static void
assert_costs_a_line(const char *header, int at)
{
	static const char *const lines[] = {
		"[bal]\n",	"mode = multi\n",    "balancing_table = 9\n",
		"[uplink a]\n", "admin = down\n",    "slot = 4\n",
		"table = 5\n",	"told.weight = 7\n", "told.over = b\n",
	};
	const struct bal_uplink_state *a;
	struct bal_state s;
	char text[512] = "";
	size_t len = 0;

	for (int i = 0; i < (int)(sizeof(lines) / sizeof(*lines)); i++)
		len += (size_t)snprintf(
			text + len, sizeof(text) - len, "%s%s%s", lines[i],
			i == at ? header : "", i == at ? "\n" : "");
	snprintf(text + len, sizeof(text) - len, "[end]\n");
	read_damaged(&s, text);
	a = bal_state_find(&s, "a");
	if (s.n_uplinks != 1 || !a || a->admin_up || a->slot != 4 ||
	    a->table != 5 || a->options.weight != 7 ||
	    strcmp(a->options.over, "b") != 0 || !s.has_mode ||
	    s.balancing_table != 9 || s.kept_len)
		fail_msg("more is lost than the line %s in:\n%s", header, text);
	if (at > 2)
		assert_true(a->partial);
	bal_state_fini(&s);
}

static void
test_a_header_costs_that_line(void **unused)
{
	size_t n = sizeof(damaged_headers) / sizeof(*damaged_headers);

	(void)unused;
	for (size_t i = 0; i < n; i++)
		for (int at = 0; at < 8; at++)
			/* The first "[uplink a]" is none that is damaged. */
			if (at > 2 || !strstr(damaged_headers[i], "k a]"))
				assert_costs_a_line(damaged_headers[i], at);
}

/* Instead of [uplink b]: nothing of b becomes a's, or is kept as unknown. */
static const char *const lost_headers[] = {
	"",	     "[",	   "[uplink b", "uplink b]",   "[uplimk b]",
	"[uplink ]", "[uplink a]", "[bal]",	"[uplink lo]", "[\001]",
};

static void
test_a_lost_header(void **unused)
{
	(void)unused;
	for (size_t i = 0; i < sizeof(lost_headers) / sizeof(*lost_headers);
	     i++) {
		struct bal_state s;
		char text[512];

		snprintf(text, sizeof(text),
			 "[bal]\n[uplink a]\nadmin = up\nslot = 1\n"
			 "told.weight = 7\n\n%s\nadmin = down\n"
			 "slot = 2\ntold.over = a\n[end]\n",
			 lost_headers[i]);
		read_damaged(&s, text);
		if (s.n_uplinks != 1 || !s.uplinks[0].admin_up ||
		    s.uplinks[0].slot != 1 ||
		    s.uplinks[0].options.has != BAL_SET_WEIGHT || s.kept_len)
			fail_msg("lines of another in:\n%s", text);
		bal_state_fini(&s);
	}
}

/*
 * An uplink is there once, and what two share is neither's: which of them is
 * damaged does not show here.
 */
static void
test_shared(void **unused)
{
	static const char text[] =
		"[bal]\nbalancing_table = 7\n"
		"[uplink a]\nslot = 1\ntable = 8\n"
		"[uplink b]\nslot = 1\ntable = 8\ntold.weight = 3\n"
		"[uplink c]\nslot = 2\ntable = 7\ntold.weight = 4\n"
		"[uplink a]\nadmin = down\nslot = 5\n"
		"[uplink 0]\n[uplink c]\nadmin = down\nslot = 6\n"
		"[uplink 0]\nslot = 9\n[end]\n";
	struct bal_state s;

	(void)unused;
	read_damaged(&s, text);
	assert_int_equal(s.n_uplinks, 4);
	for (size_t i = 0; i < 3; i++)
		assert_true(s.uplinks[i].partial && s.uplinks[i].admin_up &&
			    !s.uplinks[i].table);
	assert_true(!s.uplinks[0].slot && !s.uplinks[1].slot &&
		    s.uplinks[1].options.weight == 3);
	assert_true(s.uplinks[2].slot == 2 && s.uplinks[2].options.weight == 4);
	assert_int_equal(s.uplinks[3].slot, 9);
	assert_int_equal(s.balancing_table, 0);
	bal_state_fini(&s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_directory, give_back)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_a_header_costs_that_line),
		TEST(test_a_lost_header),
		TEST(test_shared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
