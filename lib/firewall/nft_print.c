// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_print - our nftables table as text that `nft -f` takes. */
#include <inttypes.h>
#include <string.h>

#include "firewall/nft_print.h"
#include "firewall/nft_build.h"

static void
print_elems(FILE *out, const struct bal_nft_table *t, enum bal_nft_set set)
{
	bool first = true;

	for (size_t i = 0; i < t->elems.n; i++) {
		const struct bal_nft_elem *e = &t->elems.v[i];

		if (e->set != set)
			continue;
		fputs(first ? "\t\telements = { " : ",\n\t\t\t     ", out);
		first = false;
		if (!bal_nft_by_device(set))
			fprintf(out, "0x%08" PRIx32, e->mark);
		else
			fprintf(out, "\"%s\"", e->dev);
		if (e->chain[0])
			fprintf(out, " : %s %s",
				set == BAL_NFT_ALIVE ? "jump" : "goto",
				e->chain);
	}
	if (!first)
		fputs(" }\n", out);
}

static void
print_set(FILE *out, const struct bal_nft_table *t, enum bal_nft_set set)
{
	const bool map = bal_nft_is_map(set);

	fprintf(out, "\t%s %s {\n\t\ttype %s%s\n", map ? "map" : "set",
		bal_nft_set_name(set),
		bal_nft_by_device(set) ? "ifname" : "mark",
		map ? " : verdict" : "");
	print_elems(out, t, set);
	fputs("\t}\n", out);
}

static void
print_kept(FILE *out, const struct bal_nft_kept *kept)
{
	if (!kept->sticky_ms) {
		fprintf(out, "\tset %s {\n\t\ttype ipv4_addr\n"
			     "\t\tflags timeout\n\t}\n", kept->name);
		return;
	}
	fprintf(out,
		"\tmap %s {\n\t\ttype ipv4_addr : mark\n\t\tsize 65535\n"
		"\t\tflags dynamic,timeout\n\t\ttimeout %" PRIu32 "ms\n\t}\n",
		kept->name, kept->sticky_ms);
}

static const char *
hook_text(enum bal_nft_hook hook)
{
	switch (hook) {
	case BAL_NFT_NO_HOOK:
		break;
	case BAL_NFT_PREROUTING:
		return "filter hook prerouting priority mangle - 1";
	case BAL_NFT_OUTPUT:
		return "route hook output priority mangle - 1";
	case BAL_NFT_FORWARD:
		return "filter hook forward priority mangle - 1";
	case BAL_NFT_POSTROUTING:
		return "filter hook postrouting priority mangle - 1";
	case BAL_NFT_TRANSLATE:
		return "nat hook postrouting priority srcnat + 1";
	case BAL_NFT_CLASSIFY:
		return "filter hook prerouting priority mangle + 1";
	case BAL_NFT_REMEMBERING:
		return "filter hook postrouting priority mangle + 1";
	case BAL_NFT_EXCHANGE_IN:
		return "filter hook prerouting priority raw";
	case BAL_NFT_EXCHANGE_OUT:
		return "filter hook postrouting priority srcnat + 2";
	}
	return NULL;
}

static void
print_marking(FILE *out, const char *what, uint32_t mask, uint32_t mark)
{
	fprintf(out, "%s set %s & 0x%08" PRIx32 " | 0x%08" PRIx32, what, what,
		~mask, mark);
}

static void
print_prefix(FILE *out, enum bal_nft_form form, const struct bal_fw_prefix *p)
{
	const bool in = form == BAL_NFT_PREFIX_IN;
	const struct bal_addr *to = in ? &p->prefix : &p->becomes;
	const char *which = in ? "daddr" : "saddr";
	char text[BAL_ADDR_STRLEN];
	const struct bal_addr rest = bal_addr_rest(to);

	fprintf(out, "%sifname \"%s\" ip6 %s %s ", in ? "i" : "o", p->dev,
		which, bal_addr_str(in ? &p->becomes : &p->prefix, text));
	if (form == BAL_NFT_KEEP_PREFIX) {
		fputs("accept", out);
		return;
	}
	fprintf(out, "ip6 %s set ip6 %s & %s", which, which,
		bal_addr_host_str(&rest, text));
	fprintf(out, " | %s", bal_addr_host_str(to, text));
}

static void
print_rule(FILE *out, uint32_t mask, const struct bal_nft_rule *r)
{
	switch (r->form) {
	case BAL_NFT_MARK_NEW:
		fprintf(out, "ct state new ct mark & 0x%08" PRIx32
			     " == 0x00000000 ", mask);
		print_marking(out, "ct mark", mask, r->mark);
		break;
	case BAL_NFT_MARK_CT:
		print_marking(out, "ct mark", mask, r->mark);
		break;
	case BAL_NFT_MARK_PACKET:
		print_marking(out, "meta mark", mask, r->mark);
		break;
	case BAL_NFT_BY_IIF:
		fputs("iifname vmap @arrive", out);
		break;
	case BAL_NFT_BY_CT_IF_NO_MARK:
		fputs("meta mark 0x00000000 ", out);
		/* fall through */
	case BAL_NFT_BY_CT:
		fprintf(out, "ct mark & 0x%08" PRIx32 " vmap @restore", mask);
		break;
	case BAL_NFT_BY_OIF:
		fprintf(out, "ct mark & 0x%08" PRIx32
			     " == 0x00000000 oifname vmap @leave", mask);
		break;
	case BAL_NFT_CLAMP_OUT:
	case BAL_NFT_CLAMP_IN:
		fprintf(out,
			"tcp flags & (syn | rst) == syn %sifname @uplinks "
			"tcp option maxseg size set rt mtu",
			r->form == BAL_NFT_CLAMP_IN ? "i" : "o");
		break;
	case BAL_NFT_KEEP_PREFIX:
	case BAL_NFT_PREFIX_OUT:
	case BAL_NFT_PREFIX_IN:
		print_prefix(out, r->form, r->prefix);
		break;
	case BAL_NFT_MASQUERADE_IPV6:
	case BAL_NFT_MASQUERADE_IPV4:
		fprintf(out, "meta nfproto ipv%c ",
			r->form == BAL_NFT_MASQUERADE_IPV4 ? '4' : '6');
		/* fall through */
	case BAL_NFT_MASQUERADE:
		fputs("oifname @uplinks masquerade", out);
		break;
	default:
		bal_nft_print_class_rule(out, mask, r);
		break;
	}
}

static void
print_chain(FILE *out, const struct bal_nft_table *t,
	    const struct bal_nft_chain *c)
{
	const char *hook = hook_text(c->hook);

	fprintf(out, "\tchain %s {\n", c->name);
	if (hook)
		fprintf(out, "\t\ttype %s; policy accept;\n", hook);
	for (size_t i = 0; i < t->rules.n; i++) {
		if (strcmp(t->rules.v[i].chain, c->name) != 0)
			continue;
		fputs("\t\t", out);
		print_rule(out, t->mask, &t->rules.v[i]);
		fputc('\n', out);
	}
	fputs("\t}\n", out);
}

void
bal_nft_print(FILE *out, const struct bal_nft_table *table)
{
	fprintf(out, "table inet " BAL_NFT_TABLE " {\n\tcomment \""
		     BAL_NFT_COMMENT "%d\"\n", BAL_NFT_LAYOUT);
	for (int set = 0; set < BAL_NFT_SET_MAX; set++)
		if (table->sets[set])
			print_set(out, table, set);
	for (size_t i = 0; i < table->kept.n; i++)
		print_kept(out, &table->kept.v[i]);
	for (size_t i = 0; i < table->chains.n; i++)
		print_chain(out, table, &table->chains.v[i]);
	fputs("}\n", out);
}
