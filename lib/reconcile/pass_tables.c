// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_tables - ids and names of routing tables. */
#include <string.h>

#include "actions/flush_uplink.h"
#include "reconcile/admit.h"
#include "reconcile/pass_internal.h"

const bal_table_list *
bal_pass_names(struct bal_pass *pass, struct bal_err *err)
{
	if (!pass->in.has_names &&
	    bal_tables_read(pass->session.paths.rt_dir, &pass->arena, &pass->in.names,
			    err) < 0)
		return NULL;
	pass->in.has_names = true;
	return &pass->in.names;
}

/* The file is read once, so what was added since is appended. */
static void
know_name(struct bal_pass *pass, const struct bal_table_name *added)
{
	struct bal_table_name *slot = BAL_PUSH(&pass->arena, &pass->in.names);

	if (slot)
		*slot = *added;
}

/* Names are for people: where they cannot be written, numbers serve. */
void
bal_pass_register(struct bal_pass *pass)
{
	struct bal_err why;
	int rc = 0;

	for (size_t i = 0; i < pass->fresh.n && rc == 0; i++) {
		const struct bal_table_name *t = &pass->fresh.v[i];

		if (pass->session.dry_run)
			fprintf(pass->session.out, "# bal-addtable %s %u\n", t->name,
				t->id);
		else
			rc = bal_tables_add(pass->session.paths.rt_dir, t->name, t->id,
					    &why);
		know_name(pass, t);
	}
	if (rc < 0)
		bal_warn("%s; routing tables go by number", why.msg);
}

/* A new uplink gets its table and slot; routes in the table are compared. */
int
bal_pass_admit(struct bal_pass *pass, const struct bal_intent *intent,
	       struct bal_err *err)
{
	const struct bal_link *link =
		bal_snapshot_link(&pass->snap, intent->dev);
	const bal_table_list *names = bal_pass_names(pass, err);
	const struct bal_uplink_state *us;

	if (link && link->loopback)
		return bal_err(err, BAL_EUNAVAIL,
			       "%s: the loopback device leads nowhere",
			       intent->dev);
	bal_pass_make_room(&pass->session, &pass->in, intent->dev);
	if (!names ||
	    bal_intent_admit(intent, &pass->in.conf.globals, names,
			     &pass->snap.rules, &pass->in.state, &pass->arena,
			     &pass->fresh, err) < 0)
		return -1;
	us = bal_state_find(&pass->in.state, intent->dev);
	if (bal_snapshot_add_table(&pass->snap, us->table, &pass->arena, err) <
	    0)
		return -1;
	return bal_snapshot_add_table(&pass->snap, pass->in.state.balancing_table,
				      &pass->arena, err);
}

int
bal_pass_admit_groups(struct bal_pass *pass, struct bal_err *err)
{
	const struct bal_conf *conf = &pass->in.conf;
	struct bal_state *state = &pass->in.state;
	const bal_table_list *names;

	if (!state->n_uplinks || bal_groups_are_admitted(conf, state))
		return 0;
	names = bal_pass_names(pass, err);
	if (!names ||
	    bal_groups_admit(conf, names, &pass->snap.rules, state,
			     &pass->arena, &pass->fresh, err) < 0)
		return -1;
	for (size_t i = 0; i < state->n_groups; i++)
		if (bal_snapshot_add_table(&pass->snap, state->groups[i].table,
					   &pass->arena, err) < 0)
			return -1;
	return 0;
}

void
bal_pass_lower_slots(struct bal_pass *pass)
{
	const uint32_t mask = pass->in.conf.globals.mark_mask;

	for (size_t i = 0; i < pass->in.state.n_uplinks; i++) {
		struct bal_uplink_state *us = &pass->in.state.uplinks[i];
		uint32_t slot = bal_state_lower_slot(&pass->in.state, us, mask);

		if (slot &&
		    !bal_flush_is_marked(bal_mark_of(us->slot, mask), mask))
			us->slot = slot;
	}
}
