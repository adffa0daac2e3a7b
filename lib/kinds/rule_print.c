// SPDX-License-Identifier: GPL-2.0-or-later
/* rule_print - policy rules in iproute2's words. */
#include <inttypes.h>

#include "base/show.h"
#include "kinds/rule.h"

static void
print_action(FILE *out, const struct bal_rule *r)
{
	switch (r->action) {
	case BAL_RULE_LOOKUP:
		fprintf(out, " lookup %" PRIu32, r->table);
		if (r->suppress_prefixlen >= 0)
			fprintf(out, " suppress_prefixlength %d",
				r->suppress_prefixlen);
		break;
	case BAL_RULE_GOTO:
		fprintf(out, " goto %" PRIu32, r->target);
		break;
	case BAL_RULE_NOP:
		fputs(" nop", out);
		break;
	case BAL_RULE_UNREACHABLE:
		fputs(" unreachable", out);
		break;
	case BAL_RULE_BLACKHOLE:
		fputs(" blackhole", out);
		break;
	case BAL_RULE_PROHIBIT:
		fputs(" prohibit", out);
		break;
	case BAL_RULE_OTHER: /* of ours it is only deleted, whatever it is */
		fputs(r->protocol == BAL_PROTO ? "" : " (other action)", out);
		break;
	}
}

static void
print_ports(FILE *out, const char *which, const struct bal_ports *ports)
{
	if (!ports->first)
		return;
	fprintf(out, " %s %u", which, ports->first);
	if (ports->last != ports->first)
		fprintf(out, "-%u", ports->last);
}

static void
print_device(FILE *out, const char *which, const char *dev)
{
	if (!*dev)
		return;
	fputs(which, out);
	bal_put_word(out, dev);
}

/* By number: a box without /etc/protocols has no names. */
static void
print_selector(FILE *out, const struct bal_rule *r)
{
	if (r->has_uid)
		fprintf(out, " uidrange %" PRIu32 "-%" PRIu32, r->uid_first,
			r->uid_last);
	if (r->ip_proto)
		fprintf(out, " ipproto %u", r->ip_proto);
	print_ports(out, "sport", &r->sport);
	print_ports(out, "dport", &r->dport);
}

void
bal_print_rule(FILE *out, const struct bal_rule *r)
{
	char buf[BAL_ADDR_STRLEN];

	fprintf(out, "priority %" PRIu32 "%s from %s", r->priority,
		r->invert ? " not" : "",
		bal_addr_none(&r->src) ? "all" : bal_addr_str(&r->src, buf));
	if (!bal_addr_none(&r->dst))
		fprintf(out, " to %s", bal_addr_str(&r->dst, buf));
	if (r->has_mark)
		fprintf(out, " fwmark 0x%" PRIx32 "/0x%" PRIx32, r->mark,
			r->mask);
	print_device(out, " iif ", r->iif);
	print_device(out, " oif ", r->oif);
	print_selector(out, r);
	print_action(out, r);
	if (r->protocol)
		fprintf(out, " protocol %u", r->protocol);
}
