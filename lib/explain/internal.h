/* internal - what the evaluator and the printers are made of. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EXPLAIN_INTERNAL_H
#define BAL_EXPLAIN_INTERNAL_H

#include "explain/view.h"

/* A route found in a table; NULL and an empty list: none. */
struct bal_found {
	const struct bal_route *route;
	BAL_LIST(const struct bal_hop *) hops; /* those that can be used */
	/*
	 * Default routes of its metric behind it, each with a gateway: the kernel
	 * takes the first one whose gateway answers, fib_select_default().
	 */
	BAL_LIST(const struct bal_route *) rivals;
};

/* Look @packet up in @table as fib_table_lookup() does. */
void bal_explain_lookup(const struct bal_snapshot *snap,
			const struct bal_packet *packet, uint32_t table,
			struct bal_arena *arena, struct bal_found *out);

/* Why @rule does not select @packet, or BAL_FITS. */
enum bal_misfit bal_explain_match(const struct bal_rule *rule,
				  const struct bal_packet *packet);

#define BAL_MEANING_LEN 400

/*
 * What @rule is, in words, into @buf of BAL_MEANING_LEN;
 * one of another program as ip(8) has it.  Returns @buf.
 */
const char *bal_explain_meaning(const struct bal_explain_view *view,
				const struct bal_rule *rule, char *buf);
/* Why @step does not take the packet, likewise. */
const char *bal_explain_reason(const struct bal_explain_view *view,
			       const struct bal_step *step, char *buf);
#endif
