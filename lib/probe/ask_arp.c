// SPDX-License-Identifier: GPL-2.0-or-later
/* ask_arp - does the gateway answer on the link (RFC 826)? */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "probe/ask_internal.h"

/*
 * The hardware address of the device, into the token: replies must be sent to
 * it.
 */
static int
find_hardware(struct bal_ask *ask)
{
	struct ifreq req = { 0 };
	bool has_arp;

	memcpy(req.ifr_name, ask->way.dev, sizeof(ask->way.dev));
	if (ioctl(ask->source.fd, SIOCGIFINDEX, &req) < 0)
		return errno;
	if (req.ifr_ifindex != ask->way.ifindex)
		return ENODEV;
	if (ioctl(ask->source.fd, SIOCGIFFLAGS, &req) < 0)
		return errno;
	has_arp = !(req.ifr_flags & IFF_NOARP);
	if (ioctl(ask->source.fd, SIOCGIFHWADDR, &req) < 0)
		return errno;
	if (!has_arp || req.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
		bal_ask_bad(ask, "no ARP on %s", ask->way.dev);
		return EOPNOTSUPP;
	}
	memcpy(ask->token, req.ifr_hwaddr.sa_data, ETH_ALEN);
	return 0;
}

static const struct bal_addr *
host_of(const struct bal_ask *ask)
{
	return bal_addr_none(&ask->target.addr) ? &ask->way.gateway :
						  &ask->target.addr;
}

static int
send_request(struct bal_ask *ask)
{
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = ask->way.ifindex,
		.sll_halen = ETH_ALEN,
	};
	struct ether_arp arp = {
		.ea_hdr = {
			.ar_hrd = htons(ARPHRD_ETHER),
			.ar_pro = htons(ETH_P_IP),
			.ar_hln = ETH_ALEN,
			.ar_pln = 4,
			.ar_op = htons(ARPOP_REQUEST),
		},
	};

	memset(to.sll_addr, 0xff, ETH_ALEN);
	memcpy(arp.arp_sha, ask->token, ETH_ALEN);
	memcpy(arp.arp_spa, ask->way.source.bytes, 4);
	memcpy(arp.arp_tpa, host_of(ask)->bytes, 4);
	/* Lost in a full queue of the device, as it would be later on. */
	if (sendto(ask->source.fd, &arp, sizeof(arp), MSG_NOSIGNAL,
		   (struct sockaddr *)&to, sizeof(to)) < 0 &&
	    errno != ENOBUFS && errno != EAGAIN)
		return errno;
	return 0;
}

/* Only replies of that host wake us, not all ARP of the link. */
static int
filter(const struct bal_ask *ask)
{
	uint32_t host;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
			 offsetof(struct ether_arp, ea_hdr.ar_op)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARPOP_REPLY, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct ether_arp, arp_spa)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, UINT16_MAX),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	memcpy(&host, host_of(ask)->bytes, sizeof(host));
	code[3].k = ntohl(host);
	return setsockopt(ask->source.fd, SOL_SOCKET, SO_ATTACH_FILTER,
			  &program, sizeof(program));
}

static int
start(struct bal_ask *ask, uint32_t *events)
{
	struct sockaddr_ll here = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ARP),
		.sll_ifindex = ask->way.ifindex,
	};
	int eno;

	(void)events;
	if (host_of(ask)->family != AF_INET) {
		bal_ask_bad(ask, "no gateway to ask by ARP");
		return EDESTADDRREQ;
	}
	/* Protocol 0: no packets before it is bound to the device. */
	ask->source.fd =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (ask->source.fd < 0)
		return errno;
	eno = find_hardware(ask);
	if (eno)
		return eno;
	if (filter(ask) < 0 ||
	    bind(ask->source.fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		return errno;
	return send_request(ask);
}

/* Sent to us; the filter passes only replies of the target. */
static bool
is_answer(const struct bal_ask *ask, const struct ether_arp *arp)
{
	return arp->ea_hdr.ar_pro == htons(ETH_P_IP) &&
	       arp->ea_hdr.ar_hln == ETH_ALEN && arp->ea_hdr.ar_pln == 4 &&
	       memcmp(arp->arp_tpa, ask->way.source.bytes, 4) == 0 &&
	       memcmp(arp->arp_tha, ask->token, ETH_ALEN) == 0;
}

static enum bal_asked
ready(struct bal_ask *ask)
{
	struct ether_arp arp = { 0 };
	ssize_t len = recv(ask->source.fd, &arp, sizeof(arp), 0);

	if (len < 0 && (errno == EAGAIN || errno == EINTR))
		return BAL_ASKED_WAIT;
	if (len < 0) {
		ask->error = errno;
		return bal_ask_bad(ask, "%s", strerror(errno));
	}
	return len == sizeof(arp) && is_answer(ask, &arp) ? BAL_ASKED_GOOD :
							    BAL_ASKED_WAIT;
}

const struct ask_kind bal_ask_arp = { start, ready };
