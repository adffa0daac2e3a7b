// SPDX-License-Identifier: GPL-2.0-or-later
/* wireguard - where the peers of the kernel's WireGuard devices are. */
#include "netlink/wireguard.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/wireguard.h>
#include <netinet/in.h>
#include <string.h>

#include "netlink/genl.h"

struct sink {
	struct bal_arena *arena;
	bal_wg_list *out;
	int ifindex;
};

/* The answer has keys that nothing here needs. */
static void
wipe(const struct rtattr *key)
{
	if (key)
		explicit_bzero(RTA_DATA(key), RTA_PAYLOAD(key));
}

static void
take_endpoint(struct bal_wg_peer *p, const struct rtattr *rta)
{
	struct sockaddr_in four;
	struct sockaddr_in6 six;

	if (rta && RTA_PAYLOAD(rta) == sizeof(four)) {
		memcpy(&four, RTA_DATA(rta), sizeof(four));
		p->endpoint = bal_addr_raw(AF_INET, &four.sin_addr, 4, 32);
		p->port = ntohs(four.sin_port);
	} else if (rta && RTA_PAYLOAD(rta) == sizeof(six)) {
		memcpy(&six, RTA_DATA(rta), sizeof(six));
		p->endpoint = bal_addr_raw(AF_INET6, &six.sin6_addr, 16, 128);
		p->port = ntohs(six.sin6_port);
	}
}

static void
add_peer(struct sink *sink, uint16_t own_port, const struct rtattr *peer)
{
	struct rtattr *tb[WGPEER_A_MAX + 1];
	struct bal_wg_peer *p;

	bal_nl_parse(tb, WGPEER_A_MAX, RTA_DATA(peer), RTA_PAYLOAD(peer));
	wipe(tb[WGPEER_A_PRESHARED_KEY]);
	/* The rest of one that did not fit has its allowed addresses alone. */
	if (!tb[WGPEER_A_TX_BYTES])
		return;
	p = BAL_PUSH(sink->arena, sink->out);
	if (!p)
		return;
	p->ifindex = sink->ifindex;
	p->own_port = own_port;
	take_endpoint(p, tb[WGPEER_A_ENDPOINT]);
}

static void
on_device(const struct nlmsghdr *h, void *arg)
{
	struct rtattr *tb[WGDEVICE_A_MAX + 1];
	const struct rtattr *port, *peers;
	uint16_t own_port = 0;

	bal_genl_parse(tb, WGDEVICE_A_MAX, h);
	wipe(tb[WGDEVICE_A_PRIVATE_KEY]);
	port = tb[WGDEVICE_A_LISTEN_PORT];
	peers = tb[WGDEVICE_A_PEERS];
	if (port && RTA_PAYLOAD(port) >= sizeof(own_port))
		memcpy(&own_port, RTA_DATA(port), sizeof(own_port));
	if (!peers)
		return;
	int left = (int)RTA_PAYLOAD(peers);
	for (const struct rtattr *p = RTA_DATA(peers); RTA_OK(p, left);
	     p = RTA_NEXT(p, left))
		add_peer(arg, own_port, p);
}

static int
look(struct bal_nl *nl, struct sink *sink, struct bal_err *err)
{
	const uint32_t ifindex = (uint32_t)sink->ifindex;
	struct bal_nlmsg m;
	uint16_t family;

	if (bal_genl_family(nl, WG_GENL_NAME, &family, err) < 0)
		return -1;
	if (!family)
		return 0;
	bal_genl_begin(&m, family, WG_CMD_GET_DEVICE, WG_GENL_VERSION);
	bal_nlmsg_put_u32(&m, WGDEVICE_A_IFINDEX, ifindex);
	if (bal_nl_dump(nl, &m, on_device, sink, &sink->out->n, err) < 0)
		return err->sys == ENODEV ? 0 : -1;
	return 0;
}

int
bal_wg_look(int ifindex, bal_wg_list *out, struct bal_arena *arena,
	    struct bal_err *err)
{
	struct sink sink = { arena, out, ifindex };
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_GENERIC, err);
	int rc;

	if (!nl)
		return -1;
	rc = look(nl, &sink, err);
	bal_nl_close(nl);
	return rc == 0 && arena->oom ? bal_err_nomem(err) : rc;
}
