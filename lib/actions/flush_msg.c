// SPDX-License-Identifier: GPL-2.0-or-later
/* flush_msg - messages of ctnetlink and of socket diagnosis. */
#include "actions/flush_msg.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#define CT_MESSAGE(type) (NFNL_SUBSYS_CTNETLINK << 8 | (type))

#define STATE_BIT(state) (1u << (state))

/* --- Conntrack ----------------------------------------------------------- */

static void
begin_ct(struct bal_nlmsg *m, int family, int type)
{
	const struct nfgenmsg head = { .nfgen_family = (uint8_t)family,
				       .version = NFNETLINK_V0 };

	bal_nlmsg_init(m, CT_MESSAGE(type), 0, &head, sizeof(head));
}

void
bal_flush_ask_entries(struct bal_nlmsg *m, int family, uint32_t mark,
		      uint32_t mask)
{
	begin_ct(m, family, IPCTNL_MSG_CT_GET);
	bal_nlmsg_put_u32(m, CTA_MARK, htonl(mark & mask));
	bal_nlmsg_put_u32(m, CTA_MARK_MASK, htonl(mask));
}

/* Copy an attribute of the kernel's into @m unchanged. */
static void
put_again(struct bal_nlmsg *m, int type, const struct rtattr *rta)
{
	bal_nlmsg_put(m, type, RTA_DATA(rta), RTA_PAYLOAD(rta));
}

/*
 * A deletion without a tuple would flush everything, so it is never sent.  The
 * id keeps it from deleting a new entry with the same tuple (unless that got
 * the very same memory).
 */
bool
bal_flush_delete_entry(struct bal_nlmsg *m, const struct nlmsghdr *h,
		       uint32_t mark, uint32_t mask)
{
	const struct nfgenmsg *head = NLMSG_DATA(h);
	const size_t skip = NLMSG_SPACE(sizeof(*head));
	struct rtattr *tb[CTA_MAX + 1];

	if (h->nlmsg_type != CT_MESSAGE(IPCTNL_MSG_CT_NEW) ||
	    h->nlmsg_len < skip ||
	    (head->nfgen_family != AF_INET && head->nfgen_family != AF_INET6))
		return false;
	bal_nl_parse(tb, CTA_MAX, (const void *)((const char *)h + skip),
		     h->nlmsg_len - skip);
	if (!tb[CTA_MARK] || !tb[CTA_TUPLE_ORIG] || !tb[CTA_ID] ||
	    RTA_PAYLOAD(tb[CTA_TUPLE_ORIG]) == 0 ||
	    (ntohl(bal_nl_u32(tb[CTA_MARK])) & mask) != (mark & mask))
		return false;
	begin_ct(m, head->nfgen_family, IPCTNL_MSG_CT_DELETE);
	put_again(m, CTA_TUPLE_ORIG | NLA_F_NESTED, tb[CTA_TUPLE_ORIG]);
	put_again(m, CTA_ID, tb[CTA_ID]);
	if (tb[CTA_ZONE])
		put_again(m, CTA_ZONE, tb[CTA_ZONE]);
	return !m->overflow;
}

static uint16_t
port_in(const struct rtattr *rta)
{
	uint16_t port = 0;

	if (rta && RTA_PAYLOAD(rta) >= sizeof(port))
		memcpy(&port, RTA_DATA(rta), sizeof(port));
	return ntohs(port);
}

/* Of that family which is there. */
static bool
address_in(const struct rtattr *v4, const struct rtattr *v6,
	   struct bal_addr *out)
{
	const struct rtattr *rta = v4 ? v4 : v6;
	const unsigned bytes = v4 ? 4 : 16;

	if (!rta || RTA_PAYLOAD(rta) != bytes)
		return false;
	*out = bal_addr_raw(v4 ? AF_INET : AF_INET6, RTA_DATA(rta), bytes,
			    bytes * 8);
	return true;
}

/* The parts of a nested attribute; none of one that is not there. */
static void
parse_in(struct rtattr **tb, int max, const struct rtattr *rta)
{
	bal_nl_parse(tb, max, rta ? RTA_DATA(rta) : NULL,
		     rta ? RTA_PAYLOAD(rta) : 0);
}

bool
bal_flush_entry_flow(const struct nlmsghdr *h, struct bal_flow *out)
{
	const size_t skip = NLMSG_SPACE(sizeof(struct nfgenmsg));
	struct rtattr *tb[CTA_MAX + 1], *tuple[CTA_TUPLE_MAX + 1];
	struct rtattr *ip[CTA_IP_MAX + 1], *proto[CTA_PROTO_MAX + 1];

	*out = (struct bal_flow){ 0 };
	bal_nl_parse(tb, CTA_MAX, (const void *)((const char *)h + skip),
		     h->nlmsg_len - skip);
	parse_in(tuple, CTA_TUPLE_MAX, tb[CTA_TUPLE_ORIG]);
	parse_in(ip, CTA_IP_MAX, tuple[CTA_TUPLE_IP]);
	parse_in(proto, CTA_PROTO_MAX, tuple[CTA_TUPLE_PROTO]);
	if (proto[CTA_PROTO_NUM] && RTA_PAYLOAD(proto[CTA_PROTO_NUM]))
		out->proto = *(uint8_t *)RTA_DATA(proto[CTA_PROTO_NUM]);
	out->sport = port_in(proto[CTA_PROTO_SRC_PORT]);
	out->dport = port_in(proto[CTA_PROTO_DST_PORT]);
	return address_in(ip[CTA_IP_V4_SRC], ip[CTA_IP_V6_SRC], &out->src) &&
	       address_in(ip[CTA_IP_V4_DST], ip[CTA_IP_V6_DST], &out->dst);
}

/* --- Sockets ------------------------------------------------------------- */

/*
 * States in which a program may wait on the socket.  A connected UDP socket is
 * ESTABLISHED, any other CLOSE.
 */
static uint32_t
states_of(int protocol)
{
	return protocol == IPPROTO_UDP ?
		       STATE_BIT(TCP_ESTABLISHED) :
		       STATE_BIT(TCP_ESTABLISHED) | STATE_BIT(TCP_SYN_SENT) |
			       STATE_BIT(TCP_FIN_WAIT1) |
			       STATE_BIT(TCP_FIN_WAIT2) |
			       STATE_BIT(TCP_CLOSE_WAIT) |
			       STATE_BIT(TCP_LAST_ACK) | STATE_BIT(TCP_CLOSING);
}

/* Bytecode of one step: accept sockets with this source, reject all others. */
static void
put_source_filter(struct bal_nlmsg *m, const struct bal_addr *source)
{
	const size_t bits = bal_addr_bits(source->family);
	const struct inet_diag_hostcond cond = { .family = source->family,
						 .prefix_len = (uint8_t)bits,
						 .port = -1 };
	struct inet_diag_bc_op op = { .code = INET_DIAG_BC_S_COND };
	uint8_t code[sizeof(op) + sizeof(cond) + sizeof(source->bytes)];
	const size_t len = sizeof(op) + sizeof(cond) + bits / 8;

	/* A jump to the end accepts, one further behind it rejects. */
	op.yes = (uint8_t)len;
	op.no = (uint16_t)(len + 4);
	memcpy(code, &op, sizeof(op));
	memcpy(code + sizeof(op), &cond, sizeof(cond));
	memcpy(code + sizeof(op) + sizeof(cond), source->bytes, bits / 8);
	bal_nlmsg_put(m, INET_DIAG_REQ_BYTECODE, code, len);
}

void
bal_flush_ask_sockets(struct bal_nlmsg *m, int family, int protocol,
		      const struct bal_addr *source)
{
	const struct inet_diag_req_v2 req = {
		.sdiag_family = (uint8_t)family,
		.sdiag_protocol = (uint8_t)protocol,
		.idiag_states = states_of(protocol),
	};

	bal_nlmsg_init(m, SOCK_DIAG_BY_FAMILY, 0, &req, sizeof(req));
	put_source_filter(m, source);
}

static bool
is_spared(uint32_t inode, const struct bal_flush_sought *sought)
{
	for (size_t i = 0; i < sought->n_inodes; i++)
		if (sought->inodes[i] == inode)
			return true;
	return false;
}

/*
 * A socket without an inode is orphaned, or not accepted yet: no program waits
 * on it, the kernel ends it by itself, and kernels before 6.11 never free an
 * orphan that was destroyed with data in its queue.
 */
bool
bal_flush_is_socket(const struct nlmsghdr *h,
		    const struct bal_flush_sought *sought,
		    struct inet_diag_sockid *id)
{
	const struct inet_diag_msg *s = NLMSG_DATA(h);
	const struct bal_flush_what *what = sought->what;
	struct bal_addr own, peer;

	if (h->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*s)) ||
	    (s->idiag_family != AF_INET && s->idiag_family != AF_INET6) ||
	    s->idiag_state >= 32 ||
	    !(states_of(sought->protocol) & STATE_BIT(s->idiag_state)) ||
	    s->idiag_inode == 0)
		return false;
	own = bal_addr_of_socket(s->idiag_family, s->id.idiag_src);
	peer = bal_addr_of_socket(s->idiag_family, s->id.idiag_dst);
	if (!bal_addr_same_host(&own, &what->source) ||
	    bal_addr_in(&peer, &what->source) ||
	    (what->dev_only && s->id.idiag_if != (uint32_t)what->ifindex) ||
	    is_spared(s->idiag_inode, sought))
		return false;
	*id = s->id;
	return true;
}

void
bal_flush_socket_flow(const struct nlmsghdr *h, int protocol,
		      struct bal_flow *out)
{
	const struct inet_diag_msg *s = NLMSG_DATA(h);

	*out = (struct bal_flow){
		.src = bal_addr_of_socket(s->idiag_family, s->id.idiag_src),
		.dst = bal_addr_of_socket(s->idiag_family, s->id.idiag_dst),
		.proto = (uint8_t)protocol,
		.sport = ntohs(s->id.idiag_sport),
		.dport = ntohs(s->id.idiag_dport),
		.has_uid = true,
		.uid = s->idiag_uid,
	};
}

bool
bal_flush_ask_route(struct bal_nlmsg *m, const struct nlmsghdr *h)
{
	const struct inet_diag_msg *s = NLMSG_DATA(h);
	const struct bal_addr own = bal_addr_of_socket(s->idiag_family, s->id.idiag_src);
	const struct bal_addr peer = bal_addr_of_socket(s->idiag_family, s->id.idiag_dst);
	const struct rtmsg rtm = { .rtm_family = own.family,
				   .rtm_dst_len = own.len,
				   .rtm_src_len = own.len,
				   .rtm_flags = RTM_F_LOOKUP_TABLE |
						RTM_F_FIB_MATCH };
	const size_t size = own.len / 8;

	if (own.family != peer.family || s->id.idiag_if)
		return false;
	bal_nlmsg_init(m, RTM_GETROUTE, 0, &rtm, sizeof(rtm));
	bal_nlmsg_put(m, RTA_SRC, own.bytes, size);
	bal_nlmsg_put(m, RTA_DST, peer.bytes, size);
	return true;
}

bool
bal_flush_is_elsewhere(const struct nlmsghdr *h, int ifindex)
{
	const struct rtmsg *rtm = NLMSG_DATA(h);
	struct rtattr *tb[RTA_MAX + 1];

	if (h->nlmsg_type != RTM_NEWROUTE ||
	    h->nlmsg_len < NLMSG_LENGTH(sizeof(*rtm)) || rtm->rtm_dst_len < 2)
		return false;
	bal_nl_parse(tb, RTA_MAX, RTM_RTA(rtm), RTM_PAYLOAD(h));
	return bal_nl_u32(tb[RTA_TABLE]) == RT_TABLE_MAIN && tb[RTA_OIF] &&
	       bal_nl_u32(tb[RTA_OIF]) != (uint32_t)ifindex;
}

bool
bal_flush_ask_listener(struct bal_nlmsg *m, const struct nlmsghdr *h)
{
	const struct inet_diag_msg *s = NLMSG_DATA(h);
	const struct bal_addr own = bal_addr_of_socket(s->idiag_family, s->id.idiag_src);
	struct inet_diag_req_v2 req = {
		.sdiag_family = own.family,
		.sdiag_protocol = IPPROTO_TCP,
		.idiag_states = STATE_BIT(TCP_LISTEN),
		.id.idiag_sport = s->id.idiag_sport,
		.id.idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE },
	};

	memcpy(req.id.idiag_src, own.bytes, own.len / 8);
	bal_nlmsg_init(m, SOCK_DIAG_BY_FAMILY, 0, &req, sizeof(req));
	return true;
}

bool
bal_flush_is_listener(const struct nlmsghdr *h)
{
	const struct inet_diag_msg *s = NLMSG_DATA(h);

	return h->nlmsg_type == SOCK_DIAG_BY_FAMILY &&
	       h->nlmsg_len >= NLMSG_LENGTH(sizeof(*s)) &&
	       s->idiag_state == TCP_LISTEN;
}

void
bal_flush_destroy(struct bal_nlmsg *m, int family, int protocol,
		  const struct inet_diag_sockid *id)
{
	const struct inet_diag_req_v2 req = {
		.sdiag_family = (uint8_t)family,
		.sdiag_protocol = (uint8_t)protocol,
		.idiag_states = states_of(protocol),
		.id = *id,
	};

	bal_nlmsg_init(m, SOCK_DESTROY, 0, &req, sizeof(req));
}
