/* merge - what was said of an uplink, by whichever place counts; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MERGE_H
#define BAL_MERGE_H

#include "config/conf.h"
#include "state/state.h"

/*
 * The keys of @options, of a stanza or bal-up, that come before bal.conf: not
 * those that say `auto`, which take back what was requested, and no more.
 */
uint64_t bal_uplink_requested(const struct bal_settings *options);

/*
 * The merged settings of one uplink, learned values not among them.  Settings
 * rank: requested (options, stanza), bal.conf's section, [check], built-in.  @us
 * may be NULL.  bal_uplinks_resolve() keeps them in the uplink: once is enough.
 */
struct bal_settings bal_uplink_settings(const struct bal_conf *conf,
					const struct bal_uplink_state *us,
					const char *name);

/*
 * The place whose @key counts for the uplink @name, without a merge: owned by
 * @us, which may be NULL, or @conf.  NULL: it was said nowhere.
 */
const struct bal_settings *bal_uplink_said(const struct bal_conf *conf,
					   const struct bal_uplink_state *us,
					   const char *name,
					   enum bal_setting key);

/* Is @key said of any uplink, or of all?  It need not be one that is up. */
bool bal_is_said(const struct bal_conf *conf, const struct bal_state *state,
		 enum bal_setting key);

#endif
