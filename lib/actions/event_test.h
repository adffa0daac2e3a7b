/* event_test - runs the event programs for an event that did not happen. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EVENT_TEST_H
#define BAL_EVENT_TEST_H

#include <stdbool.h>

#include "base/error.h"

/*
 * Run the event programs as for the event @name of bal(7), with example values:
 * as units where bal-check.service would.  @conf_option is -c's, or NULL.
 * Waits for all of them; bal_say() reports their output, the skipped files and
 * each result.  @well: there was one, and each ended with 0.  Takes no lock,
 * changes and records nothing.  -1: BAL_EUSAGE for an unknown event.
 */
int bal_event_test(const char *name, const char *conf_option, bool *well,
	      struct bal_err *err);

#endif
