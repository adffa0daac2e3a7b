// SPDX-License-Identifier: GPL-2.0-or-later
/* mangle - our chains in iptables' legacy tables, by libiptc. */
#include "firewall/mangle.h"

#include <errno.h>
#include <libiptc/libiptc.h>
#include <string.h>
#include <unistd.h>

#include "firewall/xentry.h"
#include "firewall/xtables.h"

#define OUR_PREFIX "BAL_"
#define COMMIT_TRIES 16

/* What one commit has to make true. */
struct wanted {
	enum bal_xtable table;
	const struct bal_chain *chains;
	size_t n;
	bool changed; /* there is something to commit */
};

static const xt_chainlabel builtins[] = {
	"PREROUTING", "INPUT", "FORWARD", "OUTPUT", "POSTROUTING",
};

#define N_BUILTINS (sizeof(builtins) / sizeof(builtins[0]))

const char *
bal_xtable_name(enum bal_xtable table)
{
	return table == BAL_XTABLE_NAT ? "nat" : "mangle";
}

static bool
is_ours(const char *chain)
{
	return strncmp(chain, OUR_PREFIX, sizeof(OUR_PREFIX) - 1) == 0;
}

static bool
is_missing(int eno)
{
	/* ENOPROTOOPT: no ip_tables; ENOENT: not this table */
	return eno == ENOPROTOOPT || eno == ENOENT;
}

static struct xtc_handle *
open_table(enum bal_xtable table, struct bal_err *err)
{
	const char *name = bal_xtable_name(table);
	struct xtc_handle *h;
	int eno;

	errno = 0;
	h = iptc_init(name);
	if (!h && is_missing(errno)) {
		eno = errno;
		if (bal_xtables_load())
			h = iptc_init(name);
		else
			errno = eno;
	}
	if (h)
		return h;
	eno = errno;
	if (is_missing(eno))
		bal_err(err, BAL_EUNAVAIL,
			"the kernel has no legacy iptables table %s", name);
	else if (eno == 0)
		bal_err(err, BAL_EUNAVAIL, "libiptc cannot read table %s",
			name);
	else
		bal_err_sys(err, eno, "cannot read iptables table %s", name);
	return NULL;
}

/* --- reading ------------------------------------------------------------ */

/* The chain that @e jumps to if it does nothing else and that is ours. */
static const char *
jump_of(const struct ipt_entry *e, struct xtc_handle *h)
{
	const char *target;
	struct bal_xrule rule;

	if (e->target_offset != sizeof(*e))
		return NULL;
	target = iptc_get_target(e, h);
	if (!is_ours(target))
		return NULL;
	bal_xentry_decode(e, target, &rule);
	if (rule.target != BAL_XT_JUMP || rule.in[0] || rule.out[0])
		return NULL;
	return target;
}

static void
read_chain(const char *name, struct xtc_handle *h, struct bal_arena *arena,
	   struct bal_chain *out)
{
	const struct ipt_entry *e;
	struct bal_xrule *rule;

	for (e = iptc_first_rule(name, h); e; e = iptc_next_rule(e, h)) {
		rule = BAL_PUSH(arena, &out->rules);
		if (!rule)
			return;
		/* Written by an older kernel's iptables: to be renewed. */
		if (bal_xentry_decode(e, iptc_get_target(e, h), rule) == 1 &&
		    bal_xtables_connmark() != 1)
			*rule = (struct bal_xrule){ .target = BAL_XT_OTHER };
	}
}

static struct bal_chain *
find_read(bal_chain_list *list, size_t from, const char *name)
{
	for (size_t i = from; i < list->n; i++)
		if (strcmp(list->v[i].name, name) == 0)
			return &list->v[i];
	return NULL;
}

static void
read_jumps(const xt_chainlabel builtin, struct xtc_handle *h,
	   bal_chain_list *list, size_t from)
{
	const struct ipt_entry *e;
	bool first = true;

	if (!iptc_builtin(builtin, h))
		return;
	for (e = iptc_first_rule(builtin, h); e; e = iptc_next_rule(e, h)) {
		const char *target = jump_of(e, h);
		struct bal_chain *c =
			target ? find_read(list, from, target) : NULL;

		if (!c) {
			first = false;
			continue;
		}
		if (c->n_jumps++ == 0) {
			bal_copy(c->parent, sizeof(c->parent), builtin);
			c->jump_first = first;
		}
	}
}

int
bal_mangle_read(enum bal_xtable table, struct bal_arena *arena,
		bal_chain_list *out, struct bal_err *err)
{
	const size_t before = out->n;
	struct xtc_handle *h = open_table(table, err);
	const char *name;

	if (!h)
		return -1;
	for (name = iptc_first_chain(h); name; name = iptc_next_chain(h)) {
		struct bal_chain *c;

		if (!is_ours(name))
			continue;
		c = BAL_PUSH(arena, out);
		if (!c)
			break;
		c->table = table;
		bal_copy(c->name, sizeof(c->name), name);
		read_chain(name, h, arena, c);
	}
	for (size_t i = 0; !arena->oom && i < N_BUILTINS; i++)
		read_jumps(builtins[i], h, out, before);
	iptc_free(h);
	if (arena->oom) {
		out->n = before;
		return bal_err_nomem(err);
	}
	return 0;
}

/* --- writing ------------------------------------------------------------ */

static int
fail_edit(struct bal_err *err, const struct wanted *w, const char *chain)
{
	return bal_err(err, BAL_ESYS, "iptables table %s: chain %s: %s",
		       bal_xtable_name(w->table), chain, iptc_strerror(errno));
}

static const struct bal_chain *
find_wanted(const struct wanted *w, const char *name)
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
write_rules(const struct bal_chain *c, struct xtc_handle *h, struct wanted *w,
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
		target = jump_of(e, h);
		n += target && strcmp(target, name) == 0;
	}
	return n;
}

/*
 * Position in @builtin of the first jump to @name, or, with NULL, to any chain
 * of ours that should have none there.  -1: none.
 */
static int
find_jump(const xt_chainlabel builtin, const char *name, const struct wanted *w,
	  struct xtc_handle *h)
{
	const struct ipt_entry *e;
	const struct bal_chain *c;
	const char *target;
	int at = 0;

	for (e = iptc_first_rule(builtin, h); e; e = iptc_next_rule(e, h)) {
		target = jump_of(e, h);
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
drop_jumps(const xt_chainlabel builtin, const char *name, struct wanted *w,
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
write_jump(const struct bal_chain *c, struct wanted *w, struct xtc_handle *h,
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
drop_chains(struct wanted *w, struct xtc_handle *h, struct bal_err *err)
{
	const char *name;
	unsigned refs;

	for (name = iptc_first_chain(h); name; name = iptc_next_chain(h)) {
		if (!is_ours(name) || find_wanted(w, name) ||
		    !iptc_first_rule(name, h))
			continue;
		w->changed = true;
		if (!iptc_flush_entries(name, h))
			return fail_edit(err, w, name);
	}
	for (name = iptc_first_chain(h); name; name = iptc_next_chain(h)) {
		if (!is_ours(name) || find_wanted(w, name))
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
keep_policies(struct wanted *w, struct xtc_handle *h, struct bal_err *err)
{
	struct xt_counters counters;
	const char *policy;

	for (size_t i = 0; w->changed && i < N_BUILTINS; i++) {
		if (!iptc_builtin(builtins[i], h))
			continue;
		policy = iptc_get_policy(builtins[i], &counters, h);
		if (!policy ||
		    !iptc_set_policy(builtins[i], policy, &counters, h))
			return fail_edit(err, w, builtins[i]);
	}
	return 0;
}

static int
edit(struct wanted *w, struct xtc_handle *h, struct bal_err *err)
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
	for (size_t i = 0; i < N_BUILTINS; i++)
		if (iptc_builtin(builtins[i], h) &&
		    drop_jumps(builtins[i], NULL, w, h, err) < 0)
			return -1;
	if (drop_chains(w, h, err) < 0)
		return -1;
	return keep_policies(w, h, err);
}

/* The reason why the kernel refused a commit. */
static int
fail_commit(struct bal_err *err, int eno, enum bal_xtable table)
{
	const char *name = bal_xtable_name(table);

	switch (eno) {
	case 0:
	case ENOENT:
	case ENOPROTOOPT:
	case EPROTOTYPE: /* an unknown revision */
		bal_err(err, BAL_EUNAVAIL,
			"cannot write iptables table %s: the kernel lacks a "
			"match or target (connmark, conntrack, MASQUERADE)",
			name);
		err->sys = eno;
		return -1;
	case EAGAIN:
		return bal_err(err, BAL_EBUSY,
			       "iptables table %s kept changing", name);
	default:
		return bal_err_sys(err, eno, "cannot write iptables table %s",
				   name);
	}
}

/*
 * Did the table change under us?  EAGAIN: before the kernel took ours; EINVAL,
 * if it has no other cause: before the counters were put back.
 */
static bool
is_lost_race(int eno)
{
	return eno == EAGAIN || eno == EINVAL;
}

int
bal_mangle_commit(enum bal_xtable table, const struct bal_chain *chains,
		  size_t n, unsigned wait_ms, struct bal_err *err)
{
	struct wanted w = { .table = table, .chains = chains, .n = n };
	const int lock = bal_xtables_lock(wait_ms, err);
	struct xtc_handle *h;
	int rc = -1, eno = 0;

	if (lock < 0)
		return -1;
	for (int left = COMMIT_TRIES; rc < 0 && left > 0; left--) {
		h = open_table(table, err);
		if (!h)
			break;
		w.changed = false;
		if (edit(&w, h, err) < 0) {
			left = 0;
		} else {
			errno = 0;
			rc = iptc_commit(h) ? 0 : -1;
			eno = errno;
			if (rc < 0)
				fail_commit(err, eno, table);
			if (!is_lost_race(eno))
				left = 0;
		}
		iptc_free(h);
	}
	close(lock);
	return rc;
}
