// SPDX-License-Identifier: GPL-2.0-or-later
/* icmp - sends echo requests by one device, and receives the replies. */
#include "probe/icmp.h"

#include <errno.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
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
open_of(const struct bal_icmp *sock, int type)
{
	return socket(sock->family, type | SOCK_NONBLOCK | SOCK_CLOEXEC,
		      sock->family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP);
}

static int
filter_replies(const struct bal_icmp *sock)
{
	const struct icmp_filter four = { .data = ~(1U << ICMP_ECHOREPLY) };
	struct icmp6_filter six;

	if (sock->family == AF_INET)
		return setsockopt(sock->fd, IPPROTO_RAW, ICMP_FILTER, &four,
				  sizeof(four));
	ICMP6_FILTER_SETBLOCKALL(&six);
	ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &six);
	return setsockopt(sock->fd, IPPROTO_ICMPV6, ICMP6_FILTER, &six,
			  sizeof(six));
}

static int
open_raw(struct bal_icmp *sock, struct bal_err *err)
{
	int eno;

	sock->raw = true;
	sock->fd = open_of(sock, SOCK_RAW);
	if (sock->fd < 0)
		return bal_err_sys(err, errno, "cannot open an ICMP socket");
	if (filter_replies(sock) == 0 &&
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
	sock->fd = open_of(sock, SOCK_DGRAM);
	if (sock->fd >= 0)
		return 0;
	if (errno == EMFILE || errno == ENFILE || errno == ENOMEM)
		return bal_err_sys(err, errno, "cannot open an ICMP socket");
	return open_raw(sock, err);
}

int
bal_icmp_open(struct bal_icmp *sock, int family, const char *dev, int ifindex,
	      uint32_t mark, struct bal_err *err)
{
	struct bal_icmp s = { .family = family };
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

/* RFC 1071; the kernel does it for unprivileged sockets and IPv6 only. */
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

/* The packet is the same but for its type. */
union host {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

static socklen_t
put_host(union host *host, const struct bal_addr *a)
{
	*host = (union host){ .any.sa_family = a->family };
	if (a->family == AF_INET) {
		memcpy(&host->four.sin_addr, a->bytes, 4);
		return sizeof(host->four);
	}
	memcpy(&host->six.sin6_addr, a->bytes, 16);
	return sizeof(host->six);
}

static struct bal_addr
get_host(const union host *host)
{
	return host->any.sa_family == AF_INET6 ?
		       bal_addr_raw(AF_INET6, &host->six.sin6_addr, 16, 128) :
		       bal_addr_raw(AF_INET, &host->four.sin_addr, 4, 32);
}

int
bal_icmp_send(const struct bal_icmp *sock, const struct bal_addr *to,
	      uint16_t seq, const uint8_t *token)
{
	const bool six = sock->family == AF_INET6;
	union host dest;
	socklen_t len;
	struct packet p = {
		.head.type = six ? ICMP6_ECHO_REQUEST : ICMP_ECHO,
		.head.un.echo.id = sock->id,
		.head.un.echo.sequence = htons(seq),
	};

	if (to->family != sock->family)
		return EAFNOSUPPORT;
	len = put_host(&dest, to);
	memcpy(p.token, token, sizeof(p.token));
	if (!six)
		p.head.checksum = checksum(&p);
	while (sendto(sock->fd, &p, sizeof(p), MSG_NOSIGNAL, &dest.any, len) <
	       0)
		if (errno != EINTR)
			return errno;
	return 0;
}

int
bal_icmp_recv(const struct bal_icmp *sock, struct bal_icmp_reply *out)
{
	unsigned char buf[128];
	const bool six = sock->family == AF_INET6;
	union host from = { 0 };
	socklen_t from_len = sizeof(from);
	struct packet p;
	size_t head;
	ssize_t len;

	len = recvfrom(sock->fd, buf, sizeof(buf), MSG_TRUNC, &from.any,
		       &from_len);
	if (len < 0)
		return errno == EAGAIN ? -1 : 0;
	/* A raw socket of IPv4 delivers the IP header too. */
	head = sock->raw && !six && len > 0 ? (buf[0] & 0xfU) * 4 : 0;
	if ((size_t)len != head + sizeof(p) || (size_t)len > sizeof(buf))
		return 0;
	memcpy(&p, buf + head, sizeof(p));
	if (p.head.type != (six ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) ||
	    p.head.code != 0 ||
	    (sock->raw && p.head.un.echo.id != sock->id))
		return 0;
	out->from = get_host(&from);
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
