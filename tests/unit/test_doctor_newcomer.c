// SPDX-License-Identifier: GPL-2.0-or-later
/* test_doctor_newcomer - sections and probes: mistakes of the first day. */
#include "doctoring.h"

/* One that is no uplink. */
static struct bal_link *
other_device(const char *name)
{
	device(name);
	/* The uplinks' devices have moved. */
	see();
	return link_of(name);
}

static void
sections_without_a_device(void **state)
{
	(void)state;
	configured("eth1", "weight", "1");
	finds_nothing();
	configured("eth7", "weight", "1");
	configured("wwan0", "weight", "1");
	finds(NOTE, "no-device", "eth7 wwan0");
	other_device("eth7");
	finds(NOTE, "no-device", "wwan0");
	break_conf(1);
	finds(BROKEN, "configuration", "");
}

static void
all_uplinks_are_dead(void **state)
{
	(void)state;
	known("eth1")->judge.health = BAL_HEALTH_DEAD;
	see();
	finds_nothing();
	known("eth2")->judge.health = BAL_HEALTH_DEAD;
	see();
	assert_string_equal(finds(BROKEN, "all-dead", "eth1 eth2")->mend,
			    "bal-exec eth1 ping -c 3 9.9.9.9");
	link_of("eth2")->carrier = false;
	see();
	assert_int_equal(strncmp(finds(BROKEN, "all-dead", "eth1 eth2")->mend,
				 "bal-status", strlen("bal-status")),
			 0);
	/* Whom nobody wants up is none of them. */
	known("eth2")->admin_up = false;
	see();
	finds(BROKEN, "all-dead", "eth1");
}

static void
no_uplink_was_probed(void **state)
{
	(void)state;
	known("eth1")->judge.health = BAL_HEALTH_UNKNOWN;
	known("eth1")->since_ms = NOW - 1000;
	see();
	finds_nothing();
	known("eth2")->judge.health = BAL_HEALTH_UNKNOWN;
	known("eth2")->since_ms = NOW - 500000;
	see();
	finds(NOTE, "unprobed", "eth1 eth2");
	known("eth1")->since_ms = NOW - 121000;
	finds(RISK, "unprobed", "eth1 eth2");
	known("eth1")->since_ms = 0;
	finds(NOTE, "unprobed", "eth1 eth2");
	f.watch = false;
	finds(RISK, "nobody-probes", "");
	f.watch = true;
	known("eth2")->sent = 1;
	finds_nothing();
}

static void
the_crontab_of_the_package(void **state)
{
	(void)state;
	f.watch = false;
	assert_non_null(strstr(finds(RISK, "nobody-probes", "")->mend, ">>"));
	f.cron_file = true;
	assert_string_equal(finds(RISK, "nobody-probes", "")->mend,
			    "editor /etc/cron.d/bal");
	f.cron_comment = true;
	assert_int_equal(
		strncmp(finds(RISK, "nobody-probes", "")->mend, "sed", 3), 0);
	f.systemd = true;
	assert_string_equal(finds(RISK, "nobody-probes", "")->mend,
			    "systemctl enable --now bal-check.timer");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		HEALTHY(sections_without_a_device),
		HEALTHY(all_uplinks_are_dead),
		HEALTHY(no_uplink_was_probed),
		HEALTHY(the_crontab_of_the_package),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
