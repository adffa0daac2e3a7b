// SPDX-License-Identifier: GPL-2.0-or-later
/* steered - which marks sockets have once they are connected; foreign programs. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bpf/bpf.h"
#include "bpf/cgroup.h"
#include "bpf/object.h"
#include "bpf/steer_held.h"

static const char usage[] =
	"usage: steered [OPTIONS] COUNT FIRST LAST PORT\n"
	"  connects COUNT sockets to the addresses FIRST to LAST in turn, and\n"
	"  prints MARK SOURCE NUMBER for each pair; -t TCP, not UDP; -6 by\n"
	"  ::ffff:A.B.C.D; -d DEV, -f ADDR, -m MARK, -p bind; -n prints ns only;\n"
	"  -l prints ADDRESS MARK of each\n"
	"       steered foreign FLAGS | drop NAME [4|6] | left\n"
	"  attaches a program of somebody else's to the root cgroup, takes one\n"
	"  off, of one hook or of both, prints the names of those there are\n"
	"       steered update COUNT\n"
	"  writes the table of bal's program COUNT times, for slots 1 to 3, each\n"
	"  time by other weights; prints the last ones\n";

struct kind {
	bool tcp, mapped, port, time, list;
	const char *dev, *from, *mark;
};

struct seen {
	uint32_t mark, source;
	unsigned n;
};

static void
die(const char *what)
{
	fprintf(stderr, "steered: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
bind_to(int fd, const struct kind *k)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	uint32_t mark;

	if (k->dev && setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, k->dev,
				 (socklen_t)strlen(k->dev)) < 0)
		die(k->dev);
	if (k->mark) {
		mark = (uint32_t)strtoul(k->mark, NULL, 0);
		if (setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)))
			die("SO_MARK");
	}
	if (k->from && inet_pton(AF_INET, k->from, &from.sin_addr) != 1)
		die(k->from);
	if ((k->from || k->port) &&
	    bind(fd, (struct sockaddr *)&from, sizeof(from)) < 0)
		die("bind");
}

static int
connected(const struct kind *k, uint32_t addr, uint16_t port)
{
	struct sockaddr_in to4 = { .sin_family = AF_INET,
				   .sin_port = htons(port),
				   .sin_addr.s_addr = htonl(addr) };
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(port) };
	int fd = socket(k->mapped ? AF_INET6 : AF_INET,
			(k->tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_NONBLOCK, 0);

	if (fd < 0)
		die("socket");
	bind_to(fd, k);
	to6.sin6_addr.s6_addr[10] = to6.sin6_addr.s6_addr[11] = 0xff;
	memcpy(to6.sin6_addr.s6_addr + 12, &to4.sin_addr, 4);
	if (connect(fd, k->mapped ? (void *)&to6 : (void *)&to4,
		    k->mapped ? sizeof(to6) : sizeof(to4)) < 0 &&
	    errno != EINPROGRESS)
		die("connect");
	return fd;
}

static uint32_t
source_of(int fd)
{
	struct sockaddr_storage own;
	socklen_t len = sizeof(own);
	uint32_t addr;

	if (getsockname(fd, (struct sockaddr *)&own, &len) < 0)
		die("getsockname");
	if (own.ss_family == AF_INET)
		return ((struct sockaddr_in *)&own)->sin_addr.s_addr;
	memcpy(&addr, ((struct sockaddr_in6 *)&own)->sin6_addr.s6_addr + 12, 4);
	return addr;
}

static void
count(struct seen *all, size_t max, uint32_t mark, uint32_t source)
{
	size_t i = 0;

	while (i < max - 1 && all[i].n &&
	       (all[i].mark != mark || all[i].source != source))
		i++;
	all[i].mark = mark;
	all[i].source = source;
	all[i].n++;
}

static double
now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static int
connect_all(const struct kind *k, char **argv)
{
	const unsigned n = (unsigned)strtoul(argv[0], NULL, 10);
	const uint32_t first = ntohl(inet_addr(argv[1]));
	const uint32_t last = ntohl(inet_addr(argv[2]));
	const uint16_t port = (uint16_t)strtoul(argv[3], NULL, 10);
	struct seen all[600] = { { 0 } };
	double spent = 0;

	for (unsigned i = 0; i < n; i++) {
		const uint32_t to = first + i % (last - first + 1);
		struct in_addr addr = { .s_addr = htonl(to) };
		uint32_t mark = 0;
		socklen_t len = sizeof(mark);
		double begin = now_ns();
		int fd = connected(k, to, port);

		spent += now_ns() - begin;
		if (getsockopt(fd, SOL_SOCKET, SO_MARK, &mark, &len) < 0)
			die("getsockopt");
		if (k->list)
			printf("%s 0x%x\n", inet_ntoa(addr), mark);
		count(all, sizeof(all) / sizeof(all[0]), mark, source_of(fd));
		close(fd);
	}
	if (k->time)
		printf("%.0f\n", spent / n);
	for (size_t i = 0; !k->time && !k->list && all[i].n; i++) {
		struct in_addr addr = { .s_addr = all[i].source };

		printf("0x%x %s %u\n", all[i].mark, inet_ntoa(addr), all[i].n);
	}
	return 0;
}

static const enum bpf_attach_type hooks[] = { BPF_CGROUP_INET4_CONNECT,
					      BPF_CGROUP_INET6_CONNECT };

static int
attach_foreign(int cgroup, unsigned flags)
{
	static struct bal_bpf code;
	struct bal_err err = { 0 };

	bal_bpf_set(&code, BPF_REG_0, 1);
	bal_bpf_exit(&code);
	for (size_t i = 0; i < 2; i++) {
		int fd = bal_bpf_load(&code, hooks[i], "foreign", &err);
		union bpf_attr attr;

		memset(&attr, 0, sizeof(attr));
		attr.target_fd = (uint32_t)cgroup;
		attr.attach_bpf_fd = (uint32_t)fd;
		attr.attach_type = hooks[i];
		attr.attach_flags = flags;
		if (fd < 0 || bal_bpf_call_kernel(BPF_PROG_ATTACH, &attr) < 0)
			die("attach");
	}
	return 0;
}

/* Print the programs of one hook; those named @drop, or NULL, are taken off. */
static void
each_program(int cgroup, enum bpf_attach_type hook, const char *drop)
{
	struct bal_bpf_attached list = { .n = 0 };
	struct bal_err err = { 0 };

	if (bal_bpf_query(cgroup, hook, &list, &err) < 0)
		die(err.msg);
	for (uint32_t i = 0; i < list.n; i++) {
		int fd = bal_bpf_program(list.ids[i]);
		struct bpf_prog_info info;
		uint32_t map;

		if (fd < 0 || bal_bpf_program_info(fd, &info, &map) < 0)
			die("program");
		if (!drop)
			printf("%s\n", info.name);
		else if (!strcmp(info.name, drop) &&
			 bal_bpf_detach(fd, cgroup, hook, &err) < 0)
			die(err.msg);
		close(fd);
	}
}

static uint32_t
first_program(int cgroup)
{
	struct bal_bpf_attached list = { .n = 0 };
	struct bal_err err = { 0 };

	if (bal_bpf_query(cgroup, hooks[0], &list, &err) < 0)
		die(err.msg);
	return list.n ? list.ids[0] : 0;
}

/* By bal's own writer.  Its first call may put a program there, no other may. */
static int
update(int cgroup, unsigned n)
{
	struct bal_steer_share v[] = { { 1, 1 }, { 2, 1 }, { 3, 1 } };
	const struct bal_steer_group group = { .family = AF_INET,
					       .shares = v,
					       .n_shares = 3 };
	const struct bal_steer_match all = { .family = AF_INET };
	const struct bal_steer steer = { .mask = 0xff000000,
					 .groups = &group,
					 .n_groups = 1,
					 .matches = &all,
					 .n_matches = 1 };
	struct bal_err err = { 0 };
	uint32_t program = 0;

	for (unsigned i = 0; i <= n; i++) {
		v[0].weight = 1 + i % 7;
		v[1].weight = 1 + i % 5;
		if (bal_steer_commit(&steer, &err) < 0)
			die(err.msg);
		if (i == 0)
			program = first_program(cgroup);
	}
	if (!program || first_program(cgroup) != program)
		die("the program is another one");
	printf("%u:%u:%u\n", v[0].weight, v[1].weight, v[2].weight);
	return 0;
}

int
main(int argc, char **argv)
{
	struct kind k = { 0 };
	int cgroup, c;

	while ((c = getopt(argc, argv, "t6d:f:m:pnl")) != -1)
		switch (c) {
		case 't': k.tcp = true; break;
		case '6': k.mapped = true; break;
		case 'd': k.dev = optarg; break;
		case 'f': k.from = optarg; break;
		case 'm': k.mark = optarg; break;
		case 'p': k.port = true; break;
		case 'n': k.time = true; break;
		case 'l': k.list = true; break;
		default: fputs(usage, stderr); return 64;
		}
	argc -= optind;
	argv += optind;
	if (argc == 4)
		return connect_all(&k, argv);
	cgroup = bal_cgroup_open_root();
	if (argc < 1 || cgroup < 0)
		die("no cgroup");
	if (argc == 2 && !strcmp(argv[0], "foreign"))
		return attach_foreign(cgroup, (unsigned)strtoul(argv[1], NULL, 10));
	if (argc == 2 && !strcmp(argv[0], "update"))
		return update(cgroup, (unsigned)strtoul(argv[1], NULL, 10));
	for (size_t i = 0; i < 2; i++)
		if (argc < 3 || (argv[2][0] == '6') == (i == 1))
			each_program(cgroup, hooks[i],
				     argc > 1 ? argv[1] : NULL);
	return 0;
}
