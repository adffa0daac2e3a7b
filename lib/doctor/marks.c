// SPDX-License-Identifier: GPL-2.0-or-later
/* marks - rules of a firewall that write bal's bits of the marks. */
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

static bool
same_words(const struct bal_marker *a, const struct bal_marker *b)
{
	return strcmp(a->by, b->by) == 0 && strcmp(a->table, b->table) == 0 &&
	       strcmp(a->chain, b->chain) == 0 &&
	       strcmp(a->words, b->words) == 0;
}

static bool
reported_before(const struct bal_facts *f, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (same_words(&f->markers.v[k], &f->markers.v[i]))
			return true;
	return false;
}

static void
marks(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const uint32_t ours = f->conf->globals.mark_mask;

	if (!bal_doctor_any_up(f))
		return;
	for (size_t i = 0; i < f->markers.n; i++) {
		const struct bal_marker *m = &f->markers.v[i];

		const uint32_t bits = m->connections | m->packets;

		/* bal's bits alone: the mark of an uplink, set on purpose. */
		if (!(bits & ours) || bits == ours || reported_before(f, i))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "mark-wiped", "",
				"Shapers mark packets to tell classes apart. "
				"Without a mask they write all bits, those by "
				"which bal keeps a connection on its uplink "
				"among them: it may change its uplink, and "
				"break. With a mask both have their bits.");
		bal_doctor_what(d,
				"%s in chain %s of %s writes bal's bits of the "
				"%s mark",
				m->words, m->chain, m->by,
				m->connections & ours ? "connection's" :
							"packet's");
		fix_marker(d, m, ours);
	}
}

const struct bal_doctor_rule bal_doctor_rules_marks[] = {
	{ marks, true },
	{ NULL, false },
};
