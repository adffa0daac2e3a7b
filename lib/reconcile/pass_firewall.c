// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_firewall - what is remembered of the firewall from one pass to the next. */
#include "reconcile/pass_firewall.h"

#include "kinds/kinds.h"
#include "kinds/smooth.h"

struct bal_fw_proof
bal_pass_proof(const struct bal_pass *pass)
{
	const struct bal_nft_seen *seen = &pass->in.state.nft;

	return pass->in.state_lost ?
		       (struct bal_fw_proof){ 0 } :
		       (struct bal_fw_proof){ .place = seen->place,
					      .model = seen->model,
					      .generation = seen->generation,
					      .translates = seen->translates,
					      .refuses = seen->refuses,
					      .draws = seen->draws };
}

struct bal_fw_proof
bal_pass_smooth_proof(const struct bal_pass *pass)
{
	const struct bal_nft_seen *seen = &pass->in.state.smooth;

	return pass->in.state_lost ?
		       (struct bal_fw_proof){ 0 } :
		       (struct bal_fw_proof){ .place = seen->place,
					      .model = seen->model,
					      .generation = seen->generation };
}

/* Once: what the server does about it is not to be seen from here. */
static void
tell_of_logs(struct bal_pass *pass, const bal_smooth_model *model)
{
	for (size_t i = 0; i < model->n; i++) {
		const struct bal_smooth_flow *f = &model->v[i];
		struct bal_uplink_state *us =
			bal_state_find(&pass->in.state, f->tun);
		const struct bal_uplink *up =
			bal_uplinks_find(&pass->uplinks, f->tun);

		/* By suspicion it copies all only while its line is dead. */
		if (!us || us->smooth_told || !up || f->own_port ||
		    up->set.smooth != BAL_SMOOTH_ALWAYS)
			continue;
		us->smooth_told = true;
		bal_warn("%s: its server may log each copy, unless it has "
			 "mute-replay-warnings", f->tun);
	}
}

void
bal_pass_note_smooth(struct bal_pass *pass, const struct bal_due *due,
		     bool applied)
{
	const bool writes = bal_kinds_change_smooth(&due->ops);
	struct bal_nft_seen *seen = &pass->in.state.smooth;
	struct bal_fw_proof proof = { 0 };

	if (writes == applied)
		proof = bal_kinds_prove_smooth(&pass->snap, &due->plan.smooth,
					       &due->ops);
	else if (applied)
		return;
	if (applied)
		tell_of_logs(pass, &due->plan.smooth);
	seen->place = proof.place;
	seen->model = proof.model;
	seen->generation = proof.generation;
	if (!applied)
		pass->in.state.smoothed = bal_kinds_smoothed(&pass->snap) ||
					  due->plan.smooth.n;
}

static void
keep(struct bal_pass *pass, const struct bal_fw_proof *proof)
{
	struct bal_nft_seen *seen = &pass->in.state.nft;

	/* One by one: states are compared with what lies between members. */
	seen->place = proof->place;
	seen->model = proof->model;
	seen->generation = proof->generation;
	seen->translates = proof->translates;
	seen->refuses = proof->refuses;
	seen->draws = proof->draws;
}

void
bal_pass_note_firewall(struct bal_pass *pass, const struct bal_due *due)
{
	const struct bal_fw_model *want = &due->plan.firewall;
	struct bal_fw_proof proof = { 0 };

	pass->in.state.masquerading |= bal_fw_masquerades(want);
	pass->in.state.uses_nft =
		want->uplinks.n && bal_fw_has_nft(&pass->snap.firewalls);
	if (!bal_kinds_change_firewall(&due->ops))
		proof = bal_fw_prove(&pass->snap.firewalls, want, false);
	keep(pass, &proof);
}

void
bal_pass_prove(struct bal_pass *pass, const struct bal_due *due)
{
	struct bal_fw_proof proof;

	if (!bal_kinds_change_firewall(&due->ops))
		return;
	proof = bal_fw_prove(&pass->snap.firewalls, &due->plan.firewall, true);
	keep(pass, &proof);
}
