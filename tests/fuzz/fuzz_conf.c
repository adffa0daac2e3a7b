// SPDX-License-Identifier: GPL-2.0-or-later
/* fuzz_conf - bal.conf as anybody may have written it. */
#include "fuzz.h"

#include <string.h>

#include "config/conf.h"

/* What the rest of the program relies on. */
static void
check(const struct bal_conf *conf)
{
	const struct bal_globals *g = &conf->globals;
	struct bal_err err;

	if (!g->mark_mask || !g->rule_priority || g->rule_priority > 29900 ||
	    g->n_destinations > BAL_DESTINATIONS_MAX)
		abort();
	for (size_t i = 0; i < conf->n_uplinks; i++) {
		const struct bal_conf_uplink *u = &conf->uplinks[i];

		if (bal_check_ifname(u->name, &err) < 0 ||
		    bal_conf_find(conf, u->name) != u ||
		    u->set.n_targets > BAL_TARGETS_MAX)
			abort();
		if ((u->set.has & BAL_SET_WEIGHT) &&
		    (u->set.weight < 1 || u->set.weight > BAL_WEIGHT_MAX))
			abort();
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bal_err err = { 0 };
	struct bal_conf conf;

	if (bal_conf_read(&conf, file_of(data, size), true, &err) < 0) {
		if (err.kind == BAL_EOK || !err.msg[0] ||
		    strlen(err.msg) >= sizeof(err.msg))
			abort();
		return 0;
	}
	check(&conf);
	bal_conf_fini(&conf);
	return 0;
}
