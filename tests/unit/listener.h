/* listener - a monitor on the kernel of a namespace, and what it has told. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_LISTENER_H
#define TEST_LISTENER_H

#include "kernelside.h"

#include <inttypes.h>

#include "netlink/monitor.h"

#define PATIENCE_NS (10000 * BAL_NS_PER_MS)

static struct bal_loop *loop;
static struct bal_monitor *monitor;
static unsigned heard;
static int told_times;

static const char devices[][BAL_IFNAMSIZ] = { "v0", "later" };
static const uint32_t tables[] = { 101, 300 };
static const struct bal_monitor_interest interest = { devices, N(devices),
						      tables, N(tables), false,
						      false };

static inline void
on_told(void *arg, unsigned news)
{
	assert_ptr_equal(arg, &heard);
	assert_true(news != 0);
	heard |= news;
	told_times++;
}

/* The descriptor of the monitor: the one that hears these groups. */
static inline int
monitor_fd(void)
{
	for (int fd = 3; fd < 64; fd++) {
		struct sockaddr_nl addr = { 0 };
		socklen_t len = sizeof(addr);

		if (getsockname(fd, (struct sockaddr *)&addr, &len) == 0 &&
		    addr.nl_family == AF_NETLINK && addr.nl_groups != 0)
			return fd;
	}
	fail_msg("no monitor");
	return -1;
}

/* Bytes that wait in the monitor's socket. */
static inline size_t
waiting_bytes(void)
{
	struct sockaddr_nl addr = { 0 };
	socklen_t len = sizeof(addr);

	getsockname(monitor_fd(), (struct sockaddr *)&addr, &len);
	must("awk '$3 == %" PRIu32 " && $2 == 0 { printf \"%%s\", $5 }'"
	     " /proc/thread-self/net/netlink",
	     addr.nl_pid);
	assert_true(output[0] != '\0');
	return strtoul(output, NULL, 10);
}

static inline void
turn(uint64_t until_ns)
{
	if (bal_loop_wait(loop, until_ns, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Wait until there is @news, then until all that waited was heard. */
static inline unsigned
hear(unsigned news)
{
	uint64_t until = bal_clock_ns() + PATIENCE_NS;
	unsigned was;
	int times;

	while (!(heard & news) && bal_clock_ns() < until)
		turn(until);
	do {
		times = told_times;
		turn(0);
	} while (times != told_times);
	was = heard;
	heard = 0;
	return was;
}

/*
 * What was news before this moment: an address that comes and goes marks it,
 * for messages keep their order.
 */
static inline unsigned
heard_by_now(void)
{
	unsigned was;

	must("ip address add 10.9.9.9/32 dev v0");
	was = hear(BAL_NEWS_ADDR);
	assert_true(was & BAL_NEWS_ADDR);
	must("ip address del 10.9.9.9/32 dev v0");
	assert_true(hear(BAL_NEWS_ADDR) & BAL_NEWS_ADDR);
	return was & ~(unsigned)BAL_NEWS_ADDR;
}

/* Is there something in @what that did not matter before? */
static inline bool
care(const struct bal_monitor_interest *what)
{
	int rc = bal_monitor_care(monitor, what, &err);

	if (rc < 0)
		fail_msg("%s", err.msg);
	return rc == 1;
}

static inline int
listen_to_kernel(void **state)
{
	if (setup(state) < 0)
		return -1;
	if (refused)
		return 0;
	/* The kernel tells of a carrier a while after it is there. */
	must_send("", "v0 v1");
	loop = bal_loop_open(&err);
	if (!loop)
		return -1;
	monitor =
		bal_monitor_open(loop, bal_nl_port(nl), on_told, &heard, &err);
	if (!monitor || bal_monitor_care(monitor, &interest, &err) < 0)
		return -1;
	heard = 0;
	told_times = 0;
	return 0;
}

/* Without the help of a filter in the kernel. */
static inline int
listen_to_all(void **state)
{
	if (listen_to_kernel(state) < 0)
		return -1;
	if (refused)
		return 0;
	return setsockopt(monitor_fd(), SOL_SOCKET, SO_DETACH_FILTER,
			  &(int){ 0 }, sizeof(int));
}

static inline int
stop_listening(void **state)
{
	bal_monitor_close(monitor);
	bal_loop_close(loop);
	monitor = NULL;
	loop = NULL;
	return teardown(state);
}

#define HEARS(name) \
	cmocka_unit_test_setup_teardown(name, listen_to_kernel, stop_listening)
/* Twice: with the filter in the kernel, and without. */
#define HEARS_EITHER_WAY(name)                                            \
	HEARS(name), cmocka_unit_test_setup_teardown(name, listen_to_all, \
						     stop_listening)

#endif
