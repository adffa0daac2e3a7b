// SPDX-License-Identifier: GPL-2.0-or-later
/* print - operations as lines for a shell, and as words for a message. */
#include <inttypes.h>
#include <string.h>

#include "firewall/firewall.h"
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
		r->type == BAL_ROUTE_UNREACHABLE ? "unreachable " :
		r->type == BAL_ROUTE_THROW	 ? "throw " :
						   "",
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

static void
print_firewall(FILE *out, const struct bal_fw_op *op)
{
	op->by->print(out, op->want, op->have, op->part);
}

void
bal_op_print(FILE *out, const struct bal_op *op)
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
	case BAL_OP_FIREWALL:
		print_firewall(out, op->firewall);
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
	case BAL_OP_FIREWALL:
		snprintf(buf, size, "write %s",
			 op->firewall->by->describe(op->firewall->part));
		break;
	}
	return buf;
}
