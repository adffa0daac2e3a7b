// SPDX-License-Identifier: GPL-2.0-or-later
/* wire - a packet socket on all devices, and the injector. */
#include "probe/wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/if_ether.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/text.h"
#include "bpf/inject.h"

#define BUFFER (4 << 20)
/* Locally administered hardware addresses of hosts that there are not. */
static const uint8_t stranger[] = { 0x02, 0x62 };

/*
 * Only what leaves, and of that ARP, SYNs, and what is marked: behind the header
 * of UDP or ICMP, or within what an ICMP error quotes.  A box that forwards a
 * gigabit must not wake us for each packet.
 */
static int
filter(int fd, uint32_t run)
{
	const uint32_t ad = (uint32_t)SKF_AD_OFF;
	struct sock_filter code[] = {
		/* 0 */
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ad + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, 14),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, ad + SKF_AD_PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 13, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 11),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 2),
		/* 8 */
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 13),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, TH_SYN, 7, 6),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, 8),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, run, 5, 0),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 0, 2),
		BPF_STMT(BPF_LD | BPF_W | BPF_IND, 8 + 28),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, run, 1, 0),
		/* 16 */
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT16_MAX),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
}

int
bal_wire_open(struct bal_wire *w, uint32_t run, struct bal_err *err)
{
	const struct sockaddr_ll everywhere = { .sll_family = AF_PACKET,
						.sll_protocol =
							htons(ETH_P_ALL) };
	const int size = BUFFER;

	w->run = run;
	w->injector = bal_inject_open(err);
	if (w->injector < 0)
		return -1;
	/* Protocol 0: no packets before there is a filter. */
	w->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (w->fd < 0)
		return bal_err_sys(err, errno, "cannot open a packet socket");
	(void)setsockopt(w->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
			 sizeof(size));
	if (filter(w->fd, run) < 0 ||
	    bind(w->fd, (const struct sockaddr *)&everywhere,
		 sizeof(everywhere)) < 0)
		return bal_err_sys(err, errno, "cannot open a packet socket");
	return 0;
}

void
bal_wire_close(struct bal_wire *w)
{
	if (w->fd >= 0)
		close(w->fd);
	if (w->injector >= 0)
		close(w->injector);
	w->fd = w->injector = -1;
}

static bool
parse_arp(const struct ether_arp *arp, size_t len, struct bal_sight *out)
{
	uint32_t number;

	out->arp = true;
	out->reply =
		len >= sizeof(*arp) && arp->ea_hdr.ar_op == htons(ARPOP_REPLY);
	out->frame.src = bal_addr_raw(AF_INET, arp->arp_spa, 4, 32);
	out->frame.dst = bal_addr_raw(AF_INET, arp->arp_tpa, 4, 32);
	memcpy(&number, arp->arp_tha + sizeof(stranger), sizeof(number));
	out->frame.number = ntohl(number);
	return len >= sizeof(*arp) &&
	       (!out->reply ||
		memcmp(arp->arp_tha, stranger, sizeof(stranger)) == 0);
}

int
bal_wire_next(const struct bal_wire *w, struct bal_sight *out)
{
	struct sockaddr_ll from = { 0 };
	union {
		uint8_t bytes[2048];
		struct ether_arp arp;
	} data;
	bool known;

	do {
		socklen_t from_len = sizeof(from);
		const ssize_t len =
			recvfrom(w->fd, &data, sizeof(data), MSG_TRUNC,
				 (struct sockaddr *)&from, &from_len);
		size_t got = len < 0 ? 0 : (size_t)len;

		if (len < 0 && errno != EINTR)
			return errno == EAGAIN ? 0 : -1;
		*out = (struct bal_sight){ .ifindex = from.sll_ifindex,
					   .len = got };
		got = got > sizeof(data) ? sizeof(data) : got;
		known = from.sll_protocol == htons(ETH_P_ARP) ?
				parse_arp(&data.arp, got, out) :
				bal_frame_parse(data.bytes, got, w->run,
						&out->frame);
	} while (!known);
	return 1;
}

/* The header of what @dev, number @ifindex, receives.  -1 with errno. */
static int
head_of(const struct bal_wire *w, const char *dev, uint16_t type,
	struct ether_header *head)
{
	struct ifreq req = { 0 };

	(void)bal_copy(req.ifr_name, sizeof(req.ifr_name), dev);
	if (ioctl(w->fd, SIOCGIFHWADDR, &req) < 0)
		return -1;
	memcpy(head->ether_dhost, req.ifr_hwaddr.sa_data, ETH_ALEN);
	memset(head->ether_shost, 0, ETH_ALEN);
	memcpy(head->ether_shost, stranger, sizeof(stranger));
	head->ether_type = htons(type);
	return 0;
}

int
bal_wire_inject(const struct bal_wire *w, const char *dev, int ifindex,
		const struct bal_frame *f, uint32_t mark)
{
	uint8_t data[sizeof(struct ether_header) + BAL_FRAME_MAX];
	struct ether_header head;
	size_t len;

	if (head_of(w, dev, ETH_P_IP, &head) < 0)
		return -1;
	memcpy(data, &head, sizeof(head));
	len = bal_frame_build(f, data + sizeof(head));
	return bal_inject(w->injector, ifindex, data, sizeof(head) + len, mark);
}

int
bal_wire_inject_arp(const struct bal_wire *w, const char *dev, int ifindex,
		    const struct bal_addr *target, uint32_t number)
{
	struct {
		struct ether_header head;
		struct ether_arp arp;
	} data = { .arp.ea_hdr = { .ar_hrd = htons(ARPHRD_ETHER),
				   .ar_pro = htons(ETH_P_IP),
				   .ar_hln = ETH_ALEN,
				   .ar_pln = 4,
				   .ar_op = htons(ARPOP_REQUEST) } };
	const uint32_t word = htonl(number);

	if (head_of(w, dev, ETH_P_ARP, &data.head) < 0)
		return -1;
	memcpy(data.arp.arp_sha, stranger, sizeof(stranger));
	memcpy(data.arp.arp_sha + sizeof(stranger), &word, sizeof(word));
	memcpy(data.arp.arp_tpa, target->bytes, 4);
	return bal_inject(w->injector, ifindex, &data, sizeof(data), 0);
}
