// SPDX-License-Identifier: GPL-2.0-or-later
/* probe - asks far hosts through one device each, all at the same time. */
#include "probe.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "arena.h"
#include "icmp.h"

#define NS_PER_MS UINT64_C(1000000)
#define NEVER UINT64_MAX
#define RESEND_NS (2 * NS_PER_MS) /* where the device's queue was full */
#define READS_AT_ONCE 256 /* so that a flood does not keep the others waiting */

enum outcome {
	WAITING,
	GOOD,
	BAD,
	SKIPPED, /* a later round was good: this packet was merely lost */
};

/* One echo request. */
struct ask {
	uint8_t token[BAL_ICMP_TOKEN];
	uint64_t sent_at;
	bool sent, answered;
	int error; /* errno of a send that failed for good */
};

struct round {
	struct ask asks[BAL_TARGETS_MAX];
	uint64_t deadline;
	enum outcome outcome;
};

/* One uplink during the pass; what came of it goes to @probe at its end. */
struct line {
	const struct bal_probe *probe;
	struct bal_health_state state;
	uint32_t sent, answered, rtt_us;
	char reason[sizeof(((struct bal_probe *)0)->reason)];
	struct bal_icmp sock;
	bool gone; /* the device that was to be probed is no more */
	uint32_t need;
	struct round *rounds;
	uint32_t n_rounds, launched, fed;
	uint64_t resend_at;
	bool done;
};

struct pass {
	struct line *lines;
	size_t n;
	struct pollfd *fds;
	uint64_t start;
};

static uint64_t
clock_ns(void)
{
	struct timespec ts = { 0 };

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 * NS_PER_MS + (uint64_t)ts.tv_nsec;
}

/* --- what is said about a bad round ------------------------------------- */

static void BAL_PRINTF(2, 3) say(struct line *l, const char *fmt, ...)
{
	const size_t size = sizeof(l->reason);
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(l->reason, size, fmt, ap);
	va_end(ap);
	if (len < 0 || (size_t)len >= size)
		memcpy(l->reason + size - sizeof("..."), "...", sizeof("..."));
}

static void
say_silent(struct line *l, const struct round *r)
{
	static const char more[] = ", ...";
	char list[sizeof(l->reason)] = "", host[BAL_ADDR_STRLEN];
	size_t len = 0, room = sizeof(list) - sizeof("no answer from ");

	for (size_t i = 0; i < l->probe->n_targets; i++) {
		if (r->asks[i].answered)
			continue;
		bal_addr_host_str(&l->probe->targets[i], host);
		if (len + 2 + strlen(host) + strlen(more) > room) {
			memcpy(list + len, more, sizeof(more));
			break;
		}
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
					len ? ", " : "", host);
	}
	say(l, "no answer from %s", list);
}

static void
say_bad(struct line *l, const struct round *r)
{
	char host[BAL_ADDR_STRLEN];

	if (l->probe->no_carrier || l->gone) {
		say(l, l->gone ? "no such device" : "no carrier");
		return;
	}
	for (size_t i = 0; i < l->probe->n_targets; i++) {
		if (!r->asks[i].error)
			continue;
		say(l, "send to %s failed: %s",
		    bal_addr_host_str(&l->probe->targets[i], host),
		    strerror(r->asks[i].error));
		return;
	}
	say_silent(l, r);
}

/* --- verdicts ----------------------------------------------------------- */

/* Give health the outcomes that are known, in the order of the rounds. */
static void
feed(struct line *l)
{
	const struct bal_health_rule *rule = &l->probe->rule;
	struct round *r;

	while (!l->done && l->fed < l->launched) {
		r = &l->rounds[l->fed];
		if (r->outcome == WAITING)
			return;
		l->fed++;
		if (r->outcome == SKIPPED)
			continue;
		if (r->outcome == BAD)
			say_bad(l, r);
		bal_health_round(&l->state, rule, r->outcome == GOOD);
		l->done = l->fed == l->n_rounds ||
			  bal_health_settled(&l->state, rule, l->fed);
	}
}

/* Without a device, or a carrier, no round of this pass can be good. */
static void
fail_all(struct line *l)
{
	for (uint32_t i = l->fed; i < l->n_rounds; i++)
		if (l->rounds[i].outcome == WAITING)
			l->rounds[i].outcome = BAD;
	l->launched = l->n_rounds;
	feed(l);
}

static void
judge(struct line *l, struct round *r)
{
	uint32_t answered = 0, failed = 0;

	if (r->outcome != WAITING)
		return;
	for (size_t i = 0; i < l->probe->n_targets; i++) {
		answered += r->asks[i].answered;
		failed += r->asks[i].error != 0;
	}
	if (answered >= l->need) {
		r->outcome = GOOD;
		for (struct round *earlier = l->rounds; earlier < r; earlier++)
			if (earlier->outcome == WAITING)
				earlier->outcome = SKIPPED;
	} else if (l->probe->n_targets - failed < l->need) {
		r->outcome = BAD;
	}
}

/* --- sending and receiving ---------------------------------------------- */

static void
send_ask(struct line *l, uint32_t round, size_t target)
{
	struct ask *a = &l->rounds[round].asks[target];
	const uint16_t seq = (uint16_t)(round * BAL_TARGETS_MAX + target);
	int error;

	a->sent_at = clock_ns();
	error = bal_icmp_send(&l->sock, &l->probe->targets[target], seq,
			      a->token);
	switch (error) {
	case 0:
		a->sent = true;
		l->sent++;
		break;
	case ENOBUFS:
	case EAGAIN:
		l->resend_at = a->sent_at + RESEND_NS;
		break;
	default:
		a->error = error;
	}
}

/* Send what round number @i has not sent yet. */
static void
send_round(struct line *l, uint32_t i)
{
	struct round *r = &l->rounds[i];
	bool gone = false;

	for (size_t t = 0; t < l->probe->n_targets; t++) {
		if (r->asks[t].sent || r->asks[t].error)
			continue;
		send_ask(l, i, t);
		gone |= r->asks[t].error == ENODEV;
	}
	/* The next device of that name will have another ifindex. */
	l->gone |= gone;
	if (gone)
		fail_all(l);
	else
		judge(l, r);
}

static int
launch(struct line *l, uint64_t now, struct bal_err *err)
{
	struct round *r = &l->rounds[l->launched];
	uint8_t random[BAL_TARGETS_MAX * BAL_ICMP_TOKEN];

	/* Up to 256 bytes come whole (getrandom(2)). */
	if (getrandom(random, sizeof(random), 0) < 0)
		return bal_err_sys(err, errno, "cannot get random bytes");
	for (size_t t = 0; t < BAL_TARGETS_MAX; t++)
		memcpy(r->asks[t].token, random + t * BAL_ICMP_TOKEN,
		       BAL_ICMP_TOKEN);
	r->deadline = now + l->probe->timeout_ms * NS_PER_MS;
	send_round(l, l->launched++);
	return 0;
}

static void
take_reply(struct line *l, const struct bal_icmp_reply *reply)
{
	const size_t target = reply->seq % BAL_TARGETS_MAX;
	const uint32_t round = reply->seq / BAL_TARGETS_MAX;
	struct ask *a;
	uint64_t rtt;

	if (round >= l->launched || target >= l->probe->n_targets)
		return;
	a = &l->rounds[round].asks[target];
	if (!a->sent || a->answered ||
	    memcmp(reply->token, a->token, sizeof(a->token)) != 0 ||
	    !bal_addr_same_host(&reply->from, &l->probe->targets[target]))
		return;
	rtt = (clock_ns() - a->sent_at) / 1000;
	a->answered = true;
	l->answered++;
	l->rtt_us = rtt == 0	       ? 1
		    : rtt < UINT32_MAX ? (uint32_t)rtt
				       : UINT32_MAX;
	judge(l, &l->rounds[round]);
}

static void
receive(struct line *l)
{
	struct bal_icmp_reply reply;
	int rc;

	for (int i = 0; i < READS_AT_ONCE; i++) {
		rc = bal_icmp_recv(&l->sock, &reply);
		if (rc < 0)
			return;
		if (rc > 0)
			take_reply(l, &reply);
	}
}

/* --- the pass ----------------------------------------------------------- */

static void
expire(struct line *l, uint64_t now)
{
	bool last_look = false;

	for (uint32_t i = l->fed; i < l->launched; i++) {
		struct round *r = &l->rounds[i];

		if (r->outcome != WAITING || now < r->deadline)
			continue;
		/* What came in time may still be unread on a busy machine. */
		if (!last_look)
			receive(l);
		last_look = true;
		if (r->outcome == WAITING)
			r->outcome = BAD;
	}
}

/* Do what is due at @now.  When the next thing is due goes to @next. */
static int
step(const struct pass *p, struct line *l, uint64_t now, uint64_t *next,
     struct bal_err *err)
{
	const uint64_t interval = l->probe->interval_ms * NS_PER_MS;

	if (l->resend_at <= now) {
		l->resend_at = NEVER;
		for (uint32_t i = l->fed; i < l->launched; i++)
			if (l->rounds[i].outcome == WAITING)
				send_round(l, i);
	}
	expire(l, now);
	feed(l);
	while (!l->done && l->launched < l->n_rounds &&
	       now >= p->start + l->launched * interval) {
		if (launch(l, now, err) < 0)
			return -1;
		feed(l);
	}
	if (l->done)
		return 0;
	if (l->resend_at < *next)
		*next = l->resend_at;
	if (l->launched < l->n_rounds &&
	    p->start + l->launched * interval < *next)
		*next = p->start + l->launched * interval;
	for (uint32_t i = l->fed; i < l->launched; i++)
		if (l->rounds[i].outcome == WAITING &&
		    l->rounds[i].deadline < *next)
			*next = l->rounds[i].deadline;
	return 0;
}

static int
wait_until(struct pass *p, uint64_t next, struct bal_err *err)
{
	const uint64_t now = clock_ns(), left = next > now ? next - now : 0;
	const struct timespec ts = {
		.tv_sec = (time_t)(left / (1000 * NS_PER_MS)),
		.tv_nsec = (long)(left % (1000 * NS_PER_MS)),
	};

	for (size_t i = 0; i < p->n; i++) {
		const struct line *l = &p->lines[i];

		/* poll(2) passes over a negative one. */
		p->fds[i].fd = l->done ? -1 : l->sock.fd;
		p->fds[i].events = POLLIN;
	}
	if (ppoll(p->fds, p->n, &ts, NULL) < 0) {
		if (errno == EINTR)
			return 0;
		return bal_err_sys(err, errno, "cannot wait for answers");
	}
	for (size_t i = 0; i < p->n; i++)
		if (p->fds[i].fd >= 0 && p->fds[i].revents)
			receive(&p->lines[i]);
	return 0;
}

static int
run(struct pass *p, struct bal_err *err)
{
	uint64_t next;
	bool busy;

	p->start = clock_ns();
	if (p->start == 0)
		return bal_err(err, BAL_EUNAVAIL, "no monotonic clock");
	for (;;) {
		next = NEVER;
		busy = false;
		for (size_t i = 0; i < p->n; i++) {
			struct line *l = &p->lines[i];

			if (!l->done && step(p, l, clock_ns(), &next, err) < 0)
				return -1;
			busy |= !l->done;
		}
		if (!busy)
			return 0;
		if (wait_until(p, next, err) < 0)
			return -1;
	}
}

/* --- before and after --------------------------------------------------- */

static void
line_init(struct line *l, const struct bal_probe *probe,
	  struct bal_arena *arena)
{
	const uint32_t n_targets = (uint32_t)probe->n_targets;

	l->probe = probe;
	l->state = probe->state;
	l->sock.fd = -1;
	l->n_rounds = probe->rule.down ? probe->rule.down : 1;
	l->rounds = bal_arena_alloc(arena, l->n_rounds * sizeof(*l->rounds));
	l->need = probe->need < n_targets ? probe->need : n_targets;
	if (l->need == 0)
		l->need = 1;
	l->resend_at = NEVER;
	l->done = n_targets == 0;
}

static int
open_line(struct line *l, struct bal_err *err)
{
	const struct bal_probe *probe = l->probe;
	struct bal_err why;

	if (l->done)
		return 0;
	if (probe->no_carrier) {
		fail_all(l);
		return 0;
	}
	if (bal_icmp_open(&l->sock, probe->dev, probe->ifindex, probe->mark,
			  &why) == 0)
		return 0;
	if (why.sys != ENODEV) {
		*err = why;
		return -1;
	}
	l->gone = true;
	fail_all(l);
	return 0;
}

/*
 * A request whose answer nobody waited for, because another target's decided
 * its round, is not a lost one.
 */
static uint32_t
in_flight(const struct line *l)
{
	uint32_t from = l->fed, n = 0;

	if (from > 0 && l->rounds[from - 1].outcome == GOOD)
		from--;
	for (uint32_t i = from; i < l->launched; i++)
		for (size_t t = 0; t < l->probe->n_targets; t++)
			n += l->rounds[i].asks[t].sent &&
			     !l->rounds[i].asks[t].answered;
	return n;
}

static void
report(const struct line *l, struct bal_probe *out)
{
	out->state = l->state;
	out->sent = l->sent - in_flight(l);
	out->answered = l->answered;
	out->rtt_us = l->rtt_us;
	memcpy(out->reason, l->reason, sizeof(out->reason));
}

int
bal_probe_run(struct bal_probe *probes, size_t n, struct bal_err *err)
{
	struct bal_arena arena = { 0 };
	struct pass p = {
		.n = n,
		.lines = bal_arena_alloc(&arena, n * sizeof(*p.lines)),
		.fds = bal_arena_alloc(&arena, n * sizeof(*p.fds)),
	};
	int rc = 0;

	bal_icmp_make_room();
	for (size_t i = 0; i < n && !arena.oom; i++)
		line_init(&p.lines[i], &probes[i], &arena);
	if (arena.oom) {
		bal_arena_fini(&arena);
		return bal_err_nomem(err);
	}
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = open_line(&p.lines[i], err);
	if (rc == 0)
		rc = run(&p, err);
	for (size_t i = 0; i < n; i++) {
		bal_icmp_close(&p.lines[i].sock);
		if (rc == 0)
			report(&p.lines[i], &probes[i]);
	}
	bal_arena_fini(&arena);
	return rc;
}
