// SPDX-License-Identifier: GPL-2.0-or-later
/* test_metrics - labels that are always valid, and the state of a plugin. */
#include "../world.h"

#include "status/metrics.h"
#include "status/nagios.h"

static void
label_is(const char *text, const char *want)
{
	char got[80] = "";
	FILE *out = fmemopen(got, sizeof(got), "w");

	assert_non_null(out);
	bal_metric_label(out, text);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(got, want);
}

static void
labels_are_escaped(void **state)
{
	(void)state;
	label_is("eth0", "\"eth0\"");
	label_is("", "\"\"");
	label_is("a\"b\\c\nd", "\"a\\\"b\\\\c\\nd\"");
	label_is("\xe9t\xc3\xa9", "\"\\\\xe9t\xc3\xa9\"");
	label_is("\033[31m", "\"\\\\u001b[31m\"");
	label_is("\xe2\x80\xae", "\"\\\\u202e\"");
}

/* Each name once, in words that Prometheus takes; counters end with _total. */
static void
check_about(const struct bal_metric *m)
{
	const char *end = strrchr(m->name, '_');

	assert_false(strchr("0123456789", m->name[0]));
	assert_true(m->name[strspn(m->name, "abcdefghijklmnopqrstuvwxyz_"
					    "0123456789")] == '\0');
	assert_int_equal(strcmp(m->type, "counter") == 0,
			 end && strcmp(end, "_total") == 0);
	assert_null(strpbrk(m->help, "\\\n"));
}

static void
names_and_types(void **state)
{
	(void)state;
	for (size_t i = 0; bal_metrics_of_all[i].about.name; i++)
		check_about(&bal_metrics_of_all[i].about);
	for (size_t i = 0; bal_metrics_of_uplink[i].about.name; i++) {
		check_about(&bal_metrics_of_uplink[i].about);
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(
				bal_metrics_of_uplink[i].about.name,
				bal_metrics_of_uplink[k].about.name);
	}
}

static struct bal_uplink up;
static struct bal_status_row row;
static struct bal_status s;

static void
one_living_uplink(void)
{
	up = (struct bal_uplink){ .name = "eth1", .admin_up = true };
	row = (struct bal_status_row){ .name = "eth1", .state = "alive",
				       .alive = true, .up = &up };
	s = (struct bal_status){ .n_all = 1, .n_up = 1, .n_alive = 1,
				 .pass_ms = 1 };
	s.rows.v = &row;
	s.rows.n = 1;
}

static void
state_is(enum bal_nagios want)
{
	assert_int_equal(bal_status_nagios_state(&s), want);
	one_living_uplink();
}

static void
a_plugin_has_four_states(void **state)
{
	(void)state;
	one_living_uplink();
	state_is(BAL_NAGIOS_OK);
	up.degraded = true;
	state_is(BAL_NAGIOS_WARNING);
	up.capped = BAL_CAPPED_LAST;
	state_is(BAL_NAGIOS_WARNING);
	s.pass_age_ms = BAL_STATUS_STALE_MS + 1;
	state_is(BAL_NAGIOS_WARNING);
	/* A state file of an older version says nothing of its age. */
	s.pass_age_ms = BAL_STATUS_STALE_MS + 1;
	s.pass_ms = 0;
	state_is(BAL_NAGIOS_OK);
	row.alive = false;
	row.set.required = true;
	state_is(BAL_NAGIOS_CRITICAL);
	/* Down by intent: only an expected one is missed. */
	row.alive = up.admin_up = false;
	s.n_all = 2;
	s.rows.n = 1;
	state_is(BAL_NAGIOS_OK);
	row.alive = up.admin_up = false;
	row.expected = true;
	state_is(BAL_NAGIOS_CRITICAL);
	s.n_alive = 0;
	state_is(BAL_NAGIOS_CRITICAL);
	s.n_up = 0;
	state_is(BAL_NAGIOS_CRITICAL);
	s.kept = true;
	state_is(BAL_NAGIOS_CRITICAL);
	s.last_resort.kind = BAL_RESORT_FOREIGN;
	state_is(BAL_NAGIOS_CRITICAL);
	s.rows.n = 0;
	state_is(BAL_NAGIOS_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_are_escaped),
		cmocka_unit_test(names_and_types),
		cmocka_unit_test(a_plugin_has_four_states),
	};

	return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
