// SPDX-License-Identifier: GPL-2.0-or-later
/* conf - a configuration as bal.conf gives it. */
#include "config/conf.h"

#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/order.h"
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
	bal_policy_fini(&conf->policy);
	free(conf->text);
	for (size_t i = 0; i < conf->n_parts; i++) {
		free(conf->parts[i].path);
		free(conf->parts[i].text);
	}
	free(conf->parts);
	if (conf->paths)
		free(conf->paths[0]);
	free(conf->paths);
	*conf = (struct bal_conf){ 0 };
}

const struct bal_conf_uplink *
bal_conf_find(const struct bal_conf *conf, const char *name)
{
	/* No more than where to begin: callers go through them in order. */
	static size_t last;
	const size_t at = bal_find_name(conf->uplinks, conf->n_uplinks,
					sizeof(*conf->uplinks), name, last);

	if (at == conf->n_uplinks)
		return NULL;
	last = at;
	return &conf->uplinks[at];
}

struct bal_conf_files
bal_conf_files(const struct bal_paths *paths)
{
	return (struct bal_conf_files){ .path = paths->conf,
					.must_exist = paths->conf_given,
					.parts = paths->conf_parts };
}

struct bal_conf_place
bal_conf_place(const struct bal_conf *conf, unsigned number)
{
	return (struct bal_conf_place){
		conf->paths ? conf->paths[BAL_PLACE_FILE(number)] : "",
		BAL_PLACE_LINE(number)
	};
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
