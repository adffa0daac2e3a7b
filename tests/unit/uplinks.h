/* uplinks - probes, and uplinks to a second network namespace to try them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_UPLINKS_H
#define TEST_UPLINKS_H

#include "netns.h"

#include <net/if.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include "netlink/nl.h"
#include "probe/prober.h"

#define INTERVAL 50
#define TIMEOUT 120
/*
 * ms that a busy machine may need more: far from the time that a pass takes
 * which does not end by itself, or waits for what it need not wait for.
 */
#define SLACK 20000
#define TOO_LONG 60000
/* Doubts at most halve the pause of a burst, which is half an interval. */
#define ROUNDS_IN(ms) ((ms) / (INTERVAL / 4) + 1)

/*
 *   ours                          the peer
 *   u1 10.0.1.1/24 -------------- p1 10.0.1.2/24, 10.0.1.3/24
 *   u2 10.0.2.1/24 -------------- p2 10.0.2.2/24, 10.0.2.3/24
 *   ...                           nobody is .9
 */

static pid_t peer, forger;
static int peer_alive = -1; /* the peer goes when this is closed */

/* Start a process in a network namespace of its own; its pid is $PEER. */
static inline void
make_peer(void)
{
	int ready[2], alive[2];
	char text[16];

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(alive, O_CLOEXEC), 0);
	peer = fork();
	assert_true(peer >= 0);
	if (peer == 0) {
		close(alive[1]);
		if (unshare(CLONE_NEWNET) == 0 && write(ready[1], "", 1) == 1)
			(void)!read(alive[0], text, 1);
		_exit(0);
	}
	close(alive[0]);
	close(ready[1]);
	assert_int_equal(read(ready[0], text, 1), 1);
	close(ready[0]);
	peer_alive = alive[1];
	snprintf(text, sizeof(text), "%d", (int)peer);
	assert_int_equal(setenv("PEER", text, 1), 0);
}

static inline int
setup(void **state)
{
	(void)state;
	if (refused)
		return 0;
	if (unshare(CLONE_NEWNET) < 0)
		return -1;
	make_peer();
	return 0;
}

static inline int
teardown(void **state)
{
	(void)state;
	if (forger > 0) {
		kill(forger, SIGKILL);
		ended(forger);
		forger = 0;
	}
	if (peer_alive >= 0) {
		close(peer_alive);
		ended(peer);
		peer_alive = -1;
	}
	return 0;
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static inline void
make_uplink_namespace(void)
{
	make_namespace("ip link add u0 type veth peer name p0 && "
		       "iptables-legacy -S",
		       "no ip(8), no veth devices, or no iptables-legacy");
}

/* Devices u1 to u@n, up, with carrier. */
static inline void
make_uplinks(int n)
{
	char names[32];

	must("ours= theirs= i=1\n"
	     "while [ $i -le %d ]; do\n"
	     "ours=\"$ours\n"
	     "link add u$i type veth peer name p$i netns $PEER\n"
	     "address add 10.0.$i.1/24 dev u$i\n"
	     "link set u$i up\"\n"
	     "theirs=\"$theirs\n"
	     "address add 10.0.$i.2/24 dev p$i\n"
	     "address add 10.0.$i.3/24 dev p$i\n"
	     "link set p$i up\"\n"
	     "i=$((i + 1))\n"
	     "done\n"
	     "echo \"$ours\" | ip -batch - &&\n"
	     "echo \"$theirs\" | nsenter -t $PEER -n ip -batch -",
	     n);
	snprintf(names, sizeof(names), "$(seq -f u%%g %d)", n);
	must_send("", names);
	*strchr(names, 'u') = 'p';
	must_send("nsenter -t $PEER -n", names);
}

/* From now on with the unprivileged socket; at first the raw one is used. */
static inline void
use_unprivileged(void)
{
	assert_true(write_text("/proc/sys/net/ipv4/ping_group_range", "0 0"));
}

static inline void
peer_does(const char *command)
{
	must("nsenter -t $PEER -n %s", command);
}

static inline void
add_target(struct bal_probe *p, int uplink, int host)
{
	const uint8_t bytes[] = { 10, 0, (uint8_t)uplink, (uint8_t)host };

	p->targets[p->n_targets++] = (struct bal_target){
		.addr = bal_addr_raw(AF_INET, bytes, 4, 32),
	};
}

/* Of an uplink that was never judged. */
static inline struct bal_probe
probe_of(int uplink, int host)
{
	struct bal_probe p = {
		.need = 1,
		.rule = {
			.down = 3,
			.up = 2,
			.interval_ms = INTERVAL,
			.timeout_ms = TIMEOUT,
			.timeout_min_ms = 20,
			.degraded_loss = 45,
			.recovered_loss = 20,
		},
		.passive = 2000,
	};

	snprintf(p.dev, sizeof(p.dev), "u%d", uplink);
	p.ifindex = (int)if_nametoindex(p.dev);
	add_target(&p, uplink, host);
	return p;
}

/*
 * However late its answers are, they are not too late: a busy kernel, too, has
 * them wait.
 */
static inline void
be_patient(struct bal_probe *p)
{
	p->rule.timeout_ms = p->rule.timeout_min_ms = TOO_LONG;
}

static inline int64_t
now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* A command that is run when the first questions are out; NULL: none. */
static const char *meanwhile;

/* One pass until all is settled, as bal-check makes it; 0 or -1 with @why. */
static inline int
run_prober(struct bal_probe *p, size_t n, struct bal_err *why)
{
	struct bal_loop *loop = bal_loop_open(why);
	struct bal_nl *nl = bal_nl_open(why);
	struct bal_prober *prober = bal_prober_open(loop, nl, why);
	struct bal_probe *out = calloc(n + 1, sizeof(*out));
	const int64_t end = now_ms() + TOO_LONG; /* whatever goes wrong */
	uint64_t next;
	int rc = bal_prober_plan(prober, p, n, why);

	while (rc == 0 && now_ms() < end) {
		bal_prober_step(prober, bal_clock_ns(), &next);
		if (bal_prober_settled(prober))
			break;
		if (meanwhile)
			must("%s", meanwhile);
		meanwhile = NULL;
		rc = bal_loop_wait(loop, next, why);
	}
	for (size_t k = rc == 0 ? bal_prober_results(prober, out) : 0; k-- > 0;)
		for (size_t i = 0; i < n; i++)
			if (strcmp(p[i].dev, out[k].dev) == 0 &&
			    p[i].ifindex == out[k].ifindex &&
			    p[i].mark == out[k].mark)
				p[i] = out[k];
	free(out);
	bal_prober_close(prober);
	bal_nl_close(nl);
	bal_loop_close(loop);
	return rc;
}

/* How long the pass took, in ms. */
static inline int64_t
probe(struct bal_probe *p, size_t n)
{
	const int64_t before = now_ms();

	if (run_prober(p, n, &err) < 0)
		fail_msg("%s", err.msg);
	return now_ms() - before;
}

/*
 * It ended by itself.  A burst makes it shorter, as far as answers were
 * measured before; how many rounds it took tells the rest.
 */
#define assert_took(ms, at_most) assert_in_range(ms, 0, (at_most) + SLACK)

#endif
