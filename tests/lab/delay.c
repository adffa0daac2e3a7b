// SPDX-License-Identifier: GPL-2.0-or-later
/* delay - holds what iptables' NFQUEUE hands over, and lets it go later. */
#include "traffic.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nfnetlink_queue.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/* Queue 0 is one way, queue 1 the other. */
#define WAYS 2
#define HELD_MAX 20000
#define BUFFER_SIZE (1 << 22)

struct held {
	TAILQ_ENTRY(held) link;
	uint32_t id; /* as the kernel sent it */
	int64_t due;
};

TAILQ_HEAD(held_list, held);

struct line {
	int fd;
	int64_t least, spread; /* of one way */
	bool reorder;
	struct held_list held[WAYS];
};

/* Room for one message of ours: a header and two small attributes. */
struct message {
	struct nlmsghdr head;
	struct nfgenmsg family;
	char attributes[64];
};

static void
message_begin(struct message *msg, uint16_t type, uint16_t queue)
{
	*msg = (struct message){
		.head = { .nlmsg_len = NLMSG_LENGTH(sizeof(msg->family)),
			  .nlmsg_type = NFNL_SUBSYS_QUEUE << 8 | type,
			  .nlmsg_flags = NLM_F_REQUEST },
		.family = { .nfgen_family = AF_UNSPEC,
			    .version = NFNETLINK_V0,
			    .res_id = htons(queue) },
	};
}

static void
message_add(struct message *msg, uint16_t type, const void *data, size_t size)
{
	struct nlattr attribute = { .nla_len = (uint16_t)(NLA_HDRLEN + size),
				    .nla_type = type };
	char *to = (char *)msg + NLMSG_ALIGN(msg->head.nlmsg_len);

	memcpy(to, &attribute, sizeof(attribute));
	memcpy(to + NLA_HDRLEN, data, size);
	msg->head.nlmsg_len = NLMSG_ALIGN(msg->head.nlmsg_len) +
			      (uint32_t)NLA_ALIGN(attribute.nla_len);
}

static void
message_send(const struct line *line, const struct message *msg)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(line->fd, msg, msg->head.nlmsg_len, 0,
		   (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		die("cannot talk to the kernel's queue");
}

/* Refused, and we shall know: another program has that queue. */
static void
expect_ack(const struct line *line)
{
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[256];
	} answer;

	if (recv(line->fd, &answer, sizeof(answer), 0) < 0)
		die("no answer from the kernel's queue");
	errno = answer.head.nlmsg_type == NLMSG_ERROR ? -answer.error.error :
							EPROTO;
	if (errno)
		die("cannot have the kernel's queue");
}

static void
queue_open(const struct line *line, uint16_t queue)
{
	struct nfqnl_msg_config_cmd bind = { .command = NFQNL_CFG_CMD_BIND };
	struct nfqnl_msg_config_params copy = { .copy_mode = NFQNL_COPY_META };
	uint32_t limit = htonl(HELD_MAX), whole = htonl(NFQA_CFG_F_GSO);
	struct message msg;

	message_begin(&msg, NFQNL_MSG_CONFIG, queue);
	msg.head.nlmsg_flags |= NLM_F_ACK;
	message_add(&msg, NFQA_CFG_CMD, &bind, sizeof(bind));
	message_send(line, &msg);
	expect_ack(line);
	message_begin(&msg, NFQNL_MSG_CONFIG, queue);
	msg.head.nlmsg_flags |= NLM_F_ACK;
	message_add(&msg, NFQA_CFG_PARAMS, &copy, sizeof(copy));
	message_add(&msg, NFQA_CFG_QUEUE_MAXLEN, &limit, sizeof(limit));
	message_add(&msg, NFQA_CFG_FLAGS, &whole, sizeof(whole));
	message_add(&msg, NFQA_CFG_MASK, &whole, sizeof(whole));
	message_send(line, &msg);
	expect_ack(line);
}

static void
line_open(struct line *line, const struct options *opt)
{
	int size = BUFFER_SIZE, on = 1;

	*line = (struct line){
		.fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC,
			     NETLINK_NETFILTER),
		.least = (opt->delay_ms - opt->jitter_ms) * MSEC / 2,
		.spread = opt->jitter_ms * MSEC,
		.reorder = opt->reorder,
	};
	if (line->fd < 0)
		die("cannot open a netlink socket");
	setsockopt(line->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(line->fd, SOL_NETLINK, NETLINK_NO_ENOBUFS, &on, sizeof(on));
	for (uint16_t way = 0; way < WAYS; way++) {
		TAILQ_INIT(&line->held[way]);
		queue_open(line, way);
	}
}

static int64_t
draw(int64_t below)
{
	uint32_t random;

	if (below <= 0)
		return 0;
	if (getrandom(&random, sizeof(random), 0) != sizeof(random))
		die("no random numbers");
	return (int64_t)((double)random / UINT32_MAX * (double)below);
}

/* In order of time; none before one that came earlier, unless it may. */
static void
hold(struct line *line, uint16_t way, uint32_t id)
{
	struct held_list *list = &line->held[way];
	struct held *held = allocate(1, sizeof(*held)), *before, *next;

	held->id = id;
	held->due = now() + line->least + draw(line->spread);
	before = line->reorder ? NULL : TAILQ_LAST(list, held_list);
	if (before && held->due < before->due)
		held->due = before->due;
	while (line->reorder &&
	       (next = before ? TAILQ_NEXT(before, link) : TAILQ_FIRST(list)) &&
	       next->due <= held->due)
		before = next;
	if (before)
		TAILQ_INSERT_AFTER(list, before, held, link);
	else
		TAILQ_INSERT_HEAD(list, held, link);
}

static void
let_go(struct line *line)
{
	struct nfqnl_msg_verdict_hdr verdict = { .verdict = htonl(NF_ACCEPT) };
	int64_t time = now();
	struct message msg;
	struct held *held;

	for (uint16_t way = 0; way < WAYS; way++) {
		while ((held = TAILQ_FIRST(&line->held[way])) &&
		       held->due <= time) {
			message_begin(&msg, NFQNL_MSG_VERDICT, way);
			verdict.id = held->id;
			message_add(&msg, NFQA_VERDICT_HDR, &verdict,
				    sizeof(verdict));
			message_send(line, &msg);
			TAILQ_REMOVE(&line->held[way], held, link);
			free(held);
		}
	}
}

static void
take(struct line *line, const struct nlmsghdr *head)
{
	const struct nfgenmsg *family = NLMSG_DATA(head);
	size_t offset = NLMSG_SPACE(sizeof(*family));
	struct nfqnl_msg_packet_hdr packet;
	struct nlattr attribute;

	while (offset + sizeof(attribute) <= head->nlmsg_len) {
		memcpy(&attribute, (const char *)head + offset,
		       sizeof(attribute));
		if (attribute.nla_type == NFQA_PACKET_HDR) {
			memcpy(&packet,
			       (const char *)head + offset + NLA_HDRLEN,
			       sizeof(packet));
			hold(line, ntohs(family->res_id) % WAYS,
			     packet.packet_id);
			return;
		}
		offset += NLA_ALIGN(attribute.nla_len);
	}
}

static void
listen_to(struct line *line)
{
	static _Alignas(struct nlmsghdr) char buffer[65536];
	struct nlmsghdr *head = (struct nlmsghdr *)buffer;
	ssize_t got = recv(line->fd, buffer, sizeof(buffer), MSG_DONTWAIT);
	int len = (int)got;

	for (; len > 0 && NLMSG_OK(head, (unsigned)len);
	     head = NLMSG_NEXT(head, len))
		if (head->nlmsg_type ==
		    (NFNL_SUBSYS_QUEUE << 8 | NFQNL_MSG_PACKET))
			take(line, head);
}

/* How long nothing is due, in @left; false: nothing is held. */
static bool
time_left(const struct line *line, struct timespec *left)
{
	int64_t first = INT64_MAX;
	const struct held *held;

	for (unsigned way = 0; way < WAYS; way++)
		if ((held = TAILQ_FIRST(&line->held[way])) && held->due < first)
			first = held->due;
	if (first == INT64_MAX)
		return false;
	first -= now();
	if (first < 0)
		first = 0;
	*left = (struct timespec){ .tv_sec = first / SEC,
				   .tv_nsec = first % SEC };
	return true;
}

int
delay_run(const struct options *opt)
{
	struct timespec left;
	struct pollfd wait;
	struct line line;

	line_open(&line, opt);
	puts("ready");
	wait = (struct pollfd){ .fd = line.fd, .events = POLLIN };
	while (!stopping) {
		if (ppoll(&wait, 1, time_left(&line, &left) ? &left : NULL,
			  NULL) == 1)
			listen_to(&line);
		let_go(&line);
	}
	/* What is still held goes with the socket. */
	close(line.fd);
	return 0;
}
