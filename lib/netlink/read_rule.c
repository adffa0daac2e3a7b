// SPDX-License-Identifier: GPL-2.0-or-later
/* read_rule - decodes policy rules. */
#include <linux/fib_rules.h>
#include <string.h>
#include <sys/socket.h>

#include "netlink/read.h"
#include "netlink/read_internal.h"

static enum bal_rule_action
action_of(uint8_t action)
{
	switch (action) {
	case FR_ACT_TO_TBL:
		return BAL_RULE_LOOKUP;
	case FR_ACT_GOTO:
		return BAL_RULE_GOTO;
	case FR_ACT_NOP:
		return BAL_RULE_NOP;
	case FR_ACT_UNREACHABLE:
		return BAL_RULE_UNREACHABLE;
	case FR_ACT_BLACKHOLE:
		return BAL_RULE_BLACKHOLE;
	case FR_ACT_PROHIBIT:
		return BAL_RULE_PROHIBIT;
	default:
		return BAL_RULE_OTHER;
	}
}

/* The attributes of a rule that is not narrow. */
#define BIT(type) (UINT64_C(1) << (type))
#define RULE_KNOWN                                                          \
	(BIT(FRA_PAD) | BIT(FRA_PRIORITY) | BIT(FRA_PROTOCOL) |             \
	 BIT(FRA_SRC) | BIT(FRA_DST) | BIT(FRA_IIFNAME) |                   \
	 BIT(FRA_OIFNAME) | BIT(FRA_FWMARK) | BIT(FRA_FWMASK) |             \
	 BIT(FRA_TABLE) | BIT(FRA_GOTO) | BIT(FRA_SUPPRESS_PREFIXLEN))
/* Linux 6.14; in none of the headers of older ones. */
#define SPORT_MASK 28
#define DPORT_MASK 29
/* Those of a narrow one that are known, too. */
#define RULE_SELECTORS                                                  \
	(BIT(FRA_IP_PROTO) | BIT(FRA_SPORT_RANGE) | BIT(SPORT_MASK) |   \
	 BIT(FRA_DPORT_RANGE) | BIT(DPORT_MASK) | BIT(FRA_UID_RANGE))

static struct bal_ports
ports_of(const struct rtattr *rta)
{
	struct fib_rule_port_range range = { 0 };

	if (rta && RTA_PAYLOAD(rta) >= sizeof(range))
		memcpy(&range, RTA_DATA(rta), sizeof(range));
	return (struct bal_ports){ range.start, range.end };
}

/* What a rule says of protocols, ports and users. */
static void
selector_of(struct rtattr *const tb[], struct bal_rule *r)
{
	struct fib_rule_uid_range uid = { 0 };
	const struct rtattr *rta = tb[FRA_UID_RANGE];

	r->ip_proto = bal_nl_u8(tb[FRA_IP_PROTO]);
	r->sport = ports_of(tb[FRA_SPORT_RANGE]);
	r->dport = ports_of(tb[FRA_DPORT_RANGE]);
	r->has_uid = rta && RTA_PAYLOAD(rta) >= sizeof(uid);
	if (!r->has_uid)
		return;
	memcpy(&uid, RTA_DATA(rta), sizeof(uid));
	r->uid_first = uid.start;
	r->uid_last = uid.end;
}

static bool
asks_only(const struct nlmsghdr *h, uint64_t known)
{
	const struct fib_rule_hdr *frh = NLMSG_DATA(h);

	return !frh->tos &&
	       bal_nl_only(RTM_RTA((struct rtmsg *)frh),
			   NLMSG_PAYLOAD(h, sizeof(*frh)), known);
}

/* The kernel tells a mask with each single port: nearly always of all bits. */
static bool
masks_ports(const struct nlmsghdr *h)
{
	const struct fib_rule_hdr *frh = NLMSG_DATA(h);
	const struct rtattr *rta = RTM_RTA((struct rtmsg *)frh);
	int left = (int)NLMSG_PAYLOAD(h, sizeof(*frh));

	for (; RTA_OK(rta, left); rta = RTA_NEXT(rta, left)) {
		uint16_t mask = UINT16_MAX;

		if ((rta->rta_type == SPORT_MASK ||
		     rta->rta_type == DPORT_MASK) &&
		    RTA_PAYLOAD(rta) >= sizeof(mask))
			memcpy(&mask, RTA_DATA(rta), sizeof(mask));
		if (mask != UINT16_MAX)
			return true;
	}
	return false;
}

static void
on_rule(const struct nlmsghdr *h, void *arg)
{
	const struct fib_rule_hdr *frh = NLMSG_DATA(h);
	struct rtattr *tb[FRA_MAX + 1];
	struct bal_nl_sink *sink = arg;
	bal_rule_list *out = sink->out;
	struct bal_rule *r;

	if (h->nlmsg_type != RTM_NEWRULE || frh->family != sink->family)
		return;
	bal_nl_parse(tb, FRA_MAX, RTM_RTA((struct rtmsg *)frh),
		     NLMSG_PAYLOAD(h, sizeof(*frh)));
	r = BAL_PUSH(sink->arena, out);
	if (!r)
		return;
	r->family = frh->family;
	r->priority = bal_nl_u32(tb[FRA_PRIORITY]);
	r->protocol = bal_nl_u8(tb[FRA_PROTOCOL]);
	r->invert = frh->flags & FIB_RULE_INVERT;
	r->action = action_of(frh->action);
	r->src = bal_nl_addr_of(frh->family, tb[FRA_SRC], frh->src_len);
	r->dst = bal_nl_addr_of(frh->family, tb[FRA_DST], frh->dst_len);
	bal_nl_str(tb[FRA_IIFNAME], r->iif, sizeof(r->iif));
	bal_nl_str(tb[FRA_OIFNAME], r->oif, sizeof(r->oif));
	r->mark = bal_nl_u32(tb[FRA_FWMARK]);
	r->mask = bal_nl_u32(tb[FRA_FWMASK]);
	r->has_mark = r->mask != 0;
	selector_of(tb, r);
	r->narrow = !asks_only(h, RULE_KNOWN);
	r->obscure = r->narrow &&
		     (!asks_only(h, RULE_KNOWN | RULE_SELECTORS) ||
		      masks_ports(h));
	if (r->action == BAL_RULE_LOOKUP)
		r->table = tb[FRA_TABLE] ? bal_nl_u32(tb[FRA_TABLE]) :
					   frh->table;
	if (r->action == BAL_RULE_GOTO)
		r->target = bal_nl_u32(tb[FRA_GOTO]);
	r->suppress_prefixlen = -1;
	if (r->action == BAL_RULE_LOOKUP && tb[FRA_SUPPRESS_PREFIXLEN])
		r->suppress_prefixlen =
			(int)bal_nl_u32(tb[FRA_SUPPRESS_PREFIXLEN]);
}

int
bal_nl_rules_of(struct bal_nl *nl, int family, struct bal_arena *arena,
		bal_rule_list *out, struct bal_err *err)
{
	struct bal_nl_sink sink = { .arena = arena,
				    .out = out,
				    .family = family };
	struct fib_rule_hdr frh = { .family = (uint8_t)family };
	struct bal_nlmsg req;

	bal_nlmsg_init(&req, RTM_GETRULE, 0, &frh, sizeof(frh));
	return bal_nl_dump(nl, &req, on_rule, &sink, &out->n, err);
}

int
bal_nl_rules(struct bal_nl *nl, struct bal_arena *arena, bal_rule_list *out,
	     struct bal_err *err)
{
	return bal_nl_rules_of(nl, AF_INET, arena, out, err);
}
