// SPDX-License-Identifier: GPL-2.0-or-later
/* iperf3 - runs it, bound to the device of one uplink. */
#include "measure/iperf3.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/loop.h"
#include "measure/lookup.h"

#define HOST_MAX 254
#define OUTPUT_MAX (1u << 22)
/* It reports at its end what it has, and waits for the server's word. */
#define GRACE_MS 5000

struct run {
	struct bal_child child;
	char *text;
	size_t len, size;
	bool asked; /* to end */
};

/* One text more; NULL, and nothing is read any more: no memory, or too much. */
static char *
room(struct run *run)
{
	char *bigger;

	if (run->size - run->len > 4096)
		return run->text + run->len;
	if (run->size >= OUTPUT_MAX)
		return NULL;
	bigger = realloc(run->text, run->size + 65536);
	if (!bigger)
		return NULL;
	run->text = bigger;
	run->size += 65536;
	return run->text + run->len;
}

static void
drain(struct run *run)
{
	char *at;
	ssize_t n;

	while ((at = room(run)) &&
	       (n = read(run->child.out_fd, at, run->size - run->len - 1)) > 0)
		run->len += (size_t)n;
	if (run->text)
		run->text[run->len] = '\0';
}

/* Wait for output, or the end, until @until_ms: its status, -1: it runs. */
static int
wait_a_while(struct run *run, uint64_t until_ms)
{
	const uint64_t now_ms = bal_clock_ns() / BAL_NS_PER_MS;
	struct pollfd fds[2] = { { .fd = run->child.done_fd, .events = POLLIN },
				 { .fd = run->child.out_fd, .events = POLLIN } };
	int status = -1;

	(void)poll(fds, 2, until_ms > now_ms ? (int)(until_ms - now_ms) : 0);
	if (fds[0].revents)
		status = bal_child_reap(&run->child);
	drain(run);
	return status;
}

/* At the end of its time it is asked to end, and later made to. */
static int
wait_for(struct run *run, uint32_t ms)
{
	uint64_t until_ms = bal_clock_ns() / BAL_NS_PER_MS + ms;
	int status = -1;

	while (status < 0) {
		status = wait_a_while(run, until_ms);
		if (status >= 0 || bal_clock_ns() / BAL_NS_PER_MS < until_ms)
			continue;
		if (run->asked)
			break;
		run->asked = true;
		(void)kill(run->child.pid, SIGINT);
		until_ms += GRACE_MS;
	}
	return status;
}

/* The address of @host, asked for by this uplink; else it is left to iperf3. */
static void
look_up(const struct bal_transfer_way *way, char *host)
{
	struct bal_ask_way ask = { .ifindex = way->ifindex, .mark = way->mark };
	char text[BAL_ADDR_STRLEN];
	struct bal_addr addr;
	struct bal_err why;

	if (bal_addr_parse(host, &addr, &why) == 0 ||
	    bal_addr_none(&way->resolver))
		return;
	memcpy(ask.dev, way->dev, sizeof(ask.dev));
	if (bal_lookup(&ask, &way->resolver, host, &addr, &why) < 0)
		bal_warn("%s: the name server %s does not know %.80s (%.80s): "
			 "this box's own is asked",
			 way->dev, bal_addr_str(&way->resolver, text), host,
			 why.msg);
	else
		snprintf(host, HOST_MAX, "%s", bal_addr_host_str(&addr, text));
}

int
bal_iperf3_run(const struct bal_transfer_way *way,
	       const struct bal_iperf3 *want, struct bal_measured *out,
	       struct bal_err *err)
{
	char host[HOST_MAX], port[6], bytes[24], dev[BAL_IFNAMSIZ];
	char *argv[] = { (char *)"iperf3", (char *)"--client", host,
			 (char *)"--port", port, (char *)"--bind-dev", dev,
			 (char *)"--bytes", bytes, (char *)"--json",
			 (char *)"--interval", (char *)"0.25",
			 (char *)"--version4", (char *)"--connect-timeout",
			 (char *)"5000", NULL, NULL };
	struct run run = { .child = { .out_fd = -1 } };
	int rc;

	if (bal_iperf3_server(want->server, host, sizeof(host), port, err) < 0)
		return -1;
	look_up(way, host);
	memcpy(dev, way->dev, sizeof(dev));
	snprintf(bytes, sizeof(bytes), "%" PRIu64, want->bytes);
	if (!want->upload)
		argv[sizeof(argv) / sizeof(argv[0]) - 2] = (char *)"--reverse";
	if (bal_child_start(&run.child, argv, environ, true, err) < 0)
		return -1;
	(void)wait_for(&run, want->ms);
	bal_child_stop(&run.child);
	rc = bal_iperf3_read(run.text ? run.text : "", want->upload, out, err);
	free(run.text);
	return rc;
}
