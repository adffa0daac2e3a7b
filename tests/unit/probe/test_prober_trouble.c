// SPDX-License-Identifier: GPL-2.0-or-later
/* test_prober_trouble - probes beside liars, failures and signals. */
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <sys/time.h>

#include "../uplinks.h"

/* --- a peer that lies --------------------------------------------------- */

enum lie { HONEST, LATE, TOKEN, SEQ, ID, SOURCE, TYPE, SHORT, LONG, N_LIES };

static uint16_t
checksum(const void *data, size_t len)
{
	const unsigned char *b = data;
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < len; i += 2)
		sum += (uint32_t)b[i] << 8 | b[i + 1];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return htons((uint16_t)~sum);
}

/* Turn the request of @len bytes in @packet into a reply; its length. */
static size_t
make_reply(unsigned char *packet, size_t len, enum lie lie)
{
	struct iphdr *ip = (void *)packet;
	struct icmphdr *icmp = (void *)(packet + sizeof(*ip));
	const uint32_t asked = ip->daddr;

	ip->daddr = ip->saddr;
	ip->saddr = lie == SOURCE ? asked ^ htonl(1) : asked;
	ip->check = 0;
	icmp->type = lie == TYPE ? ICMP_TIMESTAMPREPLY : ICMP_ECHOREPLY;
	if (lie == TOKEN)
		packet[len - 1] ^= 1;
	if (lie == SEQ)
		icmp->un.echo.sequence ^= htons(1);
	if (lie == ID)
		icmp->un.echo.id ^= htons(1);
	if (lie == SHORT)
		len -= 2;
	if (lie == LONG)
		len += 2;
	ip->tot_len = htons((uint16_t)len);
	icmp->checksum = 0;
	icmp->checksum = checksum(icmp, len - sizeof(*ip));
	return len;
}

/* What the peer's forger does until it is killed. */
static void
forge(enum lie lie, int ready)
{
	unsigned char packet[256];
	char path[64];
	int ns, fd, on = 1;
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)peer);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	if (ns < 0 || setns(ns, CLONE_NEWNET) < 0)
		return;
	fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
	if (fd < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &on, sizeof(on)) < 0 ||
	    write(ready, "", 1) != 1)
		return;
	for (;;) {
		struct sockaddr_in from;
		socklen_t from_len = sizeof(from);

		memset(packet, 0, sizeof(packet));
		len = recvfrom(fd, packet, sizeof(packet), 0,
			       (struct sockaddr *)&from, &from_len);
		if (len < 44 || packet[20] != ICMP_ECHO)
			continue;
		if (lie == LATE)
			usleep(70000);
		len = (ssize_t)make_reply(packet, (size_t)len, lie);
		sendto(fd, packet, (size_t)len, 0, (struct sockaddr *)&from,
		       from_len);
	}
}

static void
start_forger(enum lie lie)
{
	int ready[2];
	char byte;

	if (forger > 0) {
		kill(forger, SIGKILL);
		ended(forger);
	}
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	forger = fork();
	assert_true(forger >= 0);
	if (forger == 0) {
		forge(lie, ready[1]);
		_exit(1);
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
}

static void
make_forged_uplink(void)
{
	make_uplinks(1);
	peer_does("sh -c 'echo 1 >/proc/sys/net/ipv4/icmp_echo_ignore_all'");
}

static void
forged_answers_do_not_count(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_forged_uplink();
	for (int i = 0; i < 2 * N_LIES; i++) {
		const enum lie lie = i % N_LIES;
		const bool believed = lie == HONEST || lie == LATE;
		struct bal_probe p = probe_of(1, 2);

		if (i == N_LIES)
			use_unprivileged();
		start_forger(lie);
		p.rule.down = 2;
		p.rule.interval_ms = 20;
		if (believed)
			be_patient(&p);
		probe(&p, 1);
		if (p.record.health !=
		    (believed ? BAL_HEALTH_ALIVE : BAL_HEALTH_DEAD))
			fail_msg("lie %d, %s socket: %s", lie,
				 i < N_LIES ? "raw" : "unprivileged",
				 bal_health_name(p.record.health));
		assert_int_equal(p.answered > 0, believed);
	}
}

static void
a_late_answer_counts_for_its_round(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_forged_uplink();
	start_forger(LATE);
	p = probe_of(1, 2);
	be_patient(&p);
	assert_took(probe(&p, 1), 70);
	assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
	assert_in_range(p.rtt_us, 70000, (70 + SLACK) * 1000);
}

/* --- a machine that is late --------------------------------------------- */

struct driven {
	struct bal_loop *loop;
	struct bal_nl *nl;
	struct bal_prober *prober;
	struct bal_probe p; /* as it was seen last */
};

/* For @ms, or until it is dead; asleep for @nap ms when something is due. */
static void
drive(struct driven *d, int64_t ms, unsigned nap)
{
	const int64_t end = now_ms() + ms;
	uint64_t next;

	while (now_ms() < end && d->p.record.health != BAL_HEALTH_DEAD) {
		bal_prober_step(d->prober, bal_clock_ns(), &next);
		assert_int_equal(bal_prober_results(d->prober, &d->p), 1);
		bal_prober_taken(d->prober);
		assert_int_equal(bal_loop_wait(d->loop, next, &err), 0);
		usleep(nap * 1000);
	}
}

/* A line that is known, its peer a process that can be stopped; is it alive? */
static bool
begin_drive(struct driven *d)
{
	start_forger(HONEST);
	d->p = probe_of(1, 2);
	d->p.rule.interval_ms = 20;
	d->loop = bal_loop_open(&err);
	d->nl = bal_nl_open(&err);
	d->prober = bal_prober_open(d->loop, d->nl, &err);
	assert_int_equal(bal_prober_plan(d->prober, &d->p, 1, &err), 0);
	drive(d, 300, 0);
	return d->p.record.health == BAL_HEALTH_ALIVE;
}

static void
end_drive(struct driven *d)
{
	bal_prober_close(d->prober);
	bal_nl_close(d->nl);
	bal_loop_close(d->loop);
}

/* Is it alive all the time, as long as both were held up, and then? */
static bool
outlives_a_delay(void)
{
	struct driven d;
	bool alive = begin_drive(&d);

	kill(forger, SIGSTOP);
	usleep(300000);
	drive(&d, 150, 0);
	kill(forger, SIGCONT);
	drive(&d, 500, 0);
	alive = alive && d.p.record.health == BAL_HEALTH_ALIVE;
	end_drive(&d);
	return alive;
}

/* As where an OpenVPN client gets to work later than we do. */
static void
a_delay_of_ours_is_nobodys_fault(void **state)
{
	int tries = 5; /* a busy machine may hold up one of us once more */

	(void)state;
	NEED_NAMESPACE();
	make_forged_uplink();
	while (!outlives_a_delay())
		assert_true(--tries > 0);
}

static void
who_is_always_late_notices_a_death(void **state)
{
	struct driven d;
	int tries = 10;

	(void)state;
	NEED_NAMESPACE();
	make_forged_uplink();
	while (!begin_drive(&d)) {
		end_drive(&d);
		assert_true(--tries > 0);
	}
	kill(forger, SIGSTOP);
	drive(&d, 30000, 30);
	assert_int_equal(d.p.record.health, BAL_HEALTH_DEAD);
	kill(forger, SIGCONT);
	end_drive(&d);
}

/* --- trouble ------------------------------------------------------------ */

static void
without_targets_nothing_is_judged(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	p.n_targets = 0;
	p.record = (struct bal_health_record){ .health = BAL_HEALTH_DEAD, .good = 1 };
	assert_took(probe(&p, 1), 0);
	assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
	assert_int_equal(p.record.good, 1);
	assert_int_equal(p.sent, 0);
	assert_took(probe(NULL, 0), 0);
}

static void
no_carrier_needs_no_packet(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	p.no_carrier = true;
	p.rule.interval_ms = p.rule.timeout_ms = TOO_LONG;
	assert_took(probe(&p, 1), 0);
	assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
	assert_int_equal(p.sent, 0);
	assert_string_equal(p.reason, "no carrier");
}

static void
a_device_that_is_down_fails_at_once(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	must("ip link set u1 down");
	p = probe_of(1, 2);
	p.rule.timeout_ms = TOO_LONG;
	assert_took(probe(&p, 1), 2 * INTERVAL);
	assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
	assert_int_equal(p.sent, 0);
	assert_string_equal(p.reason, "send to 10.0.1.2 failed: "
				      "Network is unreachable");
}

static void
an_enemy_firewall_is_named(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	must("iptables-legacy -A OUTPUT -d 10.0.1.9 -j DROP");
	p = probe_of(1, 9);
	p.rule.timeout_ms = TOO_LONG;
	assert_took(probe(&p, 1), 2 * INTERVAL);
	assert_string_equal(p.reason, "send to 10.0.1.9 failed: "
				      "Operation not permitted");
	/* Another target may still answer. */
	p = probe_of(1, 9);
	be_patient(&p);
	add_target(&p, 1, 2);
	assert_took(probe(&p, 1), 0);
	assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
}

static void
another_device_of_that_name_is_not_probed(void **state)
{
	struct bal_probe p[2];

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p[0] = probe_of(1, 2);
	p[0].ifindex++;
	p[1] = probe_of(1, 2);
	snprintf(p[1].dev, sizeof(p[1].dev), "u77");
	for (int i = 0; i < 2; i++) {
		assert_took(probe(&p[i], 1), 0);
		assert_int_equal(p[i].record.health, BAL_HEALTH_DEAD);
		assert_int_equal(p[i].sent, 0);
		assert_string_equal(p[i].reason, "no such device");
	}
}

static void
a_device_may_vanish_meanwhile(void **state)
{
	struct bal_probe p[2];

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(2);
	p[0] = probe_of(1, 9);
	p[0].rule.interval_ms = 400;
	p[0].rule.timeout_ms = TOO_LONG;
	p[1] = probe_of(2, 2);
	be_patient(&p[1]);
	meanwhile = "ip link delete u1";
	assert_took(probe(p, 2), 400);
	assert_int_equal(p[0].record.health, BAL_HEALTH_DEAD);
	assert_int_equal(p[0].sent, 1);
	assert_string_equal(p[0].reason, "no such device");
	assert_int_equal(p[1].record.health, BAL_HEALTH_ALIVE);
}

static void
ignore(int signo)
{
	(void)signo;
}

static void
signals_do_not_disturb(void **state)
{
	const struct itimerval often = { { 0, 3000 }, { 0, 3000 } };
	const struct itimerval never = { { 0, 0 }, { 0, 0 } };
	const struct sigaction action = { .sa_handler = ignore };
	struct bal_probe p;
	int64_t took;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 9);
	assert_int_equal(sigaction(SIGALRM, &action, NULL), 0);
	assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
	took = probe(&p, 1);
	assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
	assert_took(took, 2 * INTERVAL + TIMEOUT);
	assert_int_equal(p.record.health, BAL_HEALTH_DEAD);
}

/* --- mark and privilege ------------------------------------------------- */

static void
packets_carry_the_mark(void **state)
{
	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	must("iptables-legacy -t mangle -A OUTPUT -m mark "
	     "--mark 0x1000000/0xff000000");
	for (int raw = 1; raw >= 0; raw--) {
		struct bal_probe p = probe_of(1, 2);

		if (!raw)
			use_unprivileged();
		p.mark = 0x1000000;
		be_patient(&p);
		p.rule.interval_ms = TOO_LONG; /* a single packet */
		probe(&p, 1);
		assert_int_equal(p.record.health, BAL_HEALTH_ALIVE);
		must("iptables-legacy-save -c -t mangle | "
		     "grep -q '^.%d:.*-A OUTPUT'",
		     2 - raw);
	}
}

/* With no privilege at all: what run_prober() returned, and more. */
static int
as_nobody(void *arg)
{
	struct bal_probe *p = arg;
	struct bal_err mine = { 0 };

	if (setgid(65534) < 0 || setuid(65534) < 0)
		return 77;
	if (run_prober(p, 1, &mine) == 0)
		return p->record.health == BAL_HEALTH_ALIVE ? 0 : 1;
	if (p->record.health != BAL_HEALTH_UNKNOWN || p->sent)
		return 2;
	return mine.kind == BAL_EPERM ? 3 : 4;
}

static int
probe_as_nobody(struct bal_probe *p)
{
	const int status = apart(as_nobody, p);

	if (status == 77) {
		print_message("# skipped: there is no second user here\n");
		skip();
	}
	return status;
}

static void
privilege_is_not_needed_or_missed_aloud(void **state)
{
	struct bal_probe p;

	(void)state;
	NEED_NAMESPACE();
	make_uplinks(1);
	p = probe_of(1, 2);
	be_patient(&p);
	p.mark = 0x1000000; /* which it may not set */
	assert_int_equal(probe_as_nobody(&p), 3);
	assert_true(
		write_text("/proc/sys/net/ipv4/ping_group_range", "0 65534"));
	assert_int_equal(probe_as_nobody(&p), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(forged_answers_do_not_count),
		TEST(a_late_answer_counts_for_its_round),
		TEST(a_delay_of_ours_is_nobodys_fault),
		TEST(who_is_always_late_notices_a_death),
		TEST(without_targets_nothing_is_judged),
		TEST(no_carrier_needs_no_packet),
		TEST(a_device_that_is_down_fails_at_once),
		TEST(an_enemy_firewall_is_named),
		TEST(another_device_of_that_name_is_not_probed),
		TEST(a_device_may_vanish_meanwhile),
		TEST(signals_do_not_disturb),
		TEST(packets_carry_the_mark),
		TEST(privilege_is_not_needed_or_missed_aloud),
	};

	make_uplink_namespace();
	return cmocka_run_group_tests_name("probe_trouble", tests, NULL, NULL);
}
