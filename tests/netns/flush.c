// SPDX-License-Identifier: GPL-2.0-or-later
/* flush - bal_flush_uplink() for shell tests, and what it is to be tried on. */
#include "actions/flush_uplink.h"

#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "../unit/entries.h"
#include "base/text.h"

static const char usage_text[] =
	"usage: letgo run [mark=M/MASK] [source=ADDR/LEN] [dev=DEV] "
	"[spare=PID]...\n"
	"       letgo fill COUNT MARK SOURCE\n"
	"       letgo hold tcp|udp|mapped FROM TO PORT\n";

static struct bal_err err;

static void
die(const char *what)
{
	fprintf(stderr, "letgo: %s\n", what);
	exit(1);
}

static void
usage(void)
{
	fputs(usage_text, stderr);
	exit(64);
}

static double
milliseconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static uint32_t
number(const char *text)
{
	uint32_t value;

	if (bal_parse_u32(text, 0, UINT32_MAX, &value, &err) < 0)
		die(err.msg);
	return value;
}

static struct bal_addr
addr(const char *text)
{
	struct bal_addr a;

	if (bal_addr_parse(text, &a, &err) < 0)
		die(err.msg);
	return a;
}

static void
say(void *arg, enum bal_say kind, const char *msg)
{
	(void)arg;
	(void)kind;
	printf("warning: %s\n", msg);
}

/* --- run ----------------------------------------------------------------- */

#define SPARED_MAX 16

static void
set(struct bal_flush_what *what, pid_t *spared, char *word)
{
	char *value = strchr(word, '='), *mask;

	if (!value)
		usage();
	*value++ = '\0';
	if (strcmp(word, "mark") == 0 && (mask = strchr(value, '/'))) {
		*mask++ = '\0';
		what->mark = number(value);
		what->mask = number(mask);
	} else if (strcmp(word, "source") == 0) {
		what->source = addr(value);
	} else if (strcmp(word, "dev") == 0) {
		what->dev_only = true;
		what->ifindex = (int)if_nametoindex(value);
	} else if (strcmp(word, "spare") == 0 && what->n_spared < SPARED_MAX) {
		spared[what->n_spared++] = (pid_t)number(value);
	} else {
		usage();
	}
}

/* The most memory that we ever had, in KB. */
static long
peak(void)
{
	FILE *f = fopen("/proc/self/status", "re");
	char line[256];
	long kb = 0;

	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "VmHWM: %ld", &kb) == 1)
			break;
	if (f)
		fclose(f);
	return kb;
}

static int
run(int n, char **words)
{
	pid_t spared[SPARED_MAX];
	struct bal_flush_what what = { .spared = spared };
	struct bal_flushed gone = { 0 };
	double began, cpu;
	long before;

	for (int i = 0; i < n; i++)
		set(&what, spared, words[i]);
	bal_say_sink(say, NULL);
	before = peak();
	began = milliseconds(CLOCK_MONOTONIC);
	cpu = milliseconds(CLOCK_PROCESS_CPUTIME_ID);
	if (bal_flush_uplink(&what, &gone, &err) < 0)
		die(err.msg);
	printf("connections=%u sockets=%u ms=%.1f cpu_ms=%.1f hwm_kb=%ld "
	       "more_kb=%ld began_ms=%.1f\n",
	       gone.connections, gone.sockets,
	       milliseconds(CLOCK_MONOTONIC) - began,
	       milliseconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, peak(),
	       peak() - before, began);
	return 0;
}

/* --- fill ---------------------------------------------------------------- */

static void
refused(size_t count, int eno, const char *why, void *arg)
{
	(void)count;
	(void)arg;
	fprintf(stderr, "letgo: %s %s\n", strerror(eno), why);
	exit(1);
}

/* @count entries of a client behind us. */
static int
fill(uint32_t count, uint32_t mark, const char *source)
{
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_NETFILTER, &err);
	struct bal_addr from = addr(source);
	struct entry e = { .mark = mark, .dport = 53 };
	uint32_t word;

	if (!nl)
		die(err.msg);
	memcpy(&word, from.bytes, sizeof(word));
	e.src = ntohl(word);
	bal_nl_on_failure(nl, refused, NULL);
	for (uint32_t i = 0; i < count; i++) {
		e.dst = 0xc6330000 + i / 50000;
		e.sport = (uint16_t)(10000 + i % 50000);
		if (entry_make(nl, &e, &err) < 0)
			die(err.msg);
	}
	if (bal_nl_flush(nl, &err) < 0)
		die(err.msg);
	bal_nl_close(nl);
	return 0;
}

/* --- hold ---------------------------------------------------------------- */

/* @text for a socket of @family, IPv4 inside IPv6 if need be. */
static socklen_t
put(struct sockaddr_storage *to, int family, const char *text, uint32_t port)
{
	struct bal_addr a = addr(text);
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)port) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons((uint16_t)port) };

	memset(to, 0, sizeof(*to));
	if (family == AF_INET) {
		memcpy(&in.sin_addr, a.bytes, 4);
		memcpy(to, &in, sizeof(in));
		return sizeof(in);
	}
	in6.sin6_addr.s6_addr[10] = in6.sin6_addr.s6_addr[11] = 0xff;
	memcpy(&in6.sin6_addr.s6_addr[12], a.bytes, 4);
	memcpy(to, &in6, sizeof(in6));
	return sizeof(in6);
}

/* Say how it is, with the time: the test compares. */
static int
told(const char *what, int eno)
{
	printf("%s %s %.1f\n", what,
	       eno == ECONNABORTED ? "ECONNABORTED" :
	       eno		   ? strerror(eno) :
				     "-",
	       milliseconds(CLOCK_MONOTONIC));
	fflush(stdout);
	return eno ? 1 : 0;
}

/* Connect, have one line answered, wait for more until an error comes. */
static int
hold(const char *kind, const char *from, const char *to, uint32_t port)
{
	const int family = strcmp(kind, "mapped") ? AF_INET : AF_INET6;
	const int type = strcmp(kind, "udp") ? SOCK_STREAM : SOCK_DGRAM;
	int fd = socket(family, type, 0), on = 1;
	struct sockaddr_storage own, peer;
	socklen_t len = put(&own, family, from, 0);
	char answer[256];

	setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on));
	if (fd < 0 || bind(fd, (void *)&own, len) < 0)
		return told("bind", errno);
	len = put(&peer, family, to, port);
	told("begin", 0);
	if (connect(fd, (void *)&peer, len) < 0)
		return told("connect", errno);
	if (send(fd, "1\n", 2, MSG_NOSIGNAL) != 2)
		return told("send", errno);
	if (recv(fd, answer, sizeof(answer), 0) <= 0)
		return told("answer", errno);
	told("ready", 0);
	if (recv(fd, answer, sizeof(answer), 0) < 0)
		return told("read", errno);
	return told("end", 0);
}

int
main(int argc, char **argv)
{
	const char *command = argc > 1 ? argv[1] : "";

	if (strcmp(command, "run") == 0)
		return run(argc - 2, argv + 2);
	if (strcmp(command, "fill") == 0 && argc == 5)
		return fill(number(argv[2]), number(argv[3]), argv[4]);
	if (strcmp(command, "hold") == 0 && argc == 6)
		return hold(argv[2], argv[3], argv[4], number(argv[5]));
	usage();
}
