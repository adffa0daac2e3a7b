// SPDX-License-Identifier: GPL-2.0-or-later
/* firewall - which firewall is used, and what the kernel holds of ours. */
#include "firewall/firewall.h"
#include "firewall/legacy.h"
#include "firewall/nft.h"

#include <string.h>

struct bal_fw_choice
bal_fw_choose(enum bal_firewall_key key, bool had_nft, bool needs_nft)
{
	struct bal_fw_choice choice = {
		.of = { &bal_firewall_nft, &bal_firewall_legacy },
		.last = had_nft ? &bal_firewall_nft : NULL,
		.needed = needs_nft ? &bal_firewall_nft : NULL,
	};

	if (key == BAL_FIREWALL_NFT)
		choice.only = &bal_firewall_nft;
	if (key == BAL_FIREWALL_LEGACY)
		choice.only = &bal_firewall_legacy;
	return choice;
}

/* What @by holds is read again where it was read before. */
static int
look_at(const struct bal_firewall *by, const struct bal_fw_scope *scope,
	struct bal_arena *arena, struct bal_fw_seen *out, struct bal_err *err)
{
	struct bal_fw_have *have;
	size_t i;

	if (by->read(scope, arena, &have, err) < 0)
		return -1;
	for (i = 0; i < out->n; i++)
		if (out->v[i].by == by)
			break;
	out->v[i] = (struct bal_fw_held){ by, have };
	out->n += i == out->n;
	return 0;
}

static const struct bal_fw_have *
have_of(const struct bal_fw_seen *seen, const struct bal_firewall *by)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i].by == by)
			return seen->v[i].have;
	return NULL;
}

/* The one that held ours last: a flush of its tables is no reason to leave it. */
static bool
still_works(const struct bal_firewall *by, const struct bal_fw_seen *seen,
	    const struct bal_fw_scope *scope)
{
	const struct bal_fw_have *have = have_of(seen, by);
	struct bal_err ignored;

	if (have->foreign)
		bal_fw_warn_once(have->why[0]);
	/* Ours is there: no trial, which would be sent in each pass. */
	return have->known[0] && (have->ours || scope->gently ||
				  by->probe(&ignored) == 0);
}

/* There, and able to do what is asked of it. */
static const struct bal_firewall *
pick_needed(const struct bal_fw_choice *choice,
	    const struct bal_fw_scope *scope, const struct bal_fw_seen *seen)
{
	return choice->needed && still_works(choice->needed, seen, scope) ?
		       choice->needed :
		       NULL;
}

/* Without a trace, by what is there; NULL where that tells nothing. */
static const struct bal_firewall *
pick_gently(const struct bal_fw_choice *choice,
	    const struct bal_fw_scope *scope, const struct bal_fw_seen *seen)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i].have->ours)
			return seen->v[i].by;
	if (choice->last && still_works(choice->last, seen, scope))
		return choice->last;
	for (size_t i = 0; i < BAL_FIREWALLS_MAX && choice->of[i]; i++)
		if (choice->of[i]->in_use())
			return choice->of[i];
	return NULL;
}

/* The first that is there, whatever it is able to. */
static const struct bal_firewall *
pick_known(const struct bal_fw_seen *seen)
{
	for (size_t i = 0; i < seen->n; i++)
		if (seen->v[i].have->known[0])
			return seen->v[i].by;
	return NULL;
}

static bool
works(const struct bal_firewall *by, const struct bal_fw_have *have)
{
	struct bal_err ignored;

	if (have->foreign)
		bal_fw_warn_once(have->why[0]);
	return !have->why[0] && by->probe(&ignored) == 0;
}

/* The first that can do all; else the first that works; else the last. */
static const struct bal_firewall *
pick_working(const struct bal_fw_choice *choice, const struct bal_fw_seen *seen)
{
	const struct bal_firewall *by = NULL, *partly = NULL;

	for (size_t i = 0; i < BAL_FIREWALLS_MAX && choice->of[i]; i++) {
		const struct bal_fw_have *have = have_of(seen, choice->of[i]);

		by = choice->of[i];
		if (!works(by, have))
			continue;
		if (!have->no_nat)
			return by;
		partly = partly ? partly : by;
	}
	return partly ? partly : by;
}

static bool
is_complete(const struct bal_fw_have *have, const struct bal_firewall *by,
	    const struct bal_fw_scope *scope)
{
	return have && have->known[0] &&
	       (!scope->masquerade || have->known[by->n_parts - 1]);
}

static void
warn_of(const struct bal_fw_have *have, unsigned n_parts)
{
	char text[320];

	if (have->no_nat)
		bal_fw_warn_once("the kernel has no NAT in nftables tables of "
				 "family inet: nothing is masqueraded");
	if (have->no_draws)
		bal_fw_warn_once("the kernel has no nft_numgen: what is to go "
				 "packet by packet goes by connection");
	for (unsigned part = 0; part < n_parts; part++) {
		if (!have->why[part])
			continue;
		snprintf(text, sizeof(text),
			 "%s; going on without: replies and forwarded "
			 "connections may change their uplink",
			 have->why[part]);
		bal_fw_warn_once(text);
	}
}

int
bal_fw_look(const struct bal_fw_choice *choice,
	    const struct bal_fw_scope *scope, struct bal_arena *arena,
	    struct bal_fw_seen *out, struct bal_err *err)
{
	struct bal_fw_scope gently = *scope;
	const struct bal_firewall *use;

	*out = (struct bal_fw_seen){ 0 };
	gently.gently = true;
	for (size_t i = 0; i < BAL_FIREWALLS_MAX && choice->of[i]; i++)
		if (look_at(choice->of[i], &gently, arena, out, err) < 0)
			return -1;
	use = choice->only ? choice->only : pick_needed(choice, scope, out);
	if (!use)
		use = pick_gently(choice, scope, out);
	if (!use)
		use = scope->gently ? pick_known(out) :
				      pick_working(choice, out);
	out->use = use;
	if (!use)
		return 0;
	if (!scope->gently && !is_complete(have_of(out, use), use, scope) &&
	    look_at(use, scope, arena, out, err) < 0)
		return -1;
	warn_of(have_of(out, use), use->n_parts);
	return 0;
}

bool
bal_fw_holds_marks(const struct bal_fw_seen *seen)
{
	const struct bal_fw_have *have = have_of(seen, seen->use);

	return have && have->known[0];
}

bool
bal_fw_has_nft(const struct bal_fw_seen *seen)
{
	return seen->use == &bal_firewall_nft && bal_fw_holds_marks(seen);
}

struct bal_fw_proof
bal_fw_prove(const struct bal_fw_seen *seen, const struct bal_fw_model *want,
	     bool committed)
{
	if (!seen->use || !seen->use->prove || !bal_fw_holds_marks(seen))
		return (struct bal_fw_proof){ 0 };
	return seen->use->prove(want, have_of(seen, seen->use), committed);
}

bool
bal_fw_is_ours(const struct bal_fw_seen *seen, const struct bal_firewall *by)
{
	const struct bal_fw_have *have = have_of(seen, by);

	return have && have->ours;
}

char *const *
bal_fw_show(const struct bal_fw_seen *seen, size_t i)
{
	for (size_t k = 0; k < seen->n; k++) {
		const struct bal_fw_held *held = &seen->v[k];

		/* One that is not used and holds nothing tells nothing. */
		if (held->by != seen->use && !held->have->ours)
			continue;
		for (unsigned part = 0; part < held->by->n_parts; part++)
			if (held->have->known[part] && i-- == 0)
				return held->by->show(part);
	}
	return NULL;
}

uint32_t
bal_fw_mark_of(const struct bal_fw_seen *seen, const char *dev)
{
	uint32_t mark = 0;

	for (size_t i = 0; !mark && i < seen->n; i++)
		mark = seen->v[i].by->mark_of(seen->v[i].have, dev);
	return mark;
}
