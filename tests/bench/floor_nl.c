// SPDX-License-Identifier: GPL-2.0-or-later
/* floor_nl - netlink messages of the floor. */
#include <libnetlink.h>
#include <linux/if_link.h>
#include <linux/ip.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "floor.h"

#define P 32768 /* rule_priority; the roles are those of plan.h */
#define ENTRY 32765
#define PROTO 214

#define BATCH 64
#define BUFFER 32768 /* libnetlink asks for a send buffer of that */

static struct rtnl_handle rth;
static struct {
	char bytes[BUFFER] __attribute__((aligned(8)));
	size_t used, n;
	struct nlmsghdr *last;
	bool lenient;
} batch;
static char answer[65536] __attribute__((aligned(8)));

static uint32_t
address(int k)
{
	return htonl(same_subnet ? 0xc0a80164u + (uint32_t)k :
				   0x0a000002u + ((uint32_t)k << 8));
}

uint32_t
gateway(int k)
{
	return htonl(same_subnet ? 0xc0a80101u :
				   0x0a000001u + ((uint32_t)k << 8));
}

static uint32_t
subnet(int k)
{
	return address(k) & htonl(0xffffff00u);
}

void
nl_open(void)
{
	if (rtnl_open(&rth, 0) < 0)
		exit(71);
	rtnl_set_strict_dump(&rth);
}

void
nl_close(void)
{
	rtnl_close(&rth);
}

void
nl_lenient(void)
{
	batch.lenient = true;
}

static ssize_t
receive(void)
{
	ssize_t len = recv(rth.fd, answer, sizeof(answer), 0);

	if (len < 0) {
		perror("floor: recv");
		exit(71);
	}
	return len;
}

static void
transmit(const void *bytes, size_t len)
{
	if (send(rth.fd, bytes, len, 0) < 0) {
		perror("floor: send");
		exit(71);
	}
}

void
nl_flush(void)
{
	bool done = batch.n == 0;

	if (done)
		return;
	batch.last->nlmsg_flags |= NLM_F_ACK;
	transmit(batch.bytes, batch.used);
	while (!done) {
		int left = (int)receive();

		for (struct nlmsghdr *h = (void *)answer; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left)) {
			const struct nlmsgerr *e = NLMSG_DATA(h);

			if (e->error && !batch.lenient) {
				fprintf(stderr, "floor: message type %u: %s\n",
					e->msg.nlmsg_type, strerror(-e->error));
				failures++;
			}
			if (h->nlmsg_seq == batch.last->nlmsg_seq)
				done = true;
		}
	}
	batch.n = batch.used = 0;
}

static struct nlmsghdr *
begin(int type, int flags, const void *header, size_t len)
{
	struct nlmsghdr *h;

	if (batch.n == BATCH || batch.used > BUFFER - 4096)
		nl_flush();
	h = batch.last = (struct nlmsghdr *)(batch.bytes + batch.used);
	memset(h, 0, NLMSG_SPACE(len));
	h->nlmsg_len = NLMSG_LENGTH(len);
	h->nlmsg_type = type;
	h->nlmsg_flags = NLM_F_REQUEST | flags;
	h->nlmsg_seq = ++rth.seq;
	memcpy(NLMSG_DATA(h), header, len);
	return h;
}

static void
put(struct nlmsghdr *h, int type, const void *data, int len)
{
	addattr_l(h, 4096, type, data, len);
}

static void
put32(struct nlmsghdr *h, int type, uint32_t value)
{
	put(h, type, &value, sizeof(value));
}

static void
end(const struct nlmsghdr *h)
{
	batch.used += NLMSG_ALIGN(h->nlmsg_len);
	batch.n++;
}

void
nl_dump(int type, const void *header, size_t len, int attr, uint32_t value)
{
	struct nlmsghdr *h = begin(type, NLM_F_DUMP, header, len);

	if (attr)
		put32(h, attr, value);
	transmit(h, h->nlmsg_len);
	for (;;) {
		int left = (int)receive();

		for (h = (void *)answer; NLMSG_OK(h, left);
		     h = NLMSG_NEXT(h, left))
			if (h->nlmsg_type == NLMSG_DONE ||
			    h->nlmsg_type == NLMSG_ERROR)
				return;
	}
}

void
sysctls(int k, bool ours)
{
	static const struct {
		int id;
		uint32_t value;
	} set[] = {
		{ IPV4_DEVCONF_ARP_IGNORE, 1 },
		{ IPV4_DEVCONF_ARP_ANNOUNCE, 2 },
		{ IPV4_DEVCONF_RP_FILTER, 2 },
		{ IPV4_DEVCONF_PROMOTE_SECONDARIES, 1 },
		{ IPV4_DEVCONF_IGNORE_ROUTES_WITH_LINKDOWN, 1 },
	};
	struct ifinfomsg ifi = { .ifi_index = INDEX + k };
	struct nlmsghdr *h = begin(RTM_SETLINK, 0, &ifi, sizeof(ifi));
	struct rtattr *spec, *inet, *conf;

	spec = addattr_nest(h, 4096, IFLA_AF_SPEC | NLA_F_NESTED);
	inet = addattr_nest(h, 4096, AF_INET | NLA_F_NESTED);
	conf = addattr_nest(h, 4096, IFLA_INET_CONF | NLA_F_NESTED);
	for (size_t i = 0; i < sizeof(set) / sizeof(set[0]); i++)
		put32(h, set[i].id, ours ? set[i].value : 0);
	addattr_nest_end(h, conf);
	addattr_nest_end(h, inet);
	addattr_nest_end(h, spec);
	end(h);
}

void
nexthop(int type, int k)
{
	struct nhmsg nhm = { .nh_family = AF_INET,
			     .nh_protocol = PROTO,
			     .nh_flags = RTNH_F_ONLINK };
	struct nlmsghdr *h;

	if (type == RTM_DELNEXTHOP)
		memset(&nhm, 0, sizeof(nhm));
	h = begin(type, type == RTM_NEWNEXTHOP ? NLM_F_CREATE | NLM_F_EXCL : 0,
		  &nhm, sizeof(nhm));
	put32(h, NHA_ID, GROUP + k);
	if (k && type == RTM_NEWNEXTHOP) {
		put32(h, NHA_OIF, INDEX + k);
		put32(h, NHA_GATEWAY, gateway(k));
	}
	end(h);
}

/* All uplinks but one. */
void
group(int flags, int without)
{
	struct nhmsg nhm = { .nh_protocol = PROTO };
	struct nlmsghdr *h = begin(RTM_NEWNEXTHOP, flags, &nhm, sizeof(nhm));
	struct nexthop_grp members[256] = { 0 };
	int n = 0;

	for (int k = 1; k <= uplinks; k++)
		if (k != without)
			members[n++].id = GROUP + k;
	put32(h, NHA_ID, GROUP);
	put(h, NHA_GROUP, members, n * (int)sizeof(members[0]));
	end(h);
}

/* To 0/0, or with @via 0 to the subnet of K itself. */
void
route(int type, uint32_t table, uint32_t metric, int k, uint32_t via, bool src)
{
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_dst_len = via ? 0 : 24,
			     .rtm_flags = via ? RTNH_F_ONLINK : 0,
			     .rtm_scope =
				     via ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
			     .rtm_protocol = PROTO,
			     .rtm_type = RTN_UNICAST };
	struct nlmsghdr *h;

	h = begin(type, type == RTM_DELROUTE ? 0 : NLM_F_CREATE | NLM_F_REPLACE,
		  &rtm, sizeof(rtm));
	put32(h, RTA_TABLE, table);
	if (!via)
		put32(h, RTA_DST, subnet(k));
	if (metric)
		put32(h, RTA_PRIORITY, metric);
	if (src)
		put32(h, RTA_PREFSRC, address(k));
	put32(h, RTA_OIF, INDEX + k);
	if (via)
		put32(h, RTA_GATEWAY, via);
	end(h);
}

void
weighted_route(int type, uint32_t nhid)
{
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_protocol = PROTO,
			     .rtm_type = RTN_UNICAST };
	struct nlmsghdr *h;

	h = begin(type, type == RTM_DELROUTE ? 0 : NLM_F_CREATE | NLM_F_REPLACE,
		  &rtm, sizeof(rtm));
	put32(h, RTA_TABLE, BALANCING);
	put32(h, RTA_PRIORITY, 1);
	if (nhid)
		put32(h, RTA_NH_ID, nhid);
	end(h);
}

/* The same as one multipath route, as it was before nexthop objects. */
void
multipath_route(void)
{
	struct rtmsg rtm = { .rtm_family = AF_INET,
			     .rtm_protocol = PROTO,
			     .rtm_type = RTN_UNICAST };
	struct nlmsghdr *h = begin(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE,
				   &rtm, sizeof(rtm));
	struct rtattr *nest;

	put32(h, RTA_TABLE, BALANCING);
	put32(h, RTA_PRIORITY, 1);
	nest = addattr_nest(h, 4096, RTA_MULTIPATH);
	for (int k = 1; k <= uplinks; k++) {
		struct rtnexthop nh = { .rtnh_len = sizeof(nh) + RTA_SPACE(4),
					.rtnh_flags = RTNH_F_ONLINK,
					.rtnh_ifindex = INDEX + k };

		addraw_l(h, 4096, &nh, sizeof(nh));
		put32(h, RTA_GATEWAY, gateway(k));
	}
	addattr_nest_end(h, nest);
	end(h);
}

struct rule {
	uint32_t priority, table, target, mark, mask;
	uint32_t src, dst;
	int oif;      /* K */
	int suppress; /* a prefix length, or 0: nothing is suppressed */
	bool marked, forwarded, unbound;
	int action; /* 0: to @table or @target */
};

static void
rule(int type, struct rule r)
{
	struct fib_rule_hdr frh = { .family = AF_INET,
				    .src_len = r.src || r.unbound ? 32 : 0,
				    .dst_len = r.dst ? 24 : 0,
				    .action = r.action ? r.action :
					      r.target ? FR_ACT_GOTO :
							 FR_ACT_TO_TBL,
				    .flags =
					    r.forwarded ? FIB_RULE_INVERT : 0 };
	const uint8_t proto = PROTO;
	struct nlmsghdr *h;
	char name[16];

	h = begin(type, type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0,
		  &frh, sizeof(frh));
	put32(h, FRA_PRIORITY, r.priority);
	put(h, FRA_PROTOCOL, &proto, sizeof(proto));
	if (frh.src_len)
		put32(h, FRA_SRC, r.src);
	if (frh.dst_len)
		put32(h, FRA_DST, r.dst);
	if (r.forwarded)
		put(h, FRA_IIFNAME, "lo", 3);
	if (r.oif) {
		int len = snprintf(name, sizeof(name), "u%d", r.oif);

		put(h, FRA_OIFNAME, name, len + 1);
	}
	if (r.marked) {
		put32(h, FRA_FWMARK, r.mark);
		put32(h, FRA_FWMASK, r.mask);
	}
	if (r.table)
		put32(h, FRA_TABLE, r.table);
	if (r.target)
		put32(h, FRA_GOTO, r.target);
	if (r.suppress)
		put32(h, FRA_SUPPRESS_PREFIXLEN, (uint32_t)r.suppress);
	end(h);
}

static void
mark_rule(int type, uint32_t priority, int k, uint32_t mark)
{
	rule(type, (struct rule){ .priority = priority,
				  .table = TABLE(k),
				  .marked = true,
				  .mark = mark,
				  .mask = MASK });
}

void
uplink_rules(int type, int k)
{
	mark_rule(type, P + 7, k, INBOUND(k));
	rule(type, (struct rule){ .priority = P + 9,
				  .src = address(k),
				  .table = TABLE(k) });
	rule(type, (struct rule){ .priority = P + 11,
				  .src = address(k),
				  .action = FR_ACT_UNREACHABLE });
	mark_rule(type, P + 15, k, MARK(k));
	rule(type, (struct rule){
			   .priority = P + 16, .oif = k, .table = TABLE(k) });
	mark_rule(type, P + 9991, k, MARK(k));
}

/* By mark, by device, by address. */
void
simple_rules(int type, int k)
{
	uint32_t t = TABLE(k);

	mark_rule(type, P + 7, k, MARK(k));
	rule(type, (struct rule){ .priority = P + 8, .table = t, .oif = k });
	rule(type,
	     (struct rule){ .priority = P + 4, .table = t, .src = address(k) });
}

void
balancing_rule(int type)
{
	rule(type,
	     (struct rule){ .priority = P + 9992, .table = BALANCING });
}

static void
unmarked_to(int type, uint32_t priority, uint32_t mask, uint32_t target)
{
	rule(type, (struct rule){ .priority = priority,
				  .marked = true,
				  .mask = mask,
				  .target = target });
}

void
shared_rules(int type)
{
	uint32_t dst = subnet(1);

	rule(type, (struct rule){ .priority = P + 3,
				  .dst = dst,
				  .table = 254,
				  .suppress = 24 });
	rule(type, (struct rule){
			   .priority = P + 4, .dst = dst, .target = P + 6 });
	rule(type, (struct rule){ .priority = P + 9901,
				  .dst = dst,
				  .marked = true,
				  .mask = MASK,
				  .table = BALANCING,
				  .suppress = 23 });
}

void
frame_rules(int type)
{
	rule(type, (struct rule){ .priority = P, .action = FR_ACT_NOP });
	rule(type, (struct rule){
			   .priority = P + 5, .table = 254, .suppress = 1 });
	unmarked_to(type, P + 6, TOP2, P + 8);
	rule(type, (struct rule){ .priority = P + 8,
				  .forwarded = true,
				  .target = P + 14 });
	rule(type, (struct rule){
			   .priority = P + 13, .unbound = true, .target = P + 16 });
	unmarked_to(type, P + 14, MASK, P + 16);
	rule(type, (struct rule){ .priority = P + 17, .action = FR_ACT_NOP });
	unmarked_to(type, P + 9990, MASK, P + 9992);
	balancing_rule(type);
	rule(type, (struct rule){ .priority = P + 9993, .table = 254 });
	rule(type, (struct rule){ .priority = P + 9994, .table = LAST });
	rule(type, (struct rule){ .priority = ENTRY, .target = P });
}
