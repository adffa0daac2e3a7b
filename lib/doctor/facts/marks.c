// SPDX-License-Identifier: GPL-2.0-or-later
/* marks - other writers of the marks of packets and connections. */
#include <stdlib.h>
#include <string.h>

#include "doctor/facts/internal.h"
#include "doctor/facts/jumps.h"
#include "firewall/nft.h"
#include "firewall/smooth.h"
#include "kinds/smooth.h"

#define WORD_MAX 128
#define ALL 0xffffffffu

/* One listing while it is parsed. */
struct reading {
	struct bal_facts *f;
	const char *by; /* program of the listing: "iptables-nft" */
	size_t first;	/* of the writers found, the first of this table */
	BAL_LIST(struct bal_jump) jumps;
	/* Chains before routing. */
	BAL_LIST(const char *) starts;
	char table[BAL_CHAIN_MAX], chain[BAL_CHAIN_MAX];
};

static void
note_jump(struct reading *r, const char *from, const char *to)
{
	struct bal_jump *jump = BAL_PUSH(&r->f->arena, &r->jumps);

	if (!jump)
		return;
	*jump = (struct bal_jump){ 0 };
	if (bal_copy(jump->from, sizeof(jump->from), from) < 0 ||
	    bal_copy(jump->to, sizeof(jump->to), to) < 0)
		r->jumps.n--;
}

static struct bal_marker *
note_marker(struct reading *r, const char *chain, const char *words)
{
	struct bal_marker *m = BAL_PUSH(&r->f->arena, &r->f->markers);

	if (!m)
		return NULL;
	m->by = r->by;
	m->table = bal_facts_text(r->f, "%s", *r->table ? r->table : "mangle");
	m->chain = bal_facts_text(r->f, "%s", chain);
	m->words = bal_facts_text(r->f, "%s", words);
	return m;
}

/* --- what iptables-save prints -------------------------------------------- */

/* Value of option @name of the target, "VALUE/MASK"; a mask left out is all. */
static bool
option(const char *target, const char *name, uint32_t *value, uint32_t *mask)
{
	const char *at = strstr(target, name);
	char *end;

	if (!at || at[strlen(name)] != ' ')
		return false;
	*value = (uint32_t)strtoul(at + strlen(name), &end, 0);
	*mask = *end == '/' ? (uint32_t)strtoul(end + 1, NULL, 0) : ALL;
	return true;
}

/* Bits that `--nfmask` and `--ctmask` copy; old versions have --mask. */
static uint32_t
masks(const char *target)
{
	uint32_t nf = ALL, ct = ALL, both = ALL, ignored;

	(void)option(target, "--nfmask", &nf, &ignored);
	(void)option(target, "--ctmask", &ct, &ignored);
	if (option(target, "--mask", &both, &ignored))
		return both;
	return nf | ct;
}

static void
connmark_target(struct bal_marker *m, const char *target)
{
	uint32_t value, mask;

	if (strstr(target, "--save-mark"))
		m->connections = masks(target);
	else if (strstr(target, "--restore-mark"))
		m->packets = masks(target);
	else if (option(target, "--set-xmark", &value, &mask) ||
		 option(target, "--set-mark", &value, &mask))
		m->connections = value | mask;
}

static void
mark_target(struct bal_marker *m, const char *target)
{
	uint32_t value, mask;

	if (option(target, "--set-xmark", &value, &mask) ||
	    option(target, "--set-mark", &value, &mask))
		m->packets = value | mask;
}

/* "-A CHAIN ... -j TARGET ..." */
static void
xtables_rule(struct reading *r, const char *line)
{
	const char *at = line + strlen("-A "), *target = strstr(line, " -j ");
	char chain[BAL_CHAIN_MAX], name[BAL_CHAIN_MAX];
	struct bal_marker *m;

	if (!target)
		target = strstr(line, " -g ");
	if (!target || bal_next_word(&at, chain, sizeof(chain)) <= 0)
		return;
	at = target += strlen(" -j ");
	if (bal_next_word(&at, name, sizeof(name)) <= 0 ||
	    strncmp(chain, "BAL_", 4) == 0)
		return;
	if (strcmp(name, "CONNMARK") != 0 && strcmp(name, "MARK") != 0) {
		note_jump(r, chain, name);
		return;
	}
	m = note_marker(r, chain, target);
	if (m && *name == 'C')
		connmark_target(m, target);
	else if (m)
		mark_target(m, target);
}

/* --- what nft prints ------------------------------------------------------ */

/* The bits that "KEY set EXPRESSION" writes; "KEY & MASK | BITS" keeps some. */
static uint32_t
nft_bits(const char *expression, const char *key)
{
	const char *keep = strstr(expression, key);
	size_t len;

	if (!keep)
		return ALL;
	keep += strlen(key);
	len = strncmp(keep, "& ", 2) == 0   ? 2 :
	      strncmp(keep, "and ", 4) == 0 ? 4 :
					      0;
	if (len)
		return ~(uint32_t)strtoul(keep + len, NULL, 0);
	len = strncmp(keep, "| ", 2) == 0  ? 2 :
	      strncmp(keep, "or ", 3) == 0 ? 3 :
					     0;
	return len ? (uint32_t)strtoul(keep + len, NULL, 0) : ALL;
}

static void
nft_rule(struct reading *r, const char *line)
{
	static const char ct[] = "ct mark set ", meta[] = "meta mark set ";
	const char *at = strstr(line, ct);
	struct bal_marker *m;

	if (at) {
		m = note_marker(r, r->chain, at);
		if (m)
			m->connections = nft_bits(at + strlen(ct), "ct mark ");
	}
	at = strstr(line, meta);
	if (at) {
		m = note_marker(r, r->chain, at);
		if (m)
			m->packets = nft_bits(at + strlen(meta), "meta mark ");
	}
	for (int i = 0; i < 2; i++) {
		const char *word = i ? "goto " : "jump ";
		char name[BAL_CHAIN_MAX];

		at = strstr(line, word);
		at = at ? at + strlen(word) : NULL;
		if (at && bal_next_word(&at, name, sizeof(name)) > 0)
			note_jump(r, r->chain, name);
	}
}

/* --- both ----------------------------------------------------------------- */

static void
note_start(struct reading *r, const char *chain)
{
	const char **slot = BAL_PUSH(&r->f->arena, &r->starts);

	if (slot)
		*slot = chain;
}

/* Is @chain reached before routing?  Jumps have been walked. */
static bool
is_reached(const struct reading *r, const char *chain)
{
	for (size_t i = 0; i < r->starts.n; i++)
		if (strcmp(r->starts.v[i], chain) == 0)
			return true;
	return bal_jumps_reach(r->jumps.v, r->jumps.n, chain);
}

/* After routing the mark of a packet does not matter to bal. */
static void
end_table(struct reading *r)
{
	note_start(r, "PREROUTING");
	note_start(r, "OUTPUT");
	bal_jumps_walk(r->jumps.v, r->jumps.n, r->starts.v, r->starts.n);
	for (size_t i = r->first; i < r->f->markers.n; i++)
		if (!is_reached(r, r->f->markers.v[i].chain))
			r->f->markers.v[i].packets = 0;
	r->first = r->f->markers.n;
	r->jumps.n = r->starts.n = 0;
}

static bool
read_xtables(struct bal_facts *f, const char *by)
{
	struct reading r = { .f = f, .by = by, .first = f->markers.n };
	char program[32], table[] = "mangle", t[] = "-t";
	char *line, *text;

	snprintf(program, sizeof(program), "%s-save", by);
	text = bal_facts_run(f, (char *[]){ program, t, table, NULL });
	if (!text)
		return false;
	while ((line = bal_facts_line(&text)))
		if (strncmp(line, "-A ", 3) == 0)
			xtables_rule(&r, line);
	end_table(&r);
	return true;
}

/* Tables that iptables-nft keeps: its own listing is read instead. */
static bool
is_of_iptables(const char *table)
{
	static const char *const names[] = { "ip mangle", "ip raw", "ip filter",
					     "ip nat", "ip security" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(table, names[i]) == 0)
			return true;
	return false;
}

/* The name in "table ip NAME {" and "chain NAME {", into @out. */
static bool
block_name(const char *line, const char *kind, char *out)
{
	size_t len = strlen(kind), end;

	if (strncmp(line, kind, len) != 0)
		return false;
	end = strcspn(line + len, "{");
	while (end && line[len + end - 1] == ' ')
		end--;
	return snprintf(out, BAL_CHAIN_MAX, "%.*s", (int)end, line + len) <
	       BAL_CHAIN_MAX;
}

static bool
is_bals(const struct reading *r)
{
	if (strcmp(r->table, "ip " BAL_SMOOTH_TABLE) == 0)
		return bal_kinds_smoothed(r->f->snap);
	return strcmp(r->table, "inet bal") == 0 &&
	       bal_fw_is_ours(&r->f->snap->firewalls, &bal_firewall_nft);
}

static void
nft_line(struct reading *r, const char *line)
{
	line += strspn(line, "\t ");
	if (block_name(line, "table ", r->table)) {
		end_table(r);
	} else if (block_name(line, "chain ", r->chain)) {
		return;
	} else if (strstr(line, " hook prerouting ") ||
		   strstr(line, "type route hook output ")) {
		note_start(r, bal_facts_text(r->f, "%s", r->chain));
	} else if (!is_of_iptables(r->table) && !is_bals(r) &&
		   strncmp(r->table, "ip6 ", 4) != 0) {
		nft_rule(r, line);
	}
}

static bool
read_nft(struct bal_facts *f)
{
	struct reading r = { .f = f, .by = "nft", .first = f->markers.n };
	bool mangle = false;
	char *line, *text;

	text = bal_facts_run(f, (char *[]){ "nft", "list", "ruleset", NULL });
	if (!text)
		return false;
	while ((line = bal_facts_line(&text))) {
		nft_line(&r, line);
		mangle |= strcmp(r.table, "ip mangle") == 0;
	}
	end_table(&r);
	/* It would create a missing table. */
	return !mangle || read_xtables(f, "iptables-nft");
}

void
bal_facts_marks(struct bal_facts *f)
{
	if (!f->privileged)
		return;
	if (f->xtable[BAL_XTABLE_MANGLE] == BAL_YES &&
	    !read_xtables(f, "iptables-legacy"))
		bal_facts_unseen(f, "marks of others: iptables-legacy-save "
				    "does not work here");
	if (bal_facts_uses_nft() && !read_nft(f))
		bal_facts_unseen(f, "marks of others: nft list ruleset does "
				    "not work here");
}
