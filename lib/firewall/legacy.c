// SPDX-License-Identifier: GPL-2.0-or-later
/* legacy - the firewall interface over iptables' legacy tables. */
#include "firewall/legacy.h"

#include <errno.h>
#include <string.h>

#include "firewall/mangle.h"

/* What is left of a chain of ours that a foreign rule jumps to. */
static bool
is_empty(const struct bal_chain *have)
{
	return have->rules.n == 0 && have->n_jumps == 0;
}

bool
bal_legacy_same(const bal_chain_list *wanted, const bal_chain_list *present,
		enum bal_xtable table)
{
	for (size_t i = 0; i < wanted->n; i++) {
		const struct bal_chain *have;

		if (wanted->v[i].table != table)
			continue;
		have = bal_chain_find(present, &wanted->v[i]);
		if (!have || !bal_chain_same(&wanted->v[i], have))
			return false;
	}
	for (size_t i = 0; i < present->n; i++)
		if (present->v[i].table == table &&
		    !bal_chain_find(wanted, &present->v[i]) &&
		    !is_empty(&present->v[i]))
			return false;
	return true;
}

/* A chain that is there is flushed by its ":" line. */
static void
print_wanted_chain(FILE *out, const struct bal_chain *want,
		   const struct bal_chain *have)
{
	unsigned jumps = have ? have->n_jumps : 0;

	if (have && bal_chain_same(want, have))
		return;
	fprintf(out, ":%s - [0:0]\n", want->name);
	for (size_t i = 0; i < want->rules.n; i++) {
		fprintf(out, "-A %s", want->name);
		bal_print_xrule(out, &want->rules.v[i]);
		fputc('\n', out);
	}
	for (; jumps > 1; jumps--)
		fprintf(out, "-D %s -j %s\n", want->parent, want->name);
	if (jumps == 0)
		fprintf(out, "-%c %s -j %s\n",
			want->jump_first ? 'I' : 'A', want->parent, want->name);
}

/* What is one commit is one here. */
void
bal_legacy_print(FILE *out, enum bal_xtable table, const bal_chain_list *wanted,
		 const bal_chain_list *present)
{
	fprintf(out, "iptables-legacy-restore -n -w <<'EOF'\n*%s\n",
		bal_xtable_name(table));
	for (size_t i = 0; i < wanted->n; i++)
		if (wanted->v[i].table == table)
			print_wanted_chain(out, &wanted->v[i],
					   bal_chain_find(present, &wanted->v[i]));
	for (size_t i = 0; i < present->n; i++) {
		const struct bal_chain *c = &present->v[i];

		if (c->table != table || bal_chain_find(wanted, c))
			continue;
		for (unsigned k = 0; k < c->n_jumps; k++)
			fprintf(out, "-D %s -j %s\n", c->parent, c->name);
		fprintf(out, "-F %s\n-X %s\n", c->name, c->name);
	}
	fputs("COMMIT\nEOF\n", out);
}

static const struct bal_legacy_have *
legacy(const struct bal_fw_have *have)
{
	return (const struct bal_legacy_have *)have;
}

static int
probe(struct bal_err *err)
{
	struct bal_arena arena = { 0 };
	bal_chain_list chains = { 0 };
	int rc = bal_mangle_read(BAL_XTABLE_MANGLE, &arena, &chains, err);

	bal_arena_fini(&arena);
	return rc;
}

/*
 * Which tables are registered in this network namespace, a bit each?  To read
 * one registers it, for good.  All where that is not known.
 */
static unsigned
loaded_tables(void)
{
	FILE *in = fopen("/proc/net/ip_tables_names", "re");
	unsigned found = 0;
	char line[64];

	if (!in)
		return errno != ENOENT ? ~0u : 0;
	while (fgets(line, sizeof(line), in)) {
		line[strcspn(line, "\n")] = '\0';
		for (int t = 0; t < BAL_XTABLE_MAX; t++)
			if (strcmp(line, bal_xtable_name(t)) == 0)
				found |= 1u << t;
	}
	fclose(in);
	return found;
}

static bool
in_use(void)
{
	return loaded_tables() & (1u << BAL_XTABLE_MANGLE | 1u << BAL_XTABLE_NAT);
}

static int
read_table(enum bal_xtable table, unsigned may, struct bal_arena *arena,
	   struct bal_legacy_have *have, struct bal_err *err)
{
	if (!(may & 1u << table))
		return 0;
	if (bal_mangle_read(table, arena, &have->chains, err) == 0) {
		have->base.known[table] = true;
		return 0;
	}
	if (err->kind != BAL_EUNAVAIL)
		return -1;
	return bal_fw_lacks(&have->base, (unsigned)table, arena, err);
}

/* Reading the nat table loads NAT into the kernel: only where it is ours. */
static int
read_ours(const struct bal_fw_scope *scope, struct bal_arena *arena,
	  struct bal_fw_have **out, struct bal_err *err)
{
	struct bal_legacy_have *have = bal_arena_alloc(arena, sizeof(*have));
	const unsigned may = scope->gently ? loaded_tables() : ~0u;

	if (!have)
		return bal_err_nomem(err);
	if (read_table(BAL_XTABLE_MANGLE, may, arena, have, err) < 0 ||
	    (scope->masquerade &&
	     read_table(BAL_XTABLE_NAT, may, arena, have, err) < 0))
		return -1;
	for (size_t i = 0; i < have->chains.n; i++)
		have->base.ours |= !is_empty(&have->chains.v[i]);
	*out = &have->base;
	return 0;
}

static bool
same(const struct bal_fw_model *want, const struct bal_fw_have *have,
     unsigned part)
{
	struct bal_arena arena = { 0 };
	bal_chain_list chains = { 0 };
	struct bal_err ignored;
	bool rc = bal_legacy_chains(want, &arena, &chains, &ignored) == 0 &&
		  bal_legacy_same(&chains, &legacy(have)->chains,
				  (enum bal_xtable)part);

	bal_arena_fini(&arena);
	return rc;
}

static int
commit(const struct bal_fw_model *want, const struct bal_fw_have *have,
       unsigned part, unsigned wait_ms, struct bal_err *err)
{
	struct bal_arena arena = { 0 };
	bal_chain_list chains = { 0 };
	int rc = bal_legacy_chains(want, &arena, &chains, err);

	(void)have; /* it is read again under iptables' lock */
	if (rc == 0)
		rc = bal_mangle_commit((enum bal_xtable)part, chains.v,
				       chains.n, wait_ms, err);
	bal_arena_fini(&arena);
	return rc;
}

static void
print(FILE *out, const struct bal_fw_model *want,
      const struct bal_fw_have *have, unsigned part)
{
	struct bal_arena arena = { 0 };
	bal_chain_list chains = { 0 };
	struct bal_err err;

	if (bal_legacy_chains(want, &arena, &chains, &err) == 0)
		bal_legacy_print(out, (enum bal_xtable)part, &chains,
				 &legacy(have)->chains);
	bal_arena_fini(&arena);
}

static const char *
describe(unsigned part)
{
	return part == BAL_XTABLE_NAT ? "the nat table" : "the mangle table";
}

static char *const *
show(unsigned part)
{
	static char iptables[] = "iptables-legacy", t[] = "-t", s[] = "-S",
		    mangle[] = "mangle", nat[] = "nat";
	static char *const argv[][5] = {
		[BAL_XTABLE_MANGLE] = { iptables, t, mangle, s, NULL },
		[BAL_XTABLE_NAT] = { iptables, t, nat, s, NULL },
	};

	return argv[part];
}

static uint32_t
mark_of(const struct bal_fw_have *have, const char *dev)
{
	const bal_chain_list *chains = &legacy(have)->chains;

	for (size_t i = 0; i < chains->n; i++) {
		const bal_xrule_list *rules = &chains->v[i].rules;

		for (size_t k = 0; k < rules->n; k++)
			if (rules->v[k].target == BAL_XT_SET_CONNMARK &&
			    strcmp(rules->v[k].out, dev) == 0)
				return rules->v[k].set_mark;
	}
	return 0;
}

const struct bal_firewall bal_firewall_legacy = {
	.name = "legacy",
	.n_parts = BAL_XTABLE_MAX,
	.in_use = in_use,
	.probe = probe,
	.read = read_ours,
	.same = same,
	.commit = commit,
	.print = print,
	.describe = describe,
	.show = show,
	.mark_of = mark_of,
};
