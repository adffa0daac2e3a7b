// SPDX-License-Identifier: GPL-2.0-or-later
/* marks - rules of a firewall that write bal's bits of the marks. */
#include <stdio.h>
#include <string.h>

#include "doctor/internal.h"

/* How to keep bal's bits out of it, in that firewall's terms. */
static void
fix_marker(struct bal_diagnosis *d, const struct bal_marker *m, uint32_t ours)
{
	const uint32_t theirs = ~ours;

	if (strcmp(m->by, "nft") == 0)
		bal_doctor_fix(d,
				"%s mark set %s mark and 0x%x or VALUE, with "
				"no bit of 0x%x in VALUE (in chain %s of table "
				"%s)",
				m->connections ? "ct" : "meta",
				m->connections ? "ct" : "meta", ours, ours,
				m->chain, m->table);
	else if (strstr(m->words, "--save-mark") ||
		 strstr(m->words, "--restore-mark"))
		bal_doctor_fix(d,
				"CONNMARK --%s-mark --nfmask 0x%x --ctmask "
				"0x%x (in chain %s, in place of that)",
				strstr(m->words, "--save-mark") ? "save" :
								  "restore",
				theirs, theirs, m->chain);
	else
		bal_doctor_fix(d,
				"%s --set-mark VALUE/0x%x, with no bit of 0x%x "
				"in VALUE (in chain %s, in place of that)",
				m->connections ? "CONNMARK" : "MARK", theirs,
				ours, m->chain);
}

/* Rules of one chain for which one fix will do. */
struct marker_group {
	const struct bal_marker *first;
	const char *kind; /* what the first is fixed by */
	size_t n;	  /* of different words, one after another */
	const char *last; /* words */
};
typedef BAL_LIST(struct marker_group) group_list;

static const char *
kind_of(const struct bal_marker *m)
{
	return strstr(m->words, "--save-mark")	  ? "save" :
	       strstr(m->words, "--restore-mark") ? "restore" :
						    "set";
}

static bool
is_of_group(const struct marker_group *g, const struct bal_marker *m)
{
	return strcmp(g->first->chain, m->chain) == 0 &&
	       strcmp(g->first->table, m->table) == 0 &&
	       strcmp(g->first->by, m->by) == 0 &&
	       !g->first->connections == !m->connections &&
	       strcmp(g->kind, kind_of(m)) == 0;
}

/* A shaper has a rule for each host: hundreds, and one chain for all. */
static void
add_to_group(struct bal_arena *arena, group_list *groups,
	     const struct bal_marker *m)
{
	struct marker_group *g;

	for (size_t i = 0; i < groups->n; i++) {
		g = &groups->v[i];
		if (!is_of_group(g, m))
			continue;
		g->n += strcmp(g->last, m->words) != 0;
		g->last = m->words;
		return;
	}
	g = BAL_PUSH(arena, groups);
	if (g)
		*g = (struct marker_group){ m, kind_of(m), 1, m->words };
}

static void
report(struct bal_diagnosis *d, const struct marker_group *g, uint32_t ours)
{
	const struct bal_marker *m = g->first;
	char more[48] = "";

	if (g->n > 1)
		snprintf(more, sizeof(more), " and %zu more like it", g->n - 1);
	bal_doctor_find(d, BAL_SEVERITY_RISK, "mark-wiped", "",
			"Shapers mark packets to tell classes apart. "
			"Without a mask they write all bits, those by "
			"which bal keeps a connection on its uplink "
			"among them: it may change its uplink, and "
			"break. With a mask both have their bits.");
	bal_doctor_what(d, "%s%s in chain %s of %s writes bal's bits of the %s mark",
			m->words, more, m->chain, m->by,
			m->connections & ours ? "connection's" : "packet's");
	fix_marker(d, m, ours);
}

static void
marks(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const uint32_t ours = f->conf->globals.mark_mask;
	group_list groups = { 0 };

	if (!bal_doctor_any_up(f))
		return;
	for (size_t i = 0; i < f->markers.n; i++) {
		const struct bal_marker *m = &f->markers.v[i];
		const uint32_t bits = m->connections | m->packets;

		/* bal's bits alone: the mark of an uplink, set on purpose. */
		if (bits & ours && bits != ours)
			add_to_group(d->arena, &groups, m);
	}
	for (size_t i = 0; i < groups.n; i++)
		report(d, &groups.v[i], ours);
}

const struct bal_doctor_rule bal_doctor_rules_marks[] = {
	{ marks, true },
	{ NULL, false },
};
