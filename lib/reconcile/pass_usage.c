// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_usage - counts what uplinks with a data cap carry. */
#include "reconcile/pass_usage.h"

#include <string.h>
#include <sys/timex.h>
#include <time.h>

#include "base/boot.h"
#include "plan/merge.h"
#include "state/usage.h"

static uint64_t
cap_of(const struct bal_pass *pass, const struct bal_uplink_state *us)
{
	const struct bal_settings *said =
		bal_uplink_said(&pass->in.conf, us, us->name, BAL_SET_CAP);

	return said ? said->cap : 0;
}

static unsigned
day_of(const struct bal_pass *pass, const struct bal_uplink_state *us)
{
	const struct bal_settings *said =
		bal_uplink_said(&pass->in.conf, us, us->name, BAL_SET_CAP_DAY);

	return said ? said->cap_day : 1;
}

static bool
is_manual(const struct bal_pass *pass, const struct bal_uplink_state *us)
{
	const struct bal_settings *said = bal_uplink_said(
		&pass->in.conf, us, us->name, BAL_SET_CAP_RESET);

	return said && said->cap_reset == BAL_CAP_MANUAL;
}

bool
bal_pass_has_caps(const struct bal_pass *pass)
{
	const struct bal_state *state = &pass->in.state;

	if (!bal_is_said(&pass->in.conf, state, BAL_SET_CAP))
		return false;
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (cap_of(pass, &state->uplinks[i]))
			return true;
	return false;
}

static struct bal_clocks
clocks_of(const struct bal_pass *pass)
{
	struct timex tx = { 0 };

	return (struct bal_clocks){
		.now = time(NULL),
		.boot_ms = pass->snap.now_ms,
		.synced = adjtimex(&tx) >= 0 && !(tx.status & STA_UNSYNC),
	};
}

static bool
is_unknown(const struct bal_pass *pass)
{
	const struct bal_state *state = &pass->in.state;

	for (size_t i = 0; i < state->n_uplinks; i++)
		if (!state->uplinks[i].usage.known &&
		    cap_of(pass, &state->uplinks[i]))
			return true;
	return false;
}

/* False: it cannot be read now, and nothing must be begun instead. */
static bool
load(struct bal_pass *pass)
{
	char boot_id[BAL_BOOT_STRLEN];
	struct bal_err why;

	if (!is_unknown(pass))
		return true;
	/* Without one, counters are of another boot. */
	bal_boot_id(boot_id, sizeof(boot_id));
	if (bal_usage_load(pass->session.paths.usage, boot_id, &pass->in.state,
			   &why) == 0)
		return true;
	bal_warn("%s", why.msg);
	return false;
}

static void
count(struct bal_pass *pass, struct bal_uplink_state *us,
      const struct bal_clocks *clocks)
{
	const struct bal_link *link = bal_snapshot_link(&pass->snap, us->name);
	uint32_t period;

	if (link && pass->snap.has_stats)
		bal_usage_count(&us->usage,
				&(struct bal_sample){ link->ifindex,
						      link->rx_bytes,
						      link->tx_bytes });
	if (!us->usage.known)
		return;
	period = bal_usage_believe(&pass->in.state, &us->usage,
				   day_of(pass, us), clocks);
	if (period)
		bal_usage_turn(&us->usage, period, is_manual(pass, us));
}

static int
save(struct bal_pass *pass, struct bal_err *err)
{
	char boot_id[BAL_BOOT_STRLEN];

	bal_boot_id(boot_id, sizeof(boot_id));
	return bal_usage_save(pass->session.paths.usage, boot_id,
			      pass->snap.now_ms, &pass->in.state, err);
}

/* Refused, and nothing is changed, where it would not outlive the boot. */
static int
reset(struct bal_pass *pass, const struct bal_intent *intent,
      struct bal_err *err)
{
	struct bal_uplink_state *us =
		bal_state_find(&pass->in.state, intent->dev);

	if (!us)
		return bal_err(err, BAL_EUNAVAIL, "%s is no uplink",
			       intent->dev);
	if (!cap_of(pass, us))
		return bal_err(err, BAL_EUNAVAIL, "%s has no cap", intent->dev);
	bal_usage_reset(&us->usage);
	return pass->session.dry_run ? 0 : save(pass, err);
}

int
bal_pass_count(struct bal_pass *pass, const struct bal_intent *intent,
	       struct bal_err *err)
{
	struct bal_state *state = &pass->in.state;
	struct bal_clocks clocks;

	if (bal_pass_has_caps(pass) && load(pass)) {
		clocks = clocks_of(pass);
		for (size_t i = 0; i < state->n_uplinks; i++)
			if (cap_of(pass, &state->uplinks[i]))
				count(pass, &state->uplinks[i], &clocks);
	}
	return intent && intent->reset_cap ? reset(pass, intent, err) : 0;
}

void
bal_pass_keep_usage(struct bal_pass *pass, bool now)
{
	const struct bal_state *state = &pass->in.state;
	struct bal_err why;
	bool due = false;

	if (!bal_pass_has_caps(pass))
		return;
	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct bal_uplink_state *us = &state->uplinks[i];
		const uint64_t cap = cap_of(pass, us);

		due |= bal_usage_due(&us->usage, cap, pass->snap.now_ms) ||
		       (now && cap && us->usage.known &&
			us->usage.bytes != us->usage.saved);
	}
	if (due && save(pass, &why) < 0)
		bal_warn("%s", why.msg);
}

uint64_t
bal_pass_usage_next_ms(const struct bal_pass *pass)
{
	const struct bal_state *state = &pass->in.state;
	uint64_t next = 0;

	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct bal_uplink_state *us = &state->uplinks[i];
		const uint64_t ms = bal_usage_next_ms(
			&us->usage, cap_of(pass, us),
			us->rx_rate + us->tx_rate, us->counted_ms);

		if (ms && (!next || ms < next))
			next = ms;
	}
	return next;
}
