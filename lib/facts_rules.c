// SPDX-License-Identifier: GPL-2.0-or-later
/* facts_rules - somebody else's policy rules, and what they lead to. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "facts_parts.h"
#include "nl_read.h"
#include "op.h"

/* Has @table a route that most addresses take: a default, or half of one? */
static bool
is_wide(struct bal_facts *f, struct bal_nl *nl, uint32_t table)
{
	bal_route_list routes = { 0 };
	struct bal_arena arena = { 0 };
	struct bal_err why = { 0 };
	bool wide = false;

	if (bal_nl_routes(nl, table, &arena, &routes, &why) < 0)
		bal_facts_unseen(
			f, bal_facts_text(f, "table %u: %s", table, why.msg));
	for (size_t i = 0; i < routes.n; i++)
		wide |= routes.v[i].dst.len <= 1;
	bal_arena_fini(&arena);
	return wide;
}

static const char *
words_of(struct bal_facts *f, const struct bal_rule *rule)
{
	const char *kept = "";
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		return kept;
	bal_print_rule(out, rule);
	if (fclose(out) == 0)
		kept = bal_facts_text(f, "%s", text);
	free(text);
	return kept;
}

/*
 * Those of which the kernel may take a packet before bal's last rule.  Table 0
 * is that of a VRF, whose rule matches nothing else.
 */
static bool
matters(const struct bal_rule *rule)
{
	return rule->protocol != BAL_PROTO && rule->priority > 0 &&
	       rule->priority <= BAL_RULE_ENTRY &&
	       rule->action != BAL_RULE_GOTO && rule->action != BAL_RULE_NOP &&
	       !(rule->action == BAL_RULE_LOOKUP && rule->table == 0);
}

void
bal_facts_rules(struct bal_facts *f, struct bal_nl *nl)
{
	for (size_t i = 0; i < f->snap->rules.n; i++) {
		const struct bal_rule *rule = &f->snap->rules.v[i];
		struct bal_foreign_rule *found;

		if (!matters(rule))
			continue;
		found = BAL_PUSH(&f->arena, &f->foreign_rules);
		if (!found)
			return;
		found->rule = rule;
		found->words = words_of(f, rule);
		/* No route shorter than @suppress_prefixlen counts. */
		found->wide = rule->action != BAL_RULE_LOOKUP ||
			      (rule->suppress_prefixlen < 0 &&
			       is_wide(f, nl, rule->table));
	}
}
