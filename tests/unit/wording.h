/* wording - a plan in the words of ip(8), to be compared with those of a page. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_WORDING_H
#define TEST_WORDING_H

#include "world.h"

static inline const char *
table_name(uint32_t id)
{
	static char number[12];

	if (id == BALANCING)
		return "balancing";
	if (id == BAL_TABLE_DEFAULT)
		return "default";
	if (id == BAL_TABLE_MAIN)
		return "main";
	for (size_t i = 0; i < w.state.n_uplinks; i++)
		if (w.state.uplinks[i].table == id)
			return w.state.uplinks[i].name;
	snprintf(number, sizeof(number), "%u", id);
	return number;
}

static inline void BAL_PRINTF(1, 2) say(const char *fmt, ...)
{
	size_t used = strlen(w.text);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(w.text + used, sizeof(w.text) - used, fmt, ap);
	va_end(ap);
	assert_true(strlen(w.text) < sizeof(w.text) - 1);
}

static inline void
say_rule(const struct bal_rule *r)
{
	char buf[BAL_ADDR_STRLEN];

	assert_int_equal(r->protocol, BAL_PROTO);
	assert_int_equal(r->family, AF_INET);
	say("%u: %sfrom %s", r->priority, r->invert ? "not " : "",
	    bal_addr_none(&r->src) ? "all" : bal_addr_str(&r->src, buf));
	if (!bal_addr_none(&r->dst))
		say(" to %s", bal_addr_str(&r->dst, buf));
	if (r->has_mark)
		say(" fwmark %#x/%#x", r->mark, r->mask);
	if (r->iif[0])
		say(" iif %s", r->iif);
	if (r->oif[0])
		say(" oif %s", r->oif);
	if (r->has_uid)
		say(" uidrange %u-%u", r->uid_first, r->uid_last);
	if (r->ip_proto)
		say(" ipproto %u", r->ip_proto);
	if (r->sport.first)
		say(" sport %u-%u", r->sport.first, r->sport.last);
	if (r->dport.first)
		say(" dport %u-%u", r->dport.first, r->dport.last);
	if (r->action == BAL_RULE_LOOKUP)
		say(" lookup %s", table_name(r->table));
	if (r->action == BAL_RULE_GOTO)
		say(" goto %u", r->target);
	if (r->action == BAL_RULE_NOP)
		say(" nop");
	if (r->action == BAL_RULE_UNREACHABLE)
		say(" unreachable");
	if (r->suppress_prefixlen >= 0)
		say(" suppress_prefixlength %d", r->suppress_prefixlen);
	say("\n");
}

/* By priority, within one in the order of the plan. */
static inline int
rule_order(const void *a, const void *b)
{
	const struct bal_rule *x = *(const struct bal_rule *const *)a;
	const struct bal_rule *y = *(const struct bal_rule *const *)b;

	if (x->priority != y->priority)
		return x->priority < y->priority ? -1 : 1;
	return x < y ? -1 : x > y;
}

static inline const struct bal_rule **
in_order(const bal_rule_list *rules)
{
	const struct bal_rule **v;

	v = bal_arena_alloc(&w.arena, (rules->n + 1) * sizeof(*v));
	assert_non_null(v);
	for (size_t i = 0; i < rules->n; i++)
		v[i] = &rules->v[i];
	qsort(v, rules->n, sizeof(*v), rule_order);
	return v;
}

/* The rules of w.plan as `ip rule` would print them. */
static inline const char *
rules_text(void)
{
	const struct bal_rule **v = in_order(&w.plan.rules);

	w.text[0] = '\0';
	for (size_t i = 0; i < w.plan.rules.n; i++)
		say_rule(v[i]);
	return w.text;
}

static inline void
say_hop(const struct bal_hop *hop)
{
	char buf[BAL_ADDR_STRLEN];

	if (!bal_addr_none(&hop->gateway))
		say(" via %s", bal_addr_host_str(&hop->gateway, buf));
	say(" dev %s%s", hop->dev, hop->onlink ? " onlink" : "");
}

static inline void
say_route(const struct bal_route *r)
{
	char buf[BAL_ADDR_STRLEN];

	assert_int_equal(r->protocol, BAL_PROTO);
	say("%s: %s%s%s", table_name(r->table), bal_route_type_word(r->type),
	    *bal_route_type_word(r->type) ? " " : "",
	    bal_addr_str(&r->dst, buf));
	if (r->n_hops == 1)
		say_hop(&r->hops[0]);
	if (r->scope_link)
		say(" scope link");
	if (!bal_addr_none(&r->src))
		say(" src %s", bal_addr_host_str(&r->src, buf));
	if (r->metric)
		say(" metric %u", r->metric);
	for (size_t i = 0; r->n_hops > 1 && i < r->n_hops; i++) {
		say(" nexthop");
		say_hop(&r->hops[i]);
		say(" weight %u", r->hops[i].weight);
	}
	say("\n");
}

/* The routes of w.plan in @table (0: all), in the order of the plan. */
static inline const char *
routes_text(uint32_t table)
{
	w.text[0] = '\0';
	for (size_t i = 0; i < w.plan.routes.n; i++)
		if (!table || w.plan.routes.v[i].table == table)
			say_route(&w.plan.routes.v[i]);
	return w.text;
}

/* Every line of the rules' text that @part is in. */
static inline size_t
count_rules(const char *part)
{
	size_t n = 0;

	for (const char *p = rules_text(); (p = strstr(p, part)); p++)
		n++;
	return n;
}

static inline void
say_mark(const char *what, const struct bal_xmark *x)
{
	if (x->used)
		say(" %s%s %#x/%#x", x->invert ? "! " : "", what, x->value,
		    x->mask);
}

/* The chains of w.plan, a word or two for each of their parts. */
static inline const char *
chains_text(void)
{
	bal_chain_list chains = { 0 };

	w.text[0] = '\0';
	assert_int_equal(bal_legacy_chains(&w.plan.firewall, &w.arena, &chains,
					   &w.err),
			 0);
	for (size_t i = 0; i < chains.n; i++) {
		const struct bal_chain *c = &chains.v[i];

		say("%s %s from %s, %s\n",
		    c->table == BAL_XTABLE_NAT ? "nat" : "mangle", c->name,
		    c->parent, c->jump_first ? "first" : "last");
		for (size_t k = 0; k < c->rules.n; k++) {
			const struct bal_xrule *r = &c->rules.v[k];
			static const char *const targets[] = {
				[BAL_XT_RETURN] = "return",
				[BAL_XT_SET_CONNMARK] = "connmark",
				[BAL_XT_RESTORE_MARK] = "restore",
				[BAL_XT_MASQUERADE] = "masquerade",
			};

			say(" ");
			if (r->in[0])
				say(" in %s", r->in);
			if (r->out[0])
				say(" out %s", r->out);
			if (r->state_new)
				say(" new");
			say_mark("mark", &r->mark);
			say_mark("connmark", &r->connmark);
			say(" %s", targets[r->target]);
			if (r->set_mask)
				say(" %#x/%#x", r->set_mark, r->set_mask);
			say("\n");
		}
	}
	return w.text;
}

#endif
