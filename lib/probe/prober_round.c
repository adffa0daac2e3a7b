// SPDX-License-Identifier: GPL-2.0-or-later
/* prober_round - one round: asked, answered, late, over. */
#include <errno.h>
#include <string.h>
#include <sys/random.h>

#include "probe/prober_internal.h"

/* Echo, ARP and DNS answer as fast as the uplink; others take their time. */
static bool
answers_at_once(const struct bal_target *t)
{
	return t->kind == BAL_TARGET_ICMP || t->kind == BAL_TARGET_ARP ||
	       t->kind == BAL_TARGET_DNS;
}

static uint64_t
timeout_for(const struct line *l, size_t target)
{
	const uint64_t limit = l->p.rule.timeout_ms * BAL_NS_PER_MS;
	uint64_t usual =
		bal_health_timeout_us(&l->p.record, &l->p.rule) * BAL_NS_PER_US;
	uint64_t seen = 3 * l->target_records[target].rtt_us * BAL_NS_PER_US;

	if (!answers_at_once(&l->p.targets[target]) && !seen)
		return limit;
	if (seen > usual && !answers_at_once(&l->p.targets[target]))
		usual = seen;
	return usual < limit ? usual : limit;
}

/*
 * 256 random bytes are never returned short (getrandom(2)), and serve 16
 * rounds.
 */
static int
take_token(struct bal_prober *p, uint8_t *token)
{
	if (p->random_left == 0) {
		if (getrandom(p->random, sizeof(p->random), 0) !=
		    sizeof(p->random))
			return -1;
		p->random_left = sizeof(p->random);
	}
	p->random_left -= BAL_ICMP_TOKEN;
	memcpy(token, p->random + p->random_left, BAL_ICMP_TOKEN);
	return 0;
}

static void
ask_one(struct line *l, struct round *r, uint32_t number, size_t target)
{
	uint64_t until;

	if (l->p.targets[target].kind == BAL_TARGET_ICMP)
		bal_round_ask_icmp(l, r, number, target);
	else
		bal_round_ask(l, r, number, target);
	until = r->sent_ns + timeout_for(l, target);
	if (until > r->deadline_ns)
		r->deadline_ns = until;
}

static void
check_sent(struct line *l, uint32_t number)
{
	struct round *r = bal_round(l, number);

	if (r->outcome == WAITING && r->error == ENODEV && bal_line_look(l))
		return;
	/* Nothing to wait for. */
	if (l->lack_ns && !r->asked && !r->failed && !r->unsent)
		r->outcome = EXCUSED;
	bal_round_check(l, number);
}

void
bal_round_begin(struct line *l, bool rest)
{
	const uint32_t number = l->rounds_begun;
	struct round *r = bal_round(l, number);
	uint8_t asked = bal_round_targets(l, rest, number);

	/*
	 * All remembered rounds wait.  If the oldest were dropped, an answer or
	 * a time-out that takes longer than all of them would never count.
	 */
	if (number - l->oldest >= ROUNDS)
		return;
	memset(r, 0, sizeof(*r));
	if (take_token(l->prober, r->token) < 0) {
		r->outcome = EXCUSED;
		bal_line_lacks(l, errno);
		return;
	}
	r->sent_ns = l->prober->now_ns;
	r->late_ns = r->sent_ns +
		     bal_health_late_us(&l->p.record, &l->p.rule) * BAL_NS_PER_US;
	l->rounds_begun++;
	for (size_t i = 0; i < l->p.n_targets; i++)
		if (asked & bit(i))
			ask_one(l, r, number, i);
	check_sent(l, number);
}

void
bal_rounds_resend(struct line *l)
{
	l->resend_ns = BAL_NEVER;
	for (uint32_t i = l->oldest; i != l->rounds_begun; i++) {
		struct round *r = bal_round(l, i);

		for (size_t t = 0; t < l->p.n_targets; t++)
			if (r->outcome == WAITING && r->unsent & bit(t))
				bal_round_send_icmp(l, r, i, t);
		check_sent(l, i);
	}
}
