// SPDX-License-Identifier: GPL-2.0-or-later
/* icmp - sends echo requests by one device, and receives the replies. */
#include "probe/icmp.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "netlink/devsock.h"

/* An echo request as it leaves, and a reply behind its IP header. */
struct packet {
	struct icmphdr head;
	uint8_t token[BAL_ICMP_TOKEN];
};

static int
open_raw(struct bal_icmp *sock, struct bal_err *err)
{
	struct icmp_filter filter = { .data = ~(1U << ICMP_ECHOREPLY) };
	int eno;

	sock->raw = true;
	sock->fd = socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC,
			  IPPROTO_ICMP);
	if (sock->fd < 0)
		return bal_err_sys(err, errno, "cannot open an ICMP socket");
	if (setsockopt(sock->fd, IPPROTO_RAW, ICMP_FILTER, &filter,
		       sizeof(filter)) == 0 &&
	    getrandom(&sock->id, sizeof(sock->id), 0) == sizeof(sock->id))
		return 0;
	eno = errno;
	return bal_err_sys(err, eno, "cannot prepare an ICMP socket");
}

static int
open_any(struct bal_icmp *sock, struct bal_err *err)
{
	sock->raw = false;
	sock->id = 0;
	sock->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
			  IPPROTO_ICMP);
	if (sock->fd >= 0)
		return 0;
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
		return bal_err_sys(err, errno, "cannot open an ICMP socket");
	return open_raw(sock, err);
}

int
bal_icmp_open(struct bal_icmp *sock, const char *dev, int ifindex,
	      uint32_t mark, struct bal_err *err)
{
	struct bal_icmp s;
	int rc;

	rc = open_any(&s, err);
	if (rc == 0)
		rc = bal_devsock_bind(s.fd, dev, ifindex, mark, err);
	if (rc == 0)
		*sock = s;
	else
		bal_icmp_close(&s);
	return rc;
}

void
bal_icmp_close(struct bal_icmp *sock)
{
	if (sock->fd >= 0)
		close(sock->fd);
	sock->fd = -1;
}

/* RFC 1071; the kernel does it for unprivileged sockets only. */
static uint16_t
checksum(const struct packet *p)
{
	uint16_t words[sizeof(*p) / 2];
	uint32_t sum = 0;

	memcpy(words, p, sizeof(words));
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		sum += words[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t) ~(sum + (sum >> 16));
}

int
bal_icmp_send(const struct bal_icmp *sock, const struct bal_addr *to,
	      uint16_t seq, const uint8_t *token)
{
	struct sockaddr_in dest = { .sin_family = AF_INET };
	struct packet p = {
		.head.type = ICMP_ECHO,
		.head.un.echo.id = sock->id,
		.head.un.echo.sequence = htons(seq),
	};

	if (to->family != AF_INET)
		return EAFNOSUPPORT;
	memcpy(&dest.sin_addr, to->bytes, sizeof(dest.sin_addr));
	memcpy(p.token, token, sizeof(p.token));
	p.head.checksum = checksum(&p);
	while (sendto(sock->fd, &p, sizeof(p), MSG_NOSIGNAL,
		      (struct sockaddr *)&dest, sizeof(dest)) < 0)
		if (errno != EINTR)
			return errno;
	return 0;
}

int
bal_icmp_recv(const struct bal_icmp *sock, struct bal_icmp_reply *out)
{
	unsigned char buf[128];
	struct sockaddr_in from = { 0 };
	socklen_t from_len = sizeof(from);
	struct packet p;
	size_t head;
	ssize_t len;

	len = recvfrom(sock->fd, buf, sizeof(buf), MSG_TRUNC,
		       (struct sockaddr *)&from, &from_len);
	if (len < 0)
		return errno == EAGAIN ? -1 : 0;
	/* A raw socket delivers the IP header too. */
	head = sock->raw && len > 0 ? (buf[0] & 0xfU) * 4 : 0;
	if ((size_t)len != head + sizeof(p) || (size_t)len > sizeof(buf))
		return 0;
	memcpy(&p, buf + head, sizeof(p));
	if (p.head.type != ICMP_ECHOREPLY || p.head.code != 0 ||
	    (sock->raw && p.head.un.echo.id != sock->id))
		return 0;
	out->from = bal_addr_raw(AF_INET, &from.sin_addr, 4, 32);
	out->seq = ntohs(p.head.un.echo.sequence);
	memcpy(out->token, p.token, sizeof(out->token));
	return 1;
}

void
bal_icmp_make_room(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 &&
	    limit.rlim_cur < limit.rlim_max) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &limit);
	}
}
