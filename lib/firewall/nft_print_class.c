// SPDX-License-Identifier: GPL-2.0-or-later
/* nft_print_class - what classes need as text that `nft -f` takes. */
#include <inttypes.h>

#include "firewall/nft_build.h"
#include "firewall/nft_print.h"

#define MASKED "& 0x%08" PRIx32

static void
print_ports(FILE *out, const char *which, const struct bal_ports *ports)
{
	if (ports->first && ports->first == ports->last)
		fprintf(out, "th %s %u ", which, ports->first);
	else if (ports->first)
		fprintf(out, "th %s %u-%u ", which, ports->first, ports->last);
}

static void
print_addr(FILE *out, const char *which, const struct bal_fw_select *s,
	   const struct bal_addr *net, const char *set)
{
	char text[BAL_ADDR_STRLEN];

	if (set[0])
		fprintf(out, "ip %s @%s ", which, set);
	else if (net->len)
		fprintf(out, "%s %s %s ", s->ipv6 ? "ip6" : "ip", which,
			bal_addr_str(net, text));
}

/* In the order of the expressions, so that both are one. */
static void
print_select(FILE *out, const struct bal_fw_select *s)
{
	if (s->iif[0])
		fprintf(out, "iifname \"%s\" ", s->iif);
	if (s->proto)
		fprintf(out, "meta l4proto %u ", s->proto);
	print_ports(out, "dport", &s->dport);
	print_ports(out, "sport", &s->sport);
	if (s->has_mark && s->mark_mask == UINT32_MAX)
		fprintf(out, "meta mark 0x%08" PRIx32 " ", s->mark);
	else if (s->has_mark)
		fprintf(out, "meta mark " MASKED " == 0x%08" PRIx32 " ",
			s->mark_mask, s->mark);
	print_addr(out, "daddr", s, &s->dst, s->dst_set);
	print_addr(out, "saddr", s, &s->src, s->src_set);
	if (s->has_dscp)
		fprintf(out, "%s dscp %u ", s->ipv6 ? "ip6" : "ip", s->dscp);
}

/* @what: "meta mark" or "ct mark", put down for the source. */
static void
print_update(FILE *out, const char *what, uint32_t mask,
	     const struct bal_nft_rule *r)
{
	fprintf(out, "update @%s { ip saddr : %s " MASKED " | 0x%08" PRIx32 " }",
		r->map, what, mask, r->mark);
}

static void
print_stick(FILE *out, uint32_t mask, const struct bal_nft_rule *r)
{
	switch (r->form) {
	case BAL_NFT_STICK_FOUND:
		fprintf(out, "ct mark set ip saddr map @%s jump %s", r->map,
			r->to);
		break;
	case BAL_NFT_STICK_ALIVE:
		fputs("ct mark vmap @alive", out);
		break;
	case BAL_NFT_STICK_CLEAR:
		fputs("ct mark set 0x00000000", out);
		break;
	case BAL_NFT_STICK_KEEP:
		fprintf(out, "meta mark " MASKED " != 0x00000000 ", mask);
		print_update(out, "meta mark", mask, r);
		fputs(" accept", out);
		break;
	case BAL_NFT_STICK_FORGET:
		fprintf(out, "delete @%s { ip saddr : meta mark }", r->map);
		break;
	case BAL_NFT_STICK_IF_NEW:
		fprintf(out, "ct state new meta mark " MASKED " vmap @remember",
			mask);
		break;
	default:
		print_update(out, "ct mark", mask, r);
		break;
	}
}

void
bal_nft_print_class_rule(FILE *out, uint32_t mask, const struct bal_nft_rule *r)
{
	switch (r->form) {
	case BAL_NFT_SKIP_MARKED:
		fprintf(out, "meta mark " MASKED " != 0x00000000 accept", mask);
		break;
	case BAL_NFT_SKIP_UPLINKS:
		fputs("iifname @uplinks accept", out);
		break;
	case BAL_NFT_RULES_IF_NEW:
		fprintf(out, "ct state new goto %s", r->to);
		break;
	case BAL_NFT_RULES_IF_FREE:
		fprintf(out, "ct mark " MASKED " == 0x00000000 goto %s", mask,
			r->to);
		break;
	case BAL_NFT_DRAW:
		fputs("meta nfproto ipv4 ", out);
		if (r->mark != r->of)
			fprintf(out, "numgen %s mod %u < %u ",
				r->mark > BAL_NFT_RUN_MAX ? "random" : "inc",
				r->of, r->mark);
		fprintf(out, "goto %s", r->to);
		break;
	case BAL_NFT_SKIP_DRAWN:
		fprintf(out, "meta mark " MASKED " == 0x%08" PRIx32 " accept",
			bal_nft_top(mask) | bal_nft_top(mask) >> 1,
			bal_nft_top(mask) >> 1);
		break;
	case BAL_NFT_RULES_IF_LEFT:
		fprintf(out, "ct mark " MASKED " != 0x00000000 goto %s", mask,
			r->to);
		break;
	case BAL_NFT_SELECT:
		print_select(out, r->select);
		fprintf(out, "%s%s", r->to[0] ? "goto " : "accept", r->to);
		break;
	case BAL_NFT_REFUSE:
		fputs("meta l4proto tcp fib daddr type unicast fib daddr . mark "
		      "oif missing reject with tcp reset", out);
		break;
	case BAL_NFT_ACCEPT:
		fputs("accept", out);
		break;
	default:
		print_stick(out, mask, r);
		break;
	}
}

void
bal_nft_print_emptying(FILE *out, const struct bal_nft_listing *have)
{
	fputs("flush table inet " BAL_NFT_TABLE "\n", out);
	for (size_t i = 0; i < have->names.n; i++) {
		const struct bal_nft_name *n = &have->names.v[i];

		if (n->kind != BAL_NFT_NAME_CHAIN && !n->stays)
			fprintf(out, "delete %s inet " BAL_NFT_TABLE " %s\n",
				n->kind == BAL_NFT_NAME_MAP ? "map" : "set",
				n->name);
	}
	for (size_t i = 0; i < have->names.n; i++)
		if (have->names.v[i].kind == BAL_NFT_NAME_CHAIN)
			fprintf(out, "delete chain inet " BAL_NFT_TABLE " %s\n",
				have->names.v[i].name);
}
