// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_lack - sessions that cannot ask: no socket, no device, for now. */
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include "netlink/devsock.h"
#include "probe/prober_internal.h"

/* Between two questions to the kernel for a device that is gone, and at most. */
#define GONE_NS (UINT64_C(500) * BAL_NS_PER_MS)
#define GONE_MAX_NS (UINT64_C(30000) * BAL_NS_PER_MS)

/* A round that could not ask comes again after this part of an interval. */
#define AGAIN_TIMES 8

/* A shortage that did not show for so long is over, and another one is reported. */
#define SHORT_OVER_NS (UINT64_C(60000) * BAL_NS_PER_MS)

/* --- the ICMP socket ------------------------------------------------------- */

static void
on_ready(struct bal_source *source, uint32_t events)
{
	(void)events;
	bal_line_receive((struct line *)source);
}

static int
open_socket(struct line *l)
{
	struct bal_err why;

	if (bal_icmp_open(&l->sock, l->p.dev, l->p.ifindex, l->p.mark, &why) <
	    0)
		return why.sys;
	l->source.fd = l->sock.fd;
	l->source.ready = on_ready;
	if (bal_loop_add(l->prober->loop, &l->source, EPOLLIN, &why) == 0)
		return 0;
	bal_icmp_close(&l->sock);
	l->source.fd = -1;
	return why.sys;
}

void
bal_line_close_socket(struct line *l)
{
	bal_loop_drop(l->prober->loop, &l->source);
	l->sock.fd = -1;
}

bool
bal_line_borrow(struct line *l, int eno)
{
	if (eno != EMFILE && eno != ENFILE)
		return false;
	for (struct line *o = l->prober->lines; o; o = o->next) {
		if (o == l || o->sock.fd < 0 || bal_rounds_wait(o))
			continue;
		bal_prober_note_short(l->prober, eno);
		bal_line_close_socket(o);
		return true;
	}
	return false;
}

int
bal_line_socket(struct line *l)
{
	int eno;

	if (l->sock.fd >= 0)
		return 0;
	do {
		eno = open_socket(l);
	} while (eno && bal_line_borrow(l, eno));
	return eno;
}

/* --- what we lack ----------------------------------------------------------- */

void
bal_prober_note_short(struct bal_prober *p, int eno)
{
	if (!p->short_ns || p->now_ns > p->short_ns + SHORT_OVER_NS)
		bal_warn("probes take turns or wait: %s", strerror(eno));
	p->short_ns = p->now_ns;
}

void
bal_line_lacks(struct line *l, int eno)
{
	const uint64_t again = l->prober->now_ns + l->p.rule.interval_ms *
							   BAL_NS_PER_MS /
							   AGAIN_TIMES;

	bal_prober_note_short(l->prober, eno);
	if (!l->lack_ns)
		l->lack_ns = l->prober->now_ns;
	l->lack = eno;
	if (l->due_ns > again)
		l->due_ns = again;
}

void
bal_line_learned(struct line *l)
{
	l->lack_ns = 0;
	l->unasked = false;
}

/* As long as a death would have taken to be noticed. */
static uint64_t
lack_limit_ns(const struct line *l)
{
	return ((uint64_t)l->p.rule.down * l->p.rule.interval_ms +
		l->p.rule.timeout_ms) *
	       BAL_NS_PER_MS;
}

/*
 * What proves that it is dead or degraded still stands; that it is alive does
 * not.
 */
void
bal_line_check_lack(struct line *l)
{
	struct bal_judge *j = &l->p.judge;

	if (!l->lack_ns || l->unasked ||
	    l->prober->now_ns < l->lack_ns + lack_limit_ns(l))
		return;
	l->unasked = true;
	if (j->health != BAL_HEALTH_ALIVE && j->health != BAL_HEALTH_UNKNOWN)
		return;
	bal_line_say(l, "not probed: %s", strerror(l->lack));
	bal_warn("%s is %s", l->p.dev, l->p.reason);
	j->health = BAL_HEALTH_UNKNOWN;
	j->good = j->bad = 0;
	l->changed = true;
}

/* --- the device --------------------------------------------------------------- */

static uint64_t
at_most(uint64_t a, uint64_t most)
{
	return a < most ? a : most;
}

bool
bal_line_look(struct line *l)
{
	/* The one that said so may be bound to what is no more. */
	bal_line_close_socket(l);
	if (bal_devsock_there(l->p.dev, l->p.ifindex) != 0)
		return false;
	bal_line_drop_asking(l, true);
	l->gone = true;
	l->gone_pause_ns = GONE_NS;
	l->look_ns = l->prober->now_ns + l->gone_pause_ns;
	bal_line_gone(l, "no such device");
	return true;
}

void
bal_line_look_again(struct line *l)
{
	const uint64_t now = l->prober->now_ns;

	if (!l->gone || l->look_ns > now)
		return;
	if (bal_devsock_there(l->p.dev, l->p.ifindex) > 0) {
		l->gone = false;
		l->due_ns = now;
		return;
	}
	l->gone_pause_ns = at_most(2 * l->gone_pause_ns, GONE_MAX_NS);
	l->look_ns = now + l->gone_pause_ns;
}
