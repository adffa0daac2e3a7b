// SPDX-License-Identifier: GPL-2.0-or-later
/* test_doctor_newcomer - mistakes of the first day. */
#include "doctoring.h"

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
		HEALTHY(the_crontab_of_the_package),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
