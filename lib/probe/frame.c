// SPDX-License-Identifier: GPL-2.0-or-later
/* frame - IPv4 datagrams that bear a mark. */
#include "probe/frame.h"

#include <arpa/inet.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <string.h>
#include <sys/socket.h>

/* Sequence numbers from that of the run on are marks. */
#define NUMBERS_MAX 65536u

static uint32_t
sum16(uint32_t sum, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++)
		sum += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	return sum;
}

static uint16_t
fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* Of TCP and UDP: with the addresses of the header before it. */
static uint16_t
sum_of(const struct bal_frame *f, const uint8_t *p, size_t len)
{
	uint32_t sum = f->proto + (uint32_t)len;

	sum = sum16(sum, f->src.bytes, 4);
	sum = sum16(sum, f->dst.bytes, 4);
	return fold(sum16(sum, p, len));
}

void
bal_frame_mark(uint32_t run, uint32_t number, uint8_t out[BAL_FRAME_MARK])
{
	const uint32_t words[] = { htonl(run), htonl(number) };

	memcpy(out, words, BAL_FRAME_MARK);
}

static size_t
build_udp(const struct bal_frame *f, uint8_t *out)
{
	const size_t len = sizeof(struct udphdr) + BAL_FRAME_MARK;
	struct udphdr head = { .uh_sport = htons(f->sport),
			       .uh_dport = htons(f->dport),
			       .uh_ulen = htons((uint16_t)len) };

	memcpy(out, &head, sizeof(head));
	bal_frame_mark(f->run, f->number, out + sizeof(head));
	head.uh_sum = sum_of(f, out, len);
	memcpy(out, &head, sizeof(head));
	return len;
}

static size_t
build_tcp(const struct bal_frame *f, uint8_t *out)
{
	struct tcphdr head = { .th_sport = htons(f->sport),
			       .th_dport = htons(f->dport),
			       .th_seq = htonl(f->run + f->number),
			       .th_ack = htonl(
				       f->ack ? f->run + f->answers + 1 : 0),
			       .th_off = sizeof(head) / 4,
			       .th_flags = TH_SYN | (f->ack ? TH_ACK : 0),
			       .th_win = htons(1024) };

	memcpy(out, &head, sizeof(head));
	head.th_sum = sum_of(f, out, sizeof(head));
	memcpy(out, &head, sizeof(head));
	return sizeof(head);
}

/* With the body that @build_body makes. */
static size_t
build(const struct bal_frame *f, uint8_t proto,
      size_t (*build_body)(const struct bal_frame *f, uint8_t *out),
      uint8_t *out)
{
	const size_t len = sizeof(struct iphdr) +
			   build_body(f, out + sizeof(struct iphdr));
	struct iphdr head = { .version = 4,
			      .ihl = sizeof(head) / 4,
			      .tos = f->tos,
			      .tot_len = htons((uint16_t)len),
			      .id = htons((uint16_t)f->number),
			      .ttl = f->ttl,
			      .protocol = proto };

	memcpy(&head.saddr, f->src.bytes, 4);
	memcpy(&head.daddr, f->dst.bytes, 4);
	memcpy(out, &head, sizeof(head));
	head.check = fold(sum16(0, out, sizeof(head)));
	memcpy(out, &head, sizeof(head));
	return len;
}

/*
 * Of what it quotes the ports alone count, which UDP and TCP have in the same
 * place; the mark is behind them.
 */
static size_t
build_icmp(const struct bal_frame *f, uint8_t *out)
{
	struct icmphdr head = { .type = f->error ? ICMP_DEST_UNREACH :
						   ICMP_ECHO,
				.code = f->error ? ICMP_PORT_UNREACH : 0 };
	struct bal_frame quoted = *f;
	size_t len = sizeof(head) + BAL_FRAME_MARK;

	if (f->error) {
		quoted.error = false;
		quoted.src = f->dst;
		quoted.dst = f->src;
		len = sizeof(head) +
		      build(&quoted, f->quoted, build_udp, out + sizeof(head));
	} else {
		head.un.echo.id = htons(f->sport);
		bal_frame_mark(f->run, f->number, out + sizeof(head));
	}
	memcpy(out, &head, sizeof(head));
	head.checksum = fold(sum16(0, out, len));
	memcpy(out, &head, sizeof(head));
	return len;
}

size_t
bal_frame_build(const struct bal_frame *f, uint8_t *out)
{
	return build(f, f->proto,
		     f->proto == IPPROTO_TCP  ? build_tcp :
		     f->proto == IPPROTO_ICMP ? build_icmp :
						build_udp,
		     out);
}

static uint32_t
word_at(const uint8_t *p)
{
	uint32_t word;

	memcpy(&word, p, sizeof(word));
	return ntohl(word);
}

static uint16_t
half_at(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static bool
is_marked(const uint8_t *mark, struct bal_frame *out)
{
	out->number = word_at(mark + 4);
	return word_at(mark) == out->run;
}

static bool
parse_tcp(const uint8_t *p, size_t len, struct bal_frame *out)
{
	const uint32_t at =
		len >= sizeof(struct tcphdr) ? word_at(p + 4) - out->run : 0;

	out->number = at < NUMBERS_MAX ? at : BAL_FRAME_UNMARKED;
	return len >= sizeof(struct tcphdr) && p[13] & TH_SYN;
}

static bool
parse_icmp(const uint8_t *p, size_t len, struct bal_frame *out)
{
	const size_t head = sizeof(struct icmphdr);
	const size_t quote =
		head + sizeof(struct iphdr) + sizeof(struct udphdr);

	if (len >= head + BAL_FRAME_MARK && is_marked(p + head, out))
		return p[0] == ICMP_ECHO;
	out->error = true;
	return len >= quote + BAL_FRAME_MARK && is_marked(p + quote, out);
}

bool
bal_frame_parse(const uint8_t *data, size_t len, uint32_t run,
		struct bal_frame *out)
{
	const size_t skip = len ? (data[0] & 15u) * 4u : 0;

	*out = (struct bal_frame){ .run = run };
	if (skip < sizeof(struct iphdr) || len < skip + 8 || data[0] >> 4 != 4)
		return false;
	out->tos = data[1];
	out->ttl = data[8];
	out->proto = data[9];
	out->src = bal_addr_raw(AF_INET, data + 12, 4, 32);
	out->dst = bal_addr_raw(AF_INET, data + 16, 4, 32);
	data += skip;
	len -= skip;
	if (out->proto == IPPROTO_ICMP)
		return parse_icmp(data, len, out);
	out->sport = half_at(data);
	out->dport = half_at(data + 2);
	if (out->proto == IPPROTO_TCP)
		return parse_tcp(data, len, out);
	return out->proto == IPPROTO_UDP &&
	       len >= sizeof(struct udphdr) + BAL_FRAME_MARK &&
	       is_marked(data + sizeof(struct udphdr), out);
}
