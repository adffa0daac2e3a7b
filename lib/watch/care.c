// SPDX-License-Identifier: GPL-2.0-or-later
/* care - the devices and tables that the monitor reports on. */
#include <stdlib.h>
#include <string.h>

#include "watch/internal.h"

int
bal_watch_care(struct bal_monitor *monitor,
	       const struct bal_pass_inputs *in,
	       struct bal_err *err)
{
	const struct bal_state *state = &in->state;
	const struct bal_conf *conf = &in->conf;
	struct bal_monitor_interest interest = { 0 };
	char (*devs)[BAL_IFNAMSIZ];
	uint32_t *tables;
	int rc = -1;

	devs = calloc(state->n_uplinks + conf->n_uplinks + 1, sizeof(*devs));
	tables = calloc(state->n_uplinks + 2, sizeof(*tables));
	if (devs && tables) {
		for (size_t i = 0; i < state->n_uplinks; i++) {
			memcpy(devs[interest.n_devs++], state->uplinks[i].name,
			       sizeof(*devs));
			tables[interest.n_tables++] = state->uplinks[i].table;
		}
		tables[interest.n_tables++] = state->balancing_table;
		tables[interest.n_tables++] = BAL_TABLE_DEFAULT;
		interest.devs = (const char (*)[BAL_IFNAMSIZ])devs;
		interest.tables = tables;
		rc = bal_monitor_care(monitor, &interest, err);
	} else {
		bal_err_nomem(err);
	}
	free(devs);
	free(tables);
	return rc;
}
