// SPDX-License-Identifier: GPL-2.0-or-later
/* mangle - our chains in iptables' legacy tables, by libiptc. */
#include "firewall/mangle.h"

#include <errno.h>
#include <libiptc/libiptc.h>
#include <string.h>
#include <unistd.h>

#include "firewall/mangle_internal.h"
#include "firewall/xentry.h"
#include "firewall/xtables.h"

#define COMMIT_TRIES 16

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
		const char *target = bal_mangle_jump_of(e, h);
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

		if (!bal_mangle_is_ours(name))
			continue;
		c = BAL_PUSH(arena, out);
		if (!c)
			break;
		c->table = table;
		bal_copy(c->name, sizeof(c->name), name);
		read_chain(name, h, arena, c);
	}
	for (size_t i = 0; !arena->oom && i < BAL_N_BUILTINS; i++)
		read_jumps(bal_mangle_builtins[i], h, out, before);
	iptc_free(h);
	if (arena->oom) {
		out->n = before;
		return bal_err_nomem(err);
	}
	return 0;
}

/* --- writing ------------------------------------------------------------ */

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
	struct bal_mangle_wanted w = { .table = table, .chains = chains, .n = n };
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
		if (bal_mangle_edit(&w, h, err) < 0) {
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
