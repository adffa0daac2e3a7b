/* nagios - the status as a plugin of Nagios, Icinga and the like reports it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_NAGIOS_H
#define BAL_STATUS_NAGIOS_H

#include <stdio.h>

#include "status/status.h"

/* A state file that was not written for so long is out of date, in ms. */
#define BAL_STATUS_STALE_MS 600000

/* The exit status of a plugin. */
enum bal_nagios {
	BAL_NAGIOS_OK,
	BAL_NAGIOS_WARNING,
	BAL_NAGIOS_CRITICAL,
	BAL_NAGIOS_UNKNOWN,
};

/*
 * Critical: none is up or alive, the last resort is in force, or one that is
 * expected or required is not alive.  Warning: another one that is up is dead,
 * one is degraded, its cap is used up, bal.conf is wrong, or the last pass is
 * older than BAL_STATUS_STALE_MS.  Unknown: there is no uplink.  Pure.
 */
enum bal_nagios bal_status_nagios_state(const struct bal_status *status);

/* The one line of a plugin that cannot tell: "BAL UNKNOWN: @why". */
void bal_status_nagios_unknown(const char *why, FILE *out);

#endif
