// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_intent - which intent is carried out, and its effect on the state. */
#include <string.h>

#include "plan/agree.h"
#include "reconcile/pass_internal.h"
#include "reconcile/pass_mode.h"

/* A hook of a device that is no uplink is ignored. */
static bool
is_known(const struct bal_pass *pass, const struct bal_intent *intent)
{
	const struct bal_uplink_state *us =
		bal_state_find(&pass->in.state, intent->dev);

	return (us && us->admin_up) ||
	       (intent->known_conf && bal_conf_find(&pass->in.conf, intent->dev));
}

/* Their table or mark is lost: in a damaged state, and in the kernel. */
static int
admit_lost(struct bal_pass *pass, struct bal_err *err)
{
	for (size_t i = 0; i < pass->in.state.n_uplinks; i++) {
		const struct bal_uplink_state *us = &pass->in.state.uplinks[i];
		struct bal_intent intent = { .hook.comes_late = true };

		if (us->slot && us->table && pass->in.state.balancing_table)
			continue;
		memcpy(intent.dev, us->name, sizeof(intent.dev));
		if (bal_pass_admit(pass, &intent, err) < 0)
			return -1;
	}
	return 0;
}

/* Others may have carried it out meanwhile, or it is of no uplink. */
static int
choose(const struct bal_pass *pass, struct bal_intent *intent,
       struct bal_err *err)
{
	const struct bal_intent check = { .kind = BAL_INTENT_CHECK };

	if (intent->is_left && !intent->is_left(intent->left))
		*intent = check;
	if (intent->requested &&
	    bal_intent_authorize(intent, &pass->in.conf, &pass->snap, &pass->in.state,
				 err) < 0)
		return -1;
	if (intent->known_only && !is_known(pass, intent))
		*intent = check;
	return 0;
}

/*
 * A device that is not there, and not dialled, gets no record; but that its
 * client is wanted is recorded, as the client makes the device.
 */
static int
refuse_absent(struct bal_pass *pass, const struct bal_intent *intent,
	      struct bal_err *err)
{
	bal_intent_mark_wanted(intent, &pass->in.conf, &pass->in.state);
	if (!pass->session.dry_run && pass->in.state.n_tunnels &&
	    bal_pass_write(pass, err) < 0)
		return -1;
	return bal_err(err, BAL_EUNAVAIL, "%s: no such device", intent->dev);
}

static int
admit(struct bal_pass *pass, const struct bal_intent *intent,
      struct bal_err *err)
{
	if (!intent->hook.comes_late && !bal_snapshot_link(&pass->snap, intent->dev))
		return refuse_absent(pass, intent, err);
	return bal_pass_admit(pass, intent, err);
}

/* The uplink's options are new: check whether they contradict the others. */
static int
agree(struct bal_pass *pass, struct bal_err *err)
{
	bal_pass_reconcile_conf(&pass->session, &pass->in);
	return bal_uplinks_agree(&pass->in.conf, &pass->in.state, err);
}

/* What bal.conf was not asked about. */
static int
check_packets(const struct bal_pass *pass, const struct bal_intent *intent,
	      struct bal_err *err)
{
	if (intent->balance != 1 + BAL_BALANCE_PACKET)
		return 0;
	if (!pass->in.conf.globals.packet_server)
		return bal_err(err, BAL_ECONF,
			       "balance packet needs packet_server = prepared in "
			       "%s, once the far end takes packets by any tunnel",
			       pass->session.paths.conf);
	if (!bal_fw_has_nft(&pass->snap.firewalls))
		return bal_err(err, BAL_EUNAVAIL,
			       "balance packet needs nftables, which is not "
			       "there");
	return 0;
}

int
bal_pass_intend(struct bal_pass *pass, struct bal_intent *intent,
		struct bal_err *err)
{
	if (bal_state_fit_slots(&pass->in.state, pass->in.conf.globals.mark_mask,
				err) < 0)
		return -1;
	if (intent->kind == BAL_INTENT_CHECK)
		bal_pass_lower_slots(pass);
	if (admit_lost(pass, err) < 0)
		return -1;
	pass->mode_before = bal_pass_mode(&pass->in);
	pass->balance_before =
		bal_state_balance(&pass->in.state, &pass->in.conf);
	if (check_packets(pass, intent, err) < 0 ||
	    choose(pass, intent, err) < 0 ||
	    (intent->kind == BAL_INTENT_UP && admit(pass, intent, err) < 0) ||
	    bal_intent_apply(intent, &pass->in.conf, &pass->snap, &pass->in.state,
			     &pass->arena, err) < 0 ||
	    (intent->kind == BAL_INTENT_UP && agree(pass, err) < 0) ||
	    bal_pass_admit_groups(pass, err) < 0)
		return -1;
	bal_pass_register(pass);
	return 0;
}
