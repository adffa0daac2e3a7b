/* prober_internal - what the files of the prober share, the lowest first. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROBER_INTERNAL_H
#define BAL_PROBER_INTERNAL_H

#include <string.h>

#include "probe/ask.h"
#include "netlink/counters.h"
#include "probe/cost.h"
#include "probe/icmp.h"
#include "probe/prober.h"
#include "health/shortfall.h"

/*
 * Rounds that are remembered: an answer to an older one is ignored.  As many as
 * fit under the sequence number's 13 bits (three are the target's).
 */
#define ROUNDS 64

enum outcome {
	WAITING,
	GOOD,
	BAD,  /* no answer in time, and nothing else */
	LATE, /* no answer in time, and others have come: it may still come */
	LOST, /* a later one is answered */
	EXCUSED, /* no answer, and other proof of life; or given up */
};

struct round {
	uint64_t sent_ns, late_ns, deadline_ns;
	uint8_t asked, answered, failed; /* one bit for each target */
	uint8_t unsent;	 /* the device's queue was full: send again */
	/* Not asked: an earlier question lasts, or a shortage. */
	uint8_t pending;
	enum outcome outcome;
	int error;   /* errno of a send that failed for good */
	bool longer; /* its time was over, and was extended */
	bool said;   /* the reason is set already */
	uint8_t token[BAL_ICMP_TOKEN];
};

/* A question under way that is not ICMP. */
struct asking {
	struct bal_ask ask; /* first member */
	struct line *line;
	uint32_t round; /* its number */
	uint8_t target;
	uint64_t sent_ns, give_up_ns;
	bool over; /* answered, refused or given up: to be freed */
	struct asking *next;
};

/* The record of one target in one session. */
struct target_record {
	uint64_t good_ns, bad_ns; /* when last; 0: never */
	uint32_t rtt_us;	  /* the longest lately, 0: never answered */
	uint32_t least_us; /* the shortest, of an empty queue; 0: likewise */
	uint32_t fails;	   /* in a row */
	bool suspect;	   /* it fails on every uplink: not counted */
};

/* Traffic by the counters of the device. */
struct traffic {
	struct bal_counters seen; /* at @seen_ns; 0: never read */
	uint64_t seen_ns;
	uint64_t own_tx, own_rx; /* packets of ours since then */
	uint64_t poll_ns;	 /* next reading while busy, or BAL_NEVER */
	uint64_t active_ns;	 /* last traffic beyond our probes */
	/*
	 * Of about the last second, without ours: packets in 1/256, and bytes.
	 */
	uint64_t rx_lately, tx_lately, tx_bytes_lately;
	uint64_t rx_ns;		 /* last packet received */
	uint64_t patience_ns;	 /* of silence, until it is suspect */
	uint32_t unanswered;	 /* packets sent since @rx_ns */
	uint64_t answered_bytes; /* sent in the last answered second */
	bool both_ways;		 /* it was sending and receiving */
	bool suspected;		 /* silence brought a burst */
	uint64_t flood_ns;	 /* it last sent much, and received little */
	int arrivals;		 /* descriptor of bal_arrivals_open(), or -1 */
	uint64_t arrived_ns;	 /* last packet from beyond the link */
	uint64_t wanted_ns;	 /* last use of @arrivals */
	uint32_t skipped;	 /* rounds in a row that traffic replaced */
	uint32_t saved;		 /* rounds saved and not spent on inquiries */
	struct bal_fill fill;
	struct bal_shortfall shortfall;
	struct bal_inquiry inquiry;
};

/* What is reported of a session besides its health. */
struct doubt {
	bool recovers, in_doubt;
};

struct line {
	struct bal_source source; /* of @sock; first member */
	struct bal_prober *prober;
	struct bal_probe p;
	struct bal_icmp sock;
	bool gone; /* the kernel has no such device; asked again at @look_ns */
	uint64_t look_ns, gone_pause_ns;
	/* What it is short of, and since when it got no result; 0: nothing */
	int lack; /* errno */
	uint64_t lack_ns;
	bool unasked; /* for so long that this is reported */
	bool stays;   /* while planning: is in the new plan */
	bool changed;
	struct doubt reported;    /* as last reported */
	uint64_t reported_ns;    /* when a new one was reported */
	uint64_t doubted_ns; /* no doubt is reported before */
	uint64_t news_ns;    /* when to report the present one; or BAL_NEVER */
	uint32_t rounds_begun, rounds_rested, rounds_judged;
	uint32_t oldest; /* no older round waits */
	struct round rounds[ROUNDS];
	struct target_record target_records[BAL_TARGETS_MAX];
	uint64_t due_ns;    /* next round */
	uint64_t resend_ns; /* BAL_NEVER: nothing to send again */
	uint64_t good_ns;   /* last answer that counted */
	uint64_t bad_ns;    /* last bad round */
	/* Last answer, also of an earlier run: traffic may stand in after it */
	uint64_t vouched_ns;
	uint32_t last_good; /* the latest round that is answered */
	uint32_t queue_us;  /* queueing delay in the last round trip */
	struct traffic traffic;
	struct asking *asking;
	struct line *next;
};

struct bal_prober {
	struct bal_loop *loop;
	struct bal_nl *nl;
	struct line *lines;
	uint64_t now_ns, last_ns;
	/* After a delay of @late_ns of our own, silence is no fault... */
	uint64_t late_ns, grace_ns; /* ...before this */
	uint64_t no_grace_ns; /* no excuse for such a delay before this */
	uint8_t random[16 * BAL_ICMP_TOKEN];
	size_t random_left;
	uint64_t short_ns; /* last shortage; 0: never */
};

static inline uint64_t
line_now_ms(const struct line *l)
{
	return l->prober->now_ns / BAL_NS_PER_MS;
}

static inline struct round *
bal_round(struct line *l, uint32_t number)
{
	return &l->rounds[number % ROUNDS];
}

/* Does it send no probes? */
static inline bool
line_is_silent(const struct line *l)
{
	return l->gone || l->p.no_carrier || !l->p.n_targets;
}

static inline bool
line_is_over(const struct line *tunnel, const struct line *under)
{
	return tunnel != under && strcmp(tunnel->p.over, under->p.dev) == 0;
}

/* Do the counters require a burst? */
static inline bool
line_inquires(const struct line *l)
{
	return l->traffic.inquiry.left > 0;
}

static inline uint64_t
bal_less(uint64_t a, uint64_t b)
{
	return a > b ? a - b : 0;
}

/* The bit of a target in the masks of a round. */
static inline uint8_t
bit(size_t target)
{
	return (uint8_t)(1u << target);
}

/* --- prober_line.c -------------------------------------------------------- */

/* Set the reason of the last bad round. */
void bal_line_say(struct line *l, const char *fmt, ...) BAL_PRINTF(2, 3);
/* A result came: the session is short of nothing. */
void bal_line_learned(struct line *l);
/* Did a tunnel over this uplink answer after @since_ns? */
bool bal_line_proved_by_tunnel(const struct line *l, uint64_t since_ns);
/* How many targets count, and how many of these must answer. */
uint32_t bal_line_counting(const struct line *l);
uint32_t bal_line_need(const struct line *l);
/*
 * The longest time of a question in ns: twice the time-out, as late answers
 * still count.
 */
uint64_t bal_line_longest_ns(const struct line *l);
/* Note the result of a question of round @r, 0: none. */
void bal_round_note(struct round *r, int eno);
/* The oldest round that is remembered. */
uint32_t bal_rounds_first(const struct line *l);
/* Is any round still waiting? */
bool bal_rounds_wait(const struct line *l);
/* Advance the oldest waiting round past those that are decided. */
void bal_rounds_skip_decided(struct line *l);
/* Is the latest round late, so that the next one is due at once? */
bool bal_rounds_late(const struct line *l);
/* End every round that waits, or is late, without a result. */
void bal_rounds_excuse(struct line *l);

/* --- prober_targets.c ----------------------------------------------------- */

/*
 * The targets of round @number, one bit each.  As many as must answer, so that
 * one lost packet is one lost round whatever the number of targets; in doubt
 * they take turns, so that only the silence of all of them marks the uplink
 * down.  Suspect and failing ones are asked in addition now and then, to notice
 * when they are back.
 */
uint8_t bal_round_targets(const struct line *l, bool rest, uint32_t number);

/* --- prober_growth.c ----------------------------------------------------- */

struct bal_growth {
	uint64_t rx_bytes, rx_packets, tx_bytes, tx_packets; /* not ours */
	uint64_t span_ns;
};

/*
 * Read the growth of the counters, after our answers have been read; false:
 * there is no earlier reading.
 */
bool bal_growth_observe(struct line *l, struct bal_growth *g);
/* Was that enough to stand in for an answer? */
bool bal_growth_is_enough(const struct line *l, const struct bal_growth *g);

/* --- prober_traffic.c ---------------------------------------------------- */

/* At rest: may traffic stand in for the round that is due? */
bool bal_traffic_stands_in(struct line *l);
/*
 * Read the counters of a busy uplink between rounds.  Has it sent, and received
 * nothing for longer than is usual?
 */
bool bal_traffic_poll(struct line *l);
/* Read the counters now, for the next two. */
void bal_traffic_observe(struct line *l);
/*
 * Did something come in after @since_ns that proves that the far side is alive?
 * False when no probe has been answered for long.
 */
bool bal_traffic_proves(const struct line *l, uint64_t since_ns);
/* Does it send much, and receive little? */
bool bal_traffic_floods(const struct line *l);
/* Is there traffic whose queue takes most of a round trip? */
bool bal_traffic_is_queued(const struct line *l);
/* Has there been other traffic in the last seconds? */
bool bal_traffic_is_busy(const struct line *l);
/* A round begins, or is late: count arrivals from now on. */
void bal_traffic_listen(struct line *l, bool late);
/*
 * Stop counting arrivals; with @idle only if they have not been used for long.
 */
void bal_traffic_close(struct line *l, bool idle);
/* A round was answered: ends a suspicion by silence. */
void bal_traffic_answered(struct line *l);
/* A round was lost, which confirms an inquiry. */
void bal_traffic_lost(struct line *l);
/* A round begins; it counts for an inquiry that is open. */
void bal_traffic_asked(struct line *l);

/* --- prober_verdict.c --------------------------------------------------- */

/* A round was answered in us; or was bad. */
void bal_line_good(struct line *l, uint32_t rtt_us);
void bal_line_bad(struct line *l);
/* The counters show that it sends and receives nothing. */
void bal_line_silent(struct line *l);
/* No answer in time, but it is alive. */
void bal_line_late(struct line *l);
/* The answer will not come; nor will those to the @in_row rounds before. */
void bal_line_lost(struct line *l, uint32_t in_row);
/* The device or its carrier is gone: dead at once, with the reason @why. */
void bal_line_gone(struct line *l, const char *why);
/*
 * Find suspect targets, which do not count; uplinks that they failed are probed
 * anew.
 */
void bal_prober_blame(struct bal_prober *prober);

/* --- prober_decide.c ----------------------------------------------------- */

/* @target answered, or cannot answer, the question of round @number. */
void bal_round_answered(struct line *l, uint32_t number, size_t target,
			uint64_t sent_ns);
void bal_round_failed(struct line *l, uint32_t number, size_t target);
/* Decide round @number if no target is left to answer. */
void bal_round_check(struct line *l, uint32_t number);
/* Is the time of any round over? */
bool bal_rounds_over(const struct line *l);
/* Decide those rounds; call after all answers have been read. */
void bal_rounds_expire(struct line *l);
/* When the next of them is late or over, in ns. */
uint64_t bal_rounds_next(const struct line *l);

/* --- prober_lack.c -------------------------------------------------------- */

/* This box is short of something (@eno); warns once. */
void bal_prober_note_short(struct bal_prober *p, int eno);
/*
 * The session could not ask for want of @eno: it tries again soon.  Without a
 * result (bal_line_learned()) for as long as a death takes to be noticed, an
 * uplink that is alive becomes unknown (bal_line_check_lack()).
 */
void bal_line_lacks(struct line *l, int eno);
void bal_line_check_lack(struct line *l);
/*
 * @target could not be asked for want of @eno: it does not count in round @r.
 */
void bal_round_unasked(struct line *l, struct round *r, size_t target, int eno);

/* --- prober_icmp.c -------------------------------------------------------- */

/* Open the ICMP socket if it is closed: 0 or the errno. */
int bal_line_socket(struct line *l);
void bal_line_close_socket(struct line *l);
/*
 * With too few descriptors sessions take turns: after @eno, close the socket of
 * a session without waiting rounds, which opens it anew for its next one.
 * False: there is none, or the shortage is not of descriptors.
 */
bool bal_line_borrow(struct line *l, int eno);
/* Ask an ICMP target; send again what the device's queue had no room for. */
void bal_round_ask_icmp(struct line *l, struct round *r, uint32_t number,
			size_t target);
void bal_round_send_icmp(struct line *l, struct round *r, uint32_t number,
			 size_t target);
/* Read what the ICMP socket holds. */
void bal_line_receive(struct line *l);

/* --- prober_ask.c --------------------------------------------------------- */

/* Ask a target that is not ICMP. */
void bal_round_ask(struct line *l, struct round *r, uint32_t number,
		   size_t target);
/* Stop and free questions that are over; all of them with @all. */
void bal_line_drop_asking(struct line *l, bool all);

/* --- prober_device.c ------------------------------------------------------ */

/*
 * A question ended with ENODEV.  Is the device gone, asked by name and number?
 * Then it is dead until bal_line_look_again() finds the device; else that was
 * one bad round.
 */
bool bal_line_look(struct line *l);
void bal_line_look_again(struct line *l);

/* --- prober_round.c ------------------------------------------------------ */

/*
 * Ask as many targets as must answer: at rest the first of them, else in turn.
 * A target that cannot be asked for a shortage of this box does not count
 * (bal_line_lacks()).
 */
void bal_round_begin(struct line *l, bool rest);
/* Send again what the device's queue had no room for. */
void bal_rounds_resend(struct line *l);

/* --- prober_doubt.c ------------------------------------------------------- */

/* Does it recover, or is it in doubt? */
struct doubt bal_line_doubt(const struct line *l);
/* Set when that is to be reported (l->news_ns); note that it is reported. */
void bal_line_note_doubt(struct line *l);
void bal_line_tell_doubt(struct line *l);

#endif
