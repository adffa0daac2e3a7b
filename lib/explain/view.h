/* view - what is shown of an explained packet, in the words of bal.conf. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EXPLAIN_VIEW_H
#define BAL_EXPLAIN_VIEW_H

#include "explain/explain.h"
#include "reconcile/pass_plan.h"

/* Lives in the pass's arena, and refers to the pass and the packet. */
struct bal_explain_view {
	const struct bal_pass *pass;
	const struct bal_packet *packet;
	struct bal_explained explained;
	bal_group_list groups;
	struct bal_due due; /* what bal.conf would have changed by now */
	const bal_table_list *tables; /* their names */
};

/*
 * Explain @packet by what @pass has looked at, session.want_whole being set.
 * -1 with @err.
 */
int bal_explain_view(struct bal_pass *pass, const struct bal_packet *packet,
		     struct bal_explain_view *out, struct bal_err *err);

/* Does it go anywhere: out, or to this box? */
bool bal_explain_arrives(const struct bal_explain_view *view);

/* The group, NULL: none, that the table of @rule is of. */
const struct bal_group *bal_explain_group(const struct bal_explain_view *view,
					  const struct bal_rule *rule);
/* The [rule] of bal.conf that @rule is a part of, or NULL. */
const struct bal_conf_rule *
bal_explain_conf_rule(const struct bal_explain_view *view,
		      const struct bal_rule *rule);
/* Is @rule made as the plan has it?  Then bal.conf's words hold for it. */
bool bal_explain_is_planned(const struct bal_explain_view *view,
			    const struct bal_rule *rule);
/* The mark that a connection of the packet has then, by @exit; 0: none. */
uint32_t bal_explain_mark(const struct bal_explain_view *view,
			  const struct bal_exit *exit);
/* The uplink of device @link, that is up, or NULL. */
const struct bal_uplink *bal_explain_uplink(const struct bal_explain_view *view,
					    const struct bal_link *link);
/* Is the mark of @rule one of a class: set by nftables for a [rule]? */
bool bal_explain_is_class(const struct bal_explain_view *view,
			  const struct bal_rule *rule);
/* "tcp" or a number, into @buf of 16; returns @buf. */
const char *bal_explain_proto(uint8_t proto, char *buf);
/* What becomes of it: "sent", "local", "unreachable"... */
const char *bal_explain_fate(enum bal_fate fate);

#endif
