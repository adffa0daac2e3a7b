// SPDX-License-Identifier: GPL-2.0-or-later
/* test_prober_lack - few descriptors, devices that go and come, failing calls. */
#include "../uplinks.h"

#include <sys/resource.h>

#include "../children.h"
#include "probe/icmp.h"

#define PORT 8443
#define UPLINKS 6

/* Health of every uplink as it is known by now, and what was warned of. */
static struct bal_loop *loop;
static struct bal_nl *nl;
static struct bal_prober *prober;
static struct bal_probe probes[UPLINKS], seen[UPLINKS];
static char said[4096];
static int first_free; /* descriptor that no session has */

static void
note_warning(void *arg, enum bal_say what, const char *msg)
{
	const size_t len = strlen(said);

	(void)arg;
	(void)what;
	snprintf(said + len, sizeof(said) - len, "%s\n", msg);
}

/* How often @text was warned of. */
static unsigned
count_said(const char *text)
{
	unsigned n = 0;

	for (const char *at = said; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void
begin(size_t n)
{
	said[0] = '\0';
	bal_say_sink(note_warning, NULL);
	loop = bal_loop_open(&err);
	nl = bal_nl_open(&err);
	prober = bal_prober_open(loop, nl, &err);
	memcpy(seen, probes, sizeof(seen));
	first_free = dup(0);
	assert_true(first_free >= 0);
	close(first_free);
	assert_int_equal(bal_prober_plan(prober, probes, n, &err), 0);
}

static void
end(void)
{
	bal_prober_close(prober);
	bal_nl_close(nl);
	bal_loop_close(loop);
	bal_say_sink(NULL, NULL);
}

static void
turn(void)
{
	struct bal_probe out[UPLINKS];
	uint64_t next;
	size_t n;

	bal_prober_step(prober, bal_clock_ns(), &next);
	if (next > bal_clock_ns() + INTERVAL * BAL_NS_PER_MS)
		next = bal_clock_ns() + INTERVAL * BAL_NS_PER_MS;
	assert_int_equal(bal_loop_wait(loop, next, &err), 0);
	n = bal_prober_results(prober, out);
	for (size_t k = 0; k < n; k++)
		for (size_t i = 0; i < UPLINKS; i++)
			if (strcmp(seen[i].dev, out[k].dev) == 0)
				seen[i] = out[k];
}

static bool
is_health(size_t from, size_t to, enum bal_health health)
{
	for (size_t i = from; i < to; i++)
		if (seen[i].record.health != health)
			return false;
	return true;
}

/* Are the uplinks from @from on, before @to, @health before long? */
static bool
comes_true(size_t from, size_t to, enum bal_health health)
{
	const int64_t end_ms = now_ms() + SLACK;

	while (!is_health(from, to, health) && now_ms() < end_ms)
		turn();
	return is_health(from, to, health);
}

static void
become(size_t from, size_t to, enum bal_health health)
{
	(void)comes_true(from, to, health);
	for (size_t i = from; i < to; i++)
		if (seen[i].record.health != health)
			fail_msg("%s is %s and not %s: %s", seen[i].dev,
				 bal_health_name(seen[i].record.health),
				 bal_health_name(health), seen[i].reason);
}

static void
for_a_while(int64_t ms)
{
	const int64_t end_ms = now_ms() + ms;

	while (now_ms() < end_ms)
		turn();
}

/* So many descriptors are left for sessions from now on; soft, so not for good. */
static void
leave_descriptors(unsigned n)
{
	struct rlimit few;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &few), 0);
	few.rlim_cur = (rlim_t)first_free + n;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
}

static void
use_tcp(struct bal_probe *p)
{
	p->targets[0].kind = BAL_TARGET_TCP;
	p->targets[0].port = PORT;
}

/* The peer takes connections at PORT until the test ends. */
static void
serve(void)
{
	int ready[2];
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	forger = fork();
	assert_true(forger >= 0);
	if (forger == 0) {
		struct sockaddr_in here = { .sin_family = AF_INET,
					    .sin_port = htons(PORT) };
		char path[64];
		int fd;

		snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)peer);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 || setns(fd, CLONE_NEWNET) < 0)
			_exit(1);
		fd = socket(AF_INET, SOCK_STREAM, 0);
		if (fd < 0 || bind(fd, (void *)&here, sizeof(here)) < 0 ||
		    listen(fd, 100) < 0 || write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			close(accept(fd, NULL, NULL));
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
}

/* --- descriptors ---------------------------------------------------------- */

static void
sessions_take_turns_at_few_descriptors(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(UPLINKS);
	for (int i = 0; i < UPLINKS; i++) {
		probes[i] = probe_of(i + 1, i ? 2 : 9);
		if (i)
			be_patient(&probes[i]);
	}
	/* All is open but the sockets: two of them for six. */
	begin(0);
	leave_descriptors(2);
	assert_int_equal(bal_prober_plan(prober, probes, UPLINKS, &err), 0);
	become(1, UPLINKS, BAL_HEALTH_ALIVE);
	become(0, 1, BAL_HEALTH_DEAD);
	assert_int_equal(count_said("take turns or wait: Too many open files"),
			 1);
	/* A death is noticed as well, of whichever. */
	leave_descriptors(100);
	peer_does("ip address delete 10.0.6.2/24 dev p6");
	leave_descriptors(2);
	probes[5].rule.timeout_ms = TIMEOUT;
	probes[5].rule.timeout_min_ms = 20;
	assert_int_equal(bal_prober_plan(prober, probes, UPLINKS, &err), 0);
	become(5, 6, BAL_HEALTH_DEAD);
	become(1, 5, BAL_HEALTH_ALIVE);
	end();
}

static void
without_descriptors_nobody_is_alive_for_ever(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(3);
	serve();
	for (int i = 0; i < 3; i++) {
		probes[i] = probe_of(i + 1, i == 2 ? 9 : 2);
		use_tcp(&probes[i]);
		probes[i].rule.stable_ms = 0;
	}
	begin(3);
	become(0, 2, BAL_HEALTH_ALIVE);
	become(2, 3, BAL_HEALTH_DEAD);
	for_a_while(2 * TIMEOUT);
	leave_descriptors(0);
	become(0, 2, BAL_HEALTH_UNKNOWN);
	for (int i = 0; i < 2; i++)
		assert_string_equal(seen[i].reason,
				    "not probed: Too many open files");
	/* What is known of the dead one is not less true. */
	for_a_while(10 * INTERVAL);
	assert_int_equal(seen[2].record.health, BAL_HEALTH_DEAD);
	assert_int_equal(count_said("u1 is not probed: "), 1);
	assert_int_equal(count_said("u3"), 0);
	leave_descriptors(10);
	become(0, 2, BAL_HEALTH_ALIVE);
	assert_string_equal(seen[0].reason, "");
	end();
}

/* --- failing calls ---------------------------------------------------------- */

/* In a process of its own: it is for good.  There, 42 is well. */
static int
break_getsockopt(void *arg)
{
	(void)arg;
	if (break_call(SYS_getsockopt, ENOMEM) < 0)
		return 1;
	if (!comes_true(0, 1, BAL_HEALTH_UNKNOWN))
		return 2;
	if (strcmp(seen[0].reason, "not probed: Cannot allocate memory") != 0)
		return 3;
	/* One that fails does not keep the others from being probed. */
	if (run("nsenter -t $PEER -n ip address delete 10.0.2.2/24 dev p2") !=
	    0)
		return 4;
	return comes_true(1, 2, BAL_HEALTH_DEAD) ? 42 : 5;
}

static void
a_call_that_fails_is_no_vanished_device(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(2);
	serve();
	for (int i = 0; i < 2; i++)
		probes[i] = probe_of(i + 1, 2);
	use_tcp(&probes[0]);
	begin(2);
	become(0, 2, BAL_HEALTH_ALIVE);
	assert_int_equal(apart(break_getsockopt, NULL), 42);
	end();
}

static int
break_getrandom(void *arg)
{
	(void)arg;
	if (break_call(SYS_getrandom, EAGAIN) < 0)
		return 1;
	return comes_true(0, 1, BAL_HEALTH_UNKNOWN) ? 42 : 2;
}

static void
without_random_bytes_nothing_is_asked_or_judged(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	probes[0] = probe_of(1, 2);
	begin(1);
	become(0, 1, BAL_HEALTH_ALIVE);
	assert_int_equal(apart(break_getrandom, NULL), 42);
	end();
}

/* --- devices ------------------------------------------------------------------ */

static void
rename_and_back(void)
{
	begin(1);
	become(0, 1, BAL_HEALTH_ALIVE);
	must("ip link set u1 down && ip link set u1 name x1 && "
	     "ip link set x1 up");
	become(0, 1, BAL_HEALTH_DEAD);
	assert_string_equal(seen[0].reason, "no such device");
	must("ip link set x1 down && ip link set x1 name u1 && "
	     "ip link set u1 up");
	must_send("", "u1");
	become(0, 1, BAL_HEALTH_ALIVE);
	end();
}

static void
a_renamed_device_comes_back(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	serve();
	probes[0] = probe_of(1, 2);
	use_tcp(&probes[0]);
	rename_and_back();
}

/* As its first round finds it, before it ever had a socket. */
static void
a_device_that_is_late_is_found(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	probes[0] = probe_of(1, 2);
	must("ip link set u1 down && ip link set u1 name x1");
	begin(1);
	become(0, 1, BAL_HEALTH_DEAD);
	assert_string_equal(seen[0].reason, "no such device");
	must("ip link set x1 name u1 && ip link set u1 up");
	must_send("", "u1");
	become(0, 1, BAL_HEALTH_ALIVE);
	end();
}

/* A limit is not the next test's. */
static int
setup_limit(void **state)
{
	bal_icmp_make_room();
	return setup(state);
}

#undef TEST
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup_limit, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sessions_take_turns_at_few_descriptors),
		TEST(without_descriptors_nobody_is_alive_for_ever),
		TEST(a_call_that_fails_is_no_vanished_device),
		TEST(without_random_bytes_nothing_is_asked_or_judged),
		TEST(a_renamed_device_comes_back),
		TEST(a_device_that_is_late_is_found),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("prober_lack", tests, NULL, NULL);
}
