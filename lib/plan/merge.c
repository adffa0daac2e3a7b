// SPDX-License-Identifier: GPL-2.0-or-later
/* merge - what was said of an uplink, by whichever place counts; pure. */
#include "plan/merge.h"

uint64_t
bal_uplink_requested(const struct bal_settings *options)
{
	return options->has & ~bal_settings_auto(options);
}

const struct bal_settings *
bal_uplink_said(const struct bal_conf *conf, const struct bal_uplink_state *us,
		const char *name, enum bal_setting key)
{
	const struct bal_conf_uplink *section;

	if (us && bal_uplink_requested(&us->options) & key)
		return &us->options;
	section = bal_conf_find(conf, name);
	if (section && section->set.has & key)
		return &section->set;
	return conf->check.has & key ? &conf->check : NULL;
}

bool
bal_is_said(const struct bal_conf *conf, const struct bal_state *state,
	    enum bal_setting key)
{
	uint64_t has = conf->check.has;

	for (size_t i = 0; i < conf->n_uplinks; i++)
		has |= conf->uplinks[i].set.has;
	for (size_t i = 0; i < state->n_uplinks; i++)
		has |= state->uplinks[i].options.has;
	return has & key;
}

/* Two that contradict each other: what is degraded counts. */
static void
settle(struct bal_settings *set)
{
	if (set->degraded_loss && set->recovered_loss >= set->degraded_loss)
		set->recovered_loss = set->degraded_loss / 2;
	if (set->recovered_rtt_ms >= set->degraded_rtt_ms)
		set->recovered_rtt_ms = 0;
}

struct bal_settings
bal_uplink_settings(const struct bal_conf *conf,
		    const struct bal_uplink_state *us, const char *name)
{
	const struct bal_conf_uplink *section = bal_conf_find(conf, name);
	struct bal_settings set = bal_settings_default(), options;

	bal_settings_merge(&set, &conf->check);
	if (section)
		bal_settings_merge(&set, &section->set);
	if (us) {
		options = us->options;
		options.has = bal_uplink_requested(&options);
		bal_settings_merge(&set, &options);
	}
	/* Built-in bounds give way to what was said of the other end. */
	if (set.timeout_min_ms > set.timeout_ms)
		set.timeout_min_ms = set.timeout_ms;
	if (set.stable_max_ms < set.stable_ms)
		set.stable_max_ms = set.stable_ms;
	if (conf->settles)
		settle(&set);
	return set;
}
