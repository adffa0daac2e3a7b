// SPDX-License-Identifier: GPL-2.0-or-later
/* mangle_edit - our chains and the jumps to them, as they should be. */
#include "firewall/mangle_internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "firewall/xentry.h"
#include "firewall/xtables.h"

static int
fail_edit(struct bal_err *err, const struct bal_mangle_wanted *w, const char *chain)
{
	return bal_err(err, BAL_ESYS, "iptables table %s: chain %s: %s",
		       bal_xtable_name(w->table), chain, iptc_strerror(errno));
}

static const struct bal_chain *
find_wanted(const struct bal_mangle_wanted *w, const char *name)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->chains[i].table == w->table &&
		    strcmp(w->chains[i].name, name) == 0)
			return &w->chains[i];
	return NULL;
}

static bool
holds(const struct bal_chain *c, struct xtc_handle *h)
{
	const struct ipt_entry *e = iptc_first_rule(c->name, h);
	union bal_xentry want;

	for (size_t i = 0; i < c->rules.n; i++) {
		if (!e ||
		    !bal_xentry_encode(&c->rules.v[i], bal_xtables_connmark(),
				       &want) ||
		    !bal_xentry_same(e, iptc_get_target(e, h), &want))
			return false;
		e = iptc_next_rule(e, h);
	}
	return !e;
}

static int
write_rules(const struct bal_chain *c, struct xtc_handle *h, struct bal_mangle_wanted *w,
	    struct bal_err *err)
{
	const struct bal_xrule *rule;
	union bal_xentry entry;

	if (holds(c, h))
		return 0;
	w->changed = true;
	if (!iptc_flush_entries(c->name, h))
		return fail_edit(err, w, c->name);
	for (size_t i = 0; i < c->rules.n; i++) {
		rule = &c->rules.v[i];
		/* A target that is no chain would be taken for a module. */
		if (!bal_xentry_encode(rule, bal_xtables_connmark(), &entry) ||
		    (rule->target == BAL_XT_JUMP &&
		     !iptc_is_chain(rule->chain, h)))
			return bal_err(err, BAL_ESYS,
				       "chain %s: rule %zu cannot be written",
				       c->name, i + 1);
		if (!iptc_append_entry(c->name, &entry.e, h))
			return fail_edit(err, w, c->name);
	}
	return 0;
}

static unsigned
count_jumps(const xt_chainlabel builtin, const char *name, struct xtc_handle *h)
{
	const struct ipt_entry *e;
	const char *target;
	unsigned n = 0;

	for (e = iptc_first_rule(builtin, h); e; e = iptc_next_rule(e, h)) {
		target = bal_mangle_jump_of(e, h);
		n += target && strcmp(target, name) == 0;
	}
	return n;
}

/*
 * Position in @builtin of the first jump to @name, or, with NULL, to any chain
 * of ours that should have none there.  -1: none.
 */
static int
find_jump(const xt_chainlabel builtin, const char *name, const struct bal_mangle_wanted *w,
	  struct xtc_handle *h)
{
	const struct ipt_entry *e;
	const struct bal_chain *c;
	const char *target;
	int at = 0;

	for (e = iptc_first_rule(builtin, h); e; e = iptc_next_rule(e, h)) {
		target = bal_mangle_jump_of(e, h);
		if (target && name && strcmp(target, name) == 0)
			return at;
		if (target && !name) {
			c = find_wanted(w, target);
			if (!c || strcmp(c->parent, builtin) != 0)
				return at;
		}
		at++;
	}
	return -1;
}

static int
drop_jumps(const xt_chainlabel builtin, const char *name, struct bal_mangle_wanted *w,
	   struct xtc_handle *h, struct bal_err *err)
{
	int at;

	while ((at = find_jump(builtin, name, w, h)) >= 0) {
		w->changed = true;
		if (!iptc_delete_num_entry(builtin, (unsigned)at, h))
			return fail_edit(err, w, builtin);
	}
	return 0;
}

/*
 * One jump that is there already stays where it is, whatever was put before
 * or behind it since: two programs that both insist on being first would
 * never come to rest.
 */
static int
write_jump(const struct bal_chain *c, struct bal_mangle_wanted *w, struct xtc_handle *h,
	   struct bal_err *err)
{
	struct bal_xrule rule = { .target = BAL_XT_JUMP };
	union bal_xentry entry;
	int ok;

	if (count_jumps(c->parent, c->name, h) == 1)
		return 0;
	if (!iptc_builtin(c->parent, h))
		return bal_err(err, BAL_EUNAVAIL,
			       "iptables table %s has no chain %s",
			       bal_xtable_name(w->table), c->parent);
	w->changed = true;
	if (drop_jumps(c->parent, c->name, w, h, err) < 0)
		return -1;
	memcpy(rule.chain, c->name, sizeof(rule.chain));
	bal_xentry_encode(&rule, 0, &entry);
	ok = c->jump_first ? iptc_insert_entry(c->parent, &entry.e, 0, h) :
			     iptc_append_entry(c->parent, &entry.e, h);
	return ok ? 0 : fail_edit(err, w, c->parent);
}

/* Empty them all before one is deleted: they may jump to each other. */
static int
drop_chains(struct bal_mangle_wanted *w, struct xtc_handle *h, struct bal_err *err)
{
	const char *name;
	unsigned refs;

	for (name = iptc_first_chain(h); name; name = iptc_next_chain(h)) {
		if (!bal_mangle_is_ours(name) || find_wanted(w, name) ||
		    !iptc_first_rule(name, h))
			continue;
		w->changed = true;
		if (!iptc_flush_entries(name, h))
			return fail_edit(err, w, name);
	}
	for (name = iptc_first_chain(h); name; name = iptc_next_chain(h)) {
		if (!bal_mangle_is_ours(name) || find_wanted(w, name))
			continue;
		if (!iptc_get_references(&refs, name, h))
			return fail_edit(err, w, name);
		if (refs) {
			bal_warn("iptables table %s: chain %s stays, empty: "
				 "a foreign rule jumps to it",
				 bal_xtable_name(w->table), name);
			continue;
		}
		w->changed = true;
		if (!iptc_delete_chain(name, h))
			return fail_edit(err, w, name);
	}
	return 0;
}

/*
 * libiptc keeps the counters of rules, but sets those of policies to what
 * was counted since they were read; iptables loses them that way.
 */
static int
keep_policies(struct bal_mangle_wanted *w, struct xtc_handle *h, struct bal_err *err)
{
	struct xt_counters counters;
	const char *policy;

	for (size_t i = 0; w->changed && i < BAL_N_BUILTINS; i++) {
		if (!iptc_builtin(bal_mangle_builtins[i], h))
			continue;
		policy = iptc_get_policy(bal_mangle_builtins[i], &counters, h);
		if (!policy ||
		    !iptc_set_policy(bal_mangle_builtins[i], policy, &counters, h))
			return fail_edit(err, w, bal_mangle_builtins[i]);
	}
	return 0;
}

int
bal_mangle_edit(struct bal_mangle_wanted *w, struct xtc_handle *h, struct bal_err *err)
{
	const struct bal_chain *c;

	for (size_t i = 0; i < w->n; i++) {
		c = &w->chains[i];
		if (c->table != w->table || iptc_is_chain(c->name, h))
			continue;
		w->changed = true;
		if (!iptc_create_chain(c->name, h))
			return fail_edit(err, w, c->name);
	}
	for (size_t i = 0; i < w->n; i++) {
		c = &w->chains[i];
		if (c->table == w->table && (write_rules(c, h, w, err) < 0 ||
					     write_jump(c, w, h, err) < 0))
			return -1;
	}
	for (size_t i = 0; i < BAL_N_BUILTINS; i++)
		if (iptc_builtin(bal_mangle_builtins[i], h) &&
		    drop_jumps(bal_mangle_builtins[i], NULL, w, h, err) < 0)
			return -1;
	if (drop_chains(w, h, err) < 0)
		return -1;
	return keep_policies(w, h, err);
}
