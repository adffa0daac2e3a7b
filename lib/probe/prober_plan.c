// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_plan - the sessions of a prober: opened, planned, closed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "probe/prober.h"
#include "probe/prober_internal.h"

struct bal_prober *
bal_prober_open(struct bal_loop *loop, struct bal_nl *nl, struct bal_err *err)
{
	struct bal_prober *p = calloc(1, sizeof(*p));

	if (!p) {
		bal_err_nomem(err);
		return NULL;
	}
	p->loop = loop;
	p->nl = nl;
	bal_icmp_make_room();
	return p;
}

static void
line_close(struct line *l)
{
	bal_line_drop_asking(l, true);
	bal_line_close_socket(l);
	bal_traffic_close(l, false);
	free(l);
}

void
bal_prober_close(struct bal_prober *prober)
{
	struct line *next;

	if (!prober)
		return;
	for (struct line *l = prober->lines; l; l = next) {
		next = l->next;
		line_close(l);
	}
	free(prober);
}

static bool
same_questions(const struct bal_probe *a, const struct bal_probe *b)
{
	if (a->n_targets != b->n_targets || a->need != b->need ||
	    strcmp(a->http_host, b->http_host) != 0 ||
	    strcmp(a->http_expect, b->http_expect) != 0)
		return false;
	for (size_t i = 0; i < a->n_targets; i++)
		if (!bal_target_same(&a->targets[i], &b->targets[i]))
			return false;
	return true;
}

static bool
same_line(const struct bal_probe *a, const struct bal_probe *b)
{
	return strcmp(a->dev, b->dev) == 0 && a->ifindex == b->ifindex &&
	       a->family == b->family && a->mark == b->mark && a->no_carrier == b->no_carrier &&
	       bal_addr_same_host(&a->source, &b->source) &&
	       same_questions(a, b);
}

static bool
asks_icmp(const struct bal_probe *p)
{
	for (size_t i = 0; i < p->n_targets; i++)
		if (p->targets[i].kind == BAL_TARGET_ICMP)
			return true;
	return false;
}

/* 0, or -1 without the privilege.  The first round reports any other error. */
static int
open_first(struct line *l, struct bal_err *err)
{
	int eno;

	if (l->p.no_carrier || !asks_icmp(&l->p))
		return 0;
	eno = bal_line_socket(l);
	if (eno == ENODEV)
		(void)bal_line_look(l);
	if (eno == EPERM || eno == EACCES)
		return bal_err_sys(err, eno, "cannot open an ICMP socket");
	return 0;
}

static struct line *
line_open(struct bal_prober *prober, const struct bal_probe *p)
{
	struct line *l = calloc(1, sizeof(*l));

	if (!l)
		return NULL;
	l->prober = prober;
	l->p = *p;
	l->sock.fd = l->source.fd = -1;
	l->resend_ns = BAL_NEVER;
	l->traffic.poll_ns = BAL_NEVER;
	l->traffic.arrivals = -1;
	l->news_ns = BAL_NEVER;
	l->reported = bal_line_doubt(l);
	l->due_ns = prober->now_ns;
	if (p->record.good)
		l->vouched_ns = prober->now_ns;
	/* Without targets the old health cannot be revised, and is dropped. */
	l->changed = !p->n_targets;
	if (p->no_carrier)
		bal_line_gone(l, "no carrier");
	return l;
}

static struct line *
find_line(const struct bal_prober *prober, const struct bal_probe *p)
{
	for (struct line *l = prober->lines; l; l = l->next)
		if (same_line(&l->p, p))
			return l;
	return NULL;
}

/* What a new configuration may change in a session that goes on. */
static void
adopt(struct line *l, const struct bal_probe *p)
{
	uint64_t rest = p->rule.interval_ms * BAL_NS_PER_MS;

	l->p.rule = p->rule;
	l->p.pace_ms = p->pace_ms;
	l->p.passive = p->passive;
	l->p.metered = p->metered;
	l->p.gateway = p->gateway;
	l->p.link = p->link;
	memcpy(l->p.over, p->over, sizeof(l->p.over));
	/* The devices may have changed. */
	l->look_ns = l->prober->now_ns;
	if (l->due_ns > l->prober->now_ns + rest)
		l->due_ns = l->prober->now_ns + rest;
}

static void
drop_others(struct bal_prober *prober)
{
	struct line **at = &prober->lines, *l;

	while ((l = *at)) {
		if (l->stays) {
			at = &l->next;
			continue;
		}
		*at = l->next;
		line_close(l);
	}
}

int
bal_prober_plan(struct bal_prober *prober, const struct bal_probe *probes,
		size_t n, struct bal_err *err)
{
	struct line *l;
	int rc = 0;

	prober->now_ns = bal_clock_ns();
	for (l = prober->lines; l; l = l->next)
		l->stays = false;
	for (size_t i = 0; i < n; i++) {
		l = find_line(prober, &probes[i]);
		if (l) {
			adopt(l, &probes[i]);
			l->stays = true;
			continue;
		}
		l = line_open(prober, &probes[i]);
		if (!l) {
			rc = bal_err_nomem(err);
			continue;
		}
		l->stays = true;
		l->next = prober->lines;
		prober->lines = l;
		if (open_first(l, err) < 0)
			rc = -1;
	}
	drop_others(prober);
	return rc;
}
