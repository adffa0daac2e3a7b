// SPDX-License-Identifier: GPL-2.0-or-later
/* arrivals - what comes in by a device from beyond its link. */
#include "netlink/arrivals.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Packets are only counted: a queue without room, and no reader. */
static int
filter(int fd, const struct bal_addr *link)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_HOST, 0, 6),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
			 offsetof(struct iphdr, protocol)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMP, 4, 0),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct iphdr, saddr)),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	const struct sock_fprog program = {
		.len = sizeof(code) / sizeof(code[0]),
		.filter = code,
	};
	struct bal_addr net = bal_addr_network(link);
	uint32_t base;

	/* Without a subnet: 0.0.0.0/32, which is no packet's source. */
	memcpy(&base, net.bytes, sizeof(base));
	code[5].k = net.family == AF_INET && net.len ?
			    UINT32_MAX << (32 - net.len) :
			    UINT32_MAX;
	code[6].k = ntohl(base);
	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program,
			  sizeof(program));
}

int
bal_arrivals_open(int ifindex, const struct bal_addr *link, struct bal_err *err)
{
	const struct sockaddr_ll here = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = ifindex,
	};
	const int least = 0;
	/* No packets until it is bound: the filter comes first. */
	int fd =
		socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return bal_err_sys(err, errno, "cannot open a packet socket");
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
	if (filter(fd, link) == 0 &&
	    bind(fd, (const struct sockaddr *)&here, sizeof(here)) == 0)
		return fd;
	(void)bal_err_sys(err, errno, "cannot listen to a device");
	close(fd);
	return -1;
}

uint32_t
bal_arrivals_count(int fd)
{
	struct tpacket_stats stats = { 0 };
	socklen_t len = sizeof(stats);

	/* Includes packets without room; the call resets the count. */
	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &len) < 0)
		return 0;
	return stats.tp_packets;
}
