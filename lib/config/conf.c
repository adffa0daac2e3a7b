// SPDX-License-Identifier: GPL-2.0-or-later
/* conf - a configuration as bal.conf gives it. */
#include "config/conf.h"

#include <stdlib.h>
#include <string.h>

#include "config/globals.h"

struct bal_conf
bal_conf_empty(void)
{
	return (struct bal_conf){ .globals = bal_globals_default() };
}

void
bal_conf_fini(struct bal_conf *conf)
{
	free(conf->uplinks);
	free(conf->text);
	*conf = (struct bal_conf){ 0 };
}

const struct bal_conf_uplink *
bal_conf_find(const struct bal_conf *conf, const char *name)
{
	size_t i;

	for (i = 0; i < conf->n_uplinks; i++)
		if (!strcmp(conf->uplinks[i].name, name))
			return &conf->uplinks[i];
	return NULL;
}

const char *
bal_conf_instead_text(enum bal_conf_instead instead)
{
	switch (instead) {
	case BAL_INSTEAD_BUILT_IN:
		break;
	case BAL_INSTEAD_RIGHT_LINES:
		return "its wrong lines are left out";
	case BAL_INSTEAD_LAST_GOOD:
		return "the configuration from before stays";
	}
	return "built-in settings count";
}
