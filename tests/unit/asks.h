/* asks - one question at a time, and servers beyond the uplink to answer it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_ASKS_H
#define TEST_ASKS_H

#include "uplinks.h"

#include <arpa/inet.h>
#include <net/ethernet.h>

#include "probe/ask.h"
#include "children.h"

#define SOON 10000 /* ms that an answer may take on a busy machine */
#define SILENCE 60 /* ms in which none came */

static struct bal_loop *loop;
static struct bal_ask ask;
static unsigned dones, turns;
static size_t descriptors;

static inline struct bal_addr
host(int uplink, int number)
{
	const uint8_t bytes[] = { 10, 0, (uint8_t)uplink, (uint8_t)number };

	return bal_addr_raw(AF_INET, bytes, sizeof(bytes), 32);
}

static inline struct bal_ask_way
way_by(int uplink)
{
	struct bal_ask_way way = {
		.source = host(uplink, 1),
		.gateway = host(uplink, 2),
	};

	snprintf(way.dev, sizeof(way.dev), "u%d", uplink);
	way.ifindex = (int)if_nametoindex(way.dev);
	return way;
}

static inline void
count_done(struct bal_ask *done, void *arg)
{
	assert_ptr_equal(done, &ask);
	assert_ptr_equal(arg, &dones);
	dones++;
}

/* Ask; what is known after @ms at the latest.  Stopped it is by the caller. */
static inline enum bal_asked
ask_by(const struct bal_target *target, const struct bal_ask_way *way,
       unsigned ms)
{
	const uint64_t until = bal_clock_ns() + ms * BAL_NS_PER_MS;

	dones = turns = 0;
	ask.done = count_done;
	ask.arg = &dones;
	if (bal_ask_start(&ask, loop, target, way, &err) < 0)
		fail_msg("%s", err.msg);
	if (ask.asked == BAL_ASKED_BAD)
		return ask.asked;
	if (ask.asked == BAL_ASKED_WAIT)
		/* Once at least, however long that may have taken. */
		do {
			assert_int_equal(ask.asked, BAL_ASKED_WAIT);
			assert_int_equal(bal_loop_wait(loop, until, &err), 0);
			turns++;
		} while (!dones && bal_clock_ns() < until);
	assert_int_equal(dones, ask.asked != BAL_ASKED_WAIT);
	return ask.asked;
}

/* The same, through u1, and stopped: known are its verdict and why. */
static inline enum bal_asked
ask_it(const struct bal_target *target, unsigned ms)
{
	const struct bal_ask_way way = way_by(1);
	enum bal_asked asked = ask_by(target, &way, ms);

	bal_ask_stop(&ask);
	return asked;
}

#define assert_bad(asked, reason)                       \
	do {                                            \
		assert_int_equal(asked, BAL_ASKED_BAD); \
		assert_string_equal(ask.why, reason);   \
	} while (0)

static inline int
setup_ask(void **state)
{
	memset(&ask, 0, sizeof(ask));
	if (setup(state) < 0)
		return -1;
	descriptors = count_descriptors();
	loop = bal_loop_open(&err);
	return loop ? 0 : -1;
}

static inline int
teardown_ask(void **state)
{
	size_t now;

	bal_ask_stop(&ask);
	bal_loop_close(loop);
	now = count_descriptors();
	if (teardown(state) < 0)
		return -1;
	if (now == descriptors)
		return 0;
	print_message("# descriptors: %zu before, %zu after\n", descriptors,
		      now);
	return -1;
}

#define ASK_TEST(name) \
	cmocka_unit_test_setup_teardown(name, setup_ask, teardown_ask)

static inline int
enter_peer(void)
{
	char path[64];
	int ns, rc;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)peer);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	rc = ns < 0 ? -1 : setns(ns, CLONE_NEWNET);
	if (ns >= 0)
		close(ns);
	return rc;
}

/* A socket of the peer, which listens at @port; SOCK_PACKET: to all ARP. */
static inline int
open_server(int type, int port)
{
	struct sockaddr_in here = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
	};
	int fd, on = 1;

	if (type == SOCK_PACKET)
		return socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_ARP));
	fd = socket(AF_INET, type, 0);
	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    (type == SOCK_STREAM && listen(fd, 64) < 0))
		return -1;
	return fd;
}

/* One at a time: @serve(@fd, @arg) runs in the peer until the next one. */
static inline void
start_server(int type, int port, void (*serve)(int fd, const void *arg),
	     const void *arg)
{
	int ready[2], fd;
	char ok;

	if (forger > 0) {
		kill(forger, SIGKILL);
		ended(forger);
	}
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	forger = fork();
	assert_true(forger >= 0);
	if (forger == 0) {
		close(ready[0]);
		fd = enter_peer() < 0 ? -1 : open_server(type, port);
		if (fd >= 0 && write(ready[1], "", 1) == 1)
			serve(fd, arg);
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &ok, 1), 1);
	close(ready[0]);
}

#endif
