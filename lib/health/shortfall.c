// SPDX-License-Identifier: GPL-2.0-or-later
/* shortfall - a busy uplink receives less than it did: an inquiry pays. */
#include "health/shortfall.h"

#define ONE UINT64_C(256) /* packet */
#define US UINT64_C(1000)
#define MOMENT_US (200 * US)
/* A new rate is soon usual; the loss of one shows for a while. */
#define RISE_US (500 * US)
#define FALL_US (2000 * US)

/* Of fewer packets, half may be missing by chance. */
#define ENOUGH (16 * ONE)
/*
 * What fades over a moment has half the variance of a count over it: nine
 * variances are 9/2, and a little more.
 */
#define VARIANCES 5

#define PAUSE_NS UINT64_C(1000000000)
#define PAUSE_MOST_NS (16 * PAUSE_NS)
#define FORGET_TIMES 4 /* its pause without one, and it is forgotten */

/* --- what the counters show ----------------------------------------------- */

static uint64_t
toward(uint64_t mean, uint64_t sample, uint64_t span_us, uint64_t window_us)
{
	const uint64_t span = span_us < window_us ? span_us : window_us;

	if (sample > mean)
		return mean + (sample - mean) * span / window_us;
	return mean - (mean - sample) * span / window_us;
}

static uint64_t
in_a_moment(uint64_t packets, uint64_t span_us)
{
	/* Of 21 million packets a second the products below still fit. */
	const uint64_t most = UINT64_C(1) << 30;
	const uint64_t each = ONE * MOMENT_US / span_us + 1;

	if (packets >= most / each)
		return most;
	return packets * ONE * MOMENT_US / span_us;
}

static uint64_t
follow(uint64_t usual, uint64_t lately, uint64_t span_us)
{
	return toward(usual, lately, span_us,
		      lately > usual ? RISE_US : FALL_US);
}

void
bal_shortfall_note(struct bal_shortfall *s, uint64_t received, uint64_t sent,
		   uint64_t span_ns, bool settled)
{
	struct bal_shortfall_rate *now = &s->lately, *usual = &s->usual;
	const uint64_t span = span_ns >= US ? span_ns / US : 1;

	now->received = toward(now->received, in_a_moment(received, span), span,
			       MOMENT_US);
	now->sent = toward(now->sent, in_a_moment(sent, span), span, MOMENT_US);
	if (!settled)
		return;
	usual->received = follow(usual->received, now->received, span);
	usual->sent = follow(usual->sent, now->sent, span);
}

static bool
no_chance(uint64_t missing, uint64_t usual)
{
	return usual >= ENOUGH && missing * missing >= VARIANCES * ONE * usual;
}

bool
bal_shortfall_shows(const struct bal_shortfall *s)
{
	const struct bal_shortfall_rate *now = &s->lately, *usual = &s->usual;

	if (now->received >= usual->received ||
	    !no_chance(usual->received - now->received, usual->received))
		return false;
	if (2 * now->received < usual->received)
		return true;
	return 4 * now->received < 3 * usual->received &&
	       8 * now->received * usual->sent <
		       7 * usual->received * now->sent;
}

void
bal_shortfall_accept(struct bal_shortfall *s)
{
	s->usual = s->lately;
}

/* --- how often to open an inquiry ---------------------------------------- */

bool
bal_inquiry_open(struct bal_inquiry *q, uint64_t now_ns, uint32_t afford)
{
	if (q->left || afford < BAL_INQUIRY_ROUNDS ||
	    (q->pause_ns && now_ns < q->ended_ns + q->pause_ns))
		return false;
	if (now_ns > q->ended_ns + FORGET_TIMES * q->pause_ns)
		q->pause_ns = 0;
	q->left = afford < BAL_INQUIRY_MOST ? afford : BAL_INQUIRY_MOST;
	q->answered = 0;
	q->lost = false;
	return true;
}

void
bal_inquiry_close(struct bal_inquiry *q, uint64_t now_ns)
{
	const uint64_t pause =
		q->lost || !q->pause_ns ? PAUSE_NS : 2 * q->pause_ns;

	if (!q->left)
		return;
	q->left = 0;
	q->ended_ns = now_ns;
	q->pause_ns = pause < PAUSE_MOST_NS ? pause : PAUSE_MOST_NS;
}

bool
bal_inquiry_asked(struct bal_inquiry *q, uint64_t now_ns)
{
	if (q->left > 1)
		q->left--;
	else
		bal_inquiry_close(q, now_ns);
	return !q->left;
}

bool
bal_inquiry_answered(struct bal_inquiry *q, uint64_t now_ns)
{
	if (!q->left || ++q->answered < BAL_INQUIRY_ROUNDS)
		return false;
	bal_inquiry_close(q, now_ns);
	return true;
}

void
bal_inquiry_lost(struct bal_inquiry *q)
{
	q->answered = 0;
	q->lost = true;
}
