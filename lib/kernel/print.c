// SPDX-License-Identifier: GPL-2.0-or-later
/* print - operations as lines for a shell, and as words for a message. */
#include <inttypes.h>
#include <string.h>

#include "firewall/mangle.h"
#include "netlink/op.h"

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
	case BAL_RULE_OTHER:
		fputs(" (other action)", out);
		break;
	}
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
	if (r->iif[0])
		fprintf(out, " iif %s", r->iif);
	if (r->oif[0])
		fprintf(out, " oif %s", r->oif);
	print_action(out, r);
	if (r->protocol)
		fprintf(out, " protocol %u", r->protocol);
}

static void
print_hop(FILE *out, const struct bal_hop *hop)
{
	char buf[BAL_ADDR_STRLEN];

	if (!bal_addr_none(&hop->gateway))
		fprintf(out, " via %s", bal_addr_host_str(&hop->gateway, buf));
	fprintf(out, " dev %s", hop->dev);
	if (hop->onlink)
		fputs(" onlink", out);
}

void
bal_print_route(FILE *out, const struct bal_route *r)
{
	char buf[BAL_ADDR_STRLEN];

	fprintf(out, "%s%s",
		r->type == BAL_ROUTE_UNREACHABLE ? "unreachable " : "",
		bal_addr_str(&r->dst, buf));
	if (r->nhid)
		fprintf(out, " nhid %" PRIu32, r->nhid);
	else if (r->n_hops == 1)
		print_hop(out, &r->hops[0]);
	if (!bal_addr_none(&r->src))
		fprintf(out, " src %s", bal_addr_host_str(&r->src, buf));
	fprintf(out, " table %" PRIu32, r->table);
	if (r->metric)
		fprintf(out, " metric %" PRIu32, r->metric);
	if (r->scope_link)
		fputs(" scope link", out);
	fprintf(out, " proto %u", r->protocol);
	for (size_t i = 0; !r->nhid && r->n_hops > 1 && i < r->n_hops; i++) {
		fputs(" nexthop", out);
		print_hop(out, &r->hops[i]);
		fprintf(out, " weight %" PRIu32, r->hops[i].weight);
	}
}

static void
print_xmark(FILE *out, const char *match, const struct bal_xmark *x)
{
	if (x->used)
		fprintf(out, " -m %s%s --mark 0x%" PRIx32 "/0x%" PRIx32, match,
			x->invert ? " !" : "", x->value, x->mask);
}

void
bal_print_xrule(FILE *out, const struct bal_xrule *r)
{
	if (r->in[0])
		fprintf(out, " -i %s", r->in);
	if (r->out[0])
		fprintf(out, " -o %s", r->out);
	if (r->state_new)
		fputs(" -m conntrack --ctstate NEW", out);
	print_xmark(out, "mark", &r->mark);
	print_xmark(out, "connmark", &r->connmark);
	switch (r->target) {
	case BAL_XT_RETURN:
		fputs(" -j RETURN", out);
		break;
	case BAL_XT_JUMP:
		fprintf(out, " -j %s", r->chain);
		break;
	case BAL_XT_SET_CONNMARK:
		fprintf(out,
			" -j CONNMARK --set-xmark 0x%" PRIx32 "/0x%" PRIx32,
			r->set_mark, r->set_mask);
		break;
	case BAL_XT_RESTORE_MARK:
		fprintf(out,
			" -j CONNMARK --restore-mark --nfmask 0x%" PRIx32
			" --ctmask 0x%" PRIx32,
			r->set_mask, r->set_mask);
		break;
	case BAL_XT_MASQUERADE:
		fputs(" -j MASQUERADE", out);
		break;
	case BAL_XT_OTHER:
		fputs(" (not one of ours)", out);
		break;
	}
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

/* What is one commit is one here: input of iptables-restore, for a shell. */
static void
print_chains(FILE *out, enum bal_xtable table, const bal_chain_list *wanted,
	     const bal_chain_list *present)
{
	fprintf(out, "iptables-legacy-restore -n <<'EOF'\n*%s\n",
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

static void
print_devconf(FILE *out, const struct bal_devconf_set *set)
{
	/* With slashes, since a device name may have dots (eth0.7). */
	for (int i = 0; i < BAL_DC_MAX; i++)
		if (set->mask & (1u << i))
			fprintf(out, "sysctl -qw net/ipv4/conf/%s/%s=%d\n",
				set->dev, bal_devconf_name(i), set->value[i]);
}

static void
print_nexthop(FILE *out, const char *verb, const struct bal_nexthop *nh)
{
	fprintf(out, "ip nexthop %s id %" PRIu32, verb, nh->id);
	if (nh->n_members)
		fputs(" group", out);
	else
		print_hop(out, &nh->hop);
	for (size_t i = 0; i < nh->n_members; i++)
		fprintf(out, "%c%" PRIu32 ",%" PRIu32, i ? '/' : ' ',
			nh->members[i].id, nh->members[i].weight);
	fprintf(out, " protocol %u\n", nh->protocol);
}

static void
print_route_op(FILE *out, const char *verb, const struct bal_route *r)
{
	fprintf(out, "ip route %s ", verb);
	bal_print_route(out, r);
	fputc('\n', out);
}

static void
print_rule_op(FILE *out, const char *verb, const struct bal_rule *r)
{
	fprintf(out, "ip rule %s ", verb);
	bal_print_rule(out, r);
	fputc('\n', out);
}

void
bal_op_print(FILE *out, const struct bal_op *op, const bal_chain_list *wanted,
	     const bal_chain_list *present)
{
	switch (op->kind) {
	case BAL_OP_DEVCONF:
		print_devconf(out, &op->devconf);
		break;
	case BAL_OP_SYSCTL:
		fprintf(out, "sysctl -qw %s=%d\n",
			bal_sysctls[op->sysctl.which].name, op->sysctl.value);
		break;
	case BAL_OP_NEXTHOP_ADD:
		print_nexthop(out, "add", &op->nexthop);
		break;
	case BAL_OP_NEXTHOP_REPLACE:
		print_nexthop(out, "replace", &op->nexthop);
		break;
	case BAL_OP_NEXTHOP_DEL:
		fprintf(out, "ip nexthop del id %" PRIu32 "\n", op->nexthop.id);
		break;
	case BAL_OP_ROUTE_ADD:
		print_route_op(out, "add", &op->route);
		break;
	case BAL_OP_ROUTE_REPLACE:
		print_route_op(out, "replace", &op->route);
		break;
	case BAL_OP_ROUTE_APPEND:
		print_route_op(out, "append", &op->route);
		break;
	case BAL_OP_ROUTE_DEL:
		print_route_op(out, "del", &op->route);
		break;
	case BAL_OP_RULE_ADD:
		print_rule_op(out, "add", &op->rule);
		break;
	case BAL_OP_RULE_DEL:
		print_rule_op(out, "del", &op->rule);
		break;
	case BAL_OP_CHAINS:
		print_chains(out, op->xtable, wanted, present);
		break;
	}
}

static const char *
describe_route(const char *verb, const char *where, const struct bal_route *r,
	       char *buf, size_t size)
{
	char dst[BAL_ADDR_STRLEN];

	snprintf(buf, size, "%s %s route%s%s %s table %" PRIu32, verb,
		 bal_addr_str(&r->dst, dst), r->n_hops == 1 ? " by " : "",
		 r->n_hops == 1 ? r->hops[0].dev : "", where, r->table);
	return buf;
}

const char *
bal_op_describe(const struct bal_op *op, char *buf, size_t size)
{
	switch (op->kind) {
	case BAL_OP_DEVCONF:
		snprintf(buf, size, "set the sysctls of %s", op->devconf.dev);
		break;
	case BAL_OP_SYSCTL:
		snprintf(buf, size, "set %s to %d",
			 bal_sysctls[op->sysctl.which].name, op->sysctl.value);
		break;
	case BAL_OP_NEXTHOP_ADD:
	case BAL_OP_NEXTHOP_REPLACE:
		snprintf(buf, size, "set nexthop %" PRIu32 "%s%s",
			 op->nexthop.id, op->nexthop.hop.dev[0] ? " by " : "",
			 op->nexthop.hop.dev);
		break;
	case BAL_OP_NEXTHOP_DEL:
		snprintf(buf, size, "delete nexthop %" PRIu32, op->nexthop.id);
		break;
	case BAL_OP_ROUTE_ADD:
	case BAL_OP_ROUTE_APPEND:
		return describe_route("add", "to", &op->route, buf, size);
	case BAL_OP_ROUTE_REPLACE:
		return describe_route("replace", "in", &op->route, buf, size);
	case BAL_OP_ROUTE_DEL:
		return describe_route("delete", "from", &op->route, buf, size);
	case BAL_OP_RULE_ADD:
		snprintf(buf, size, "add rule %" PRIu32, op->rule.priority);
		break;
	case BAL_OP_RULE_DEL:
		snprintf(buf, size, "delete rule %" PRIu32, op->rule.priority);
		break;
	case BAL_OP_CHAINS:
		snprintf(buf, size, "write the %s table",
			 bal_xtable_name(op->xtable));
		break;
	}
	return buf;
}
