/* groups - what is shown of the groups of bal.conf. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_GROUPS_H
#define BAL_STATUS_GROUPS_H

#include <stdio.h>

#include "plan/group.h"

typedef BAL_LIST(const char *) bal_name_list;

/* A group of bal.conf.  Lives in the pass's arena. */
struct bal_status_group {
	const char *name;
	const char *mode; /* "multi", "solo" or "best" */
	uint32_t table;	  /* 0: it has none yet */
	bal_name_list uplinks;
	bal_name_list in_use; /* of these: they get its new connections */
	bool six; /* a member is for IPv6, too */
	bal_name_list in_use6; /* those that get its new ones of IPv6 */
	/* Its own failback_drain: BAL_DRAIN_NEVER, or ms. */
	bool has_drain;
	uint32_t drain_ms;
	const char *fallback; /* the word of bal.conf, or a group */
};
typedef BAL_LIST(struct bal_status_group) bal_status_group_list;

/*
 * One for each of @policy, in order, as @groups has them now, into @out and
 * @arena.  Lack of memory shows in @arena.
 */
void bal_status_groups(const struct bal_policy *policy,
		       const bal_group_list *groups, struct bal_arena *arena,
		       bal_status_group_list *out);

/* A line for each, for people; or a JSON key with an array of objects. */
void bal_status_groups_text(const bal_status_group_list *groups, FILE *out);
void bal_status_groups_json(const bal_status_group_list *groups, FILE *out);

/* Likewise, one for each [rule] of @policy, in order. */
void bal_status_rules_json(const struct bal_policy *policy, FILE *out);

#endif
