// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_tables - routing tables get their ids and names. */
#include <string.h>

#include "actions/letgo.h"
#include "netlink/read.h"
#include "reconcile/pass_internal.h"

/* Names are for people: where they cannot be written, numbers serve. */
void
bal_pass_register(struct bal_pass *pass)
{
	struct bal_err why;
	int rc = 0;

	for (size_t i = 0; i < pass->fresh.n && rc == 0; i++) {
		const struct bal_table_name *t = &pass->fresh.v[i];

		if (pass->dry_run)
			fprintf(pass->out, "# bal-addtable %s %u\n", t->name,
				t->id);
		else
			rc = bal_tables_add(pass->paths.rt_dir, t->name, t->id,
					    &why);
	}
	if (rc < 0)
		bal_warn("%s; routing tables go by number", why.msg);
}

/* A new uplink gets its table and slot; what stands in the table counts. */
int
bal_pass_admit(struct bal_pass *pass, const struct bal_intent *intent,
	       struct bal_err *err)
{
	const struct bal_link *link =
		bal_snapshot_link(&pass->snap, intent->dev);
	const struct bal_uplink_state *us;
	bal_table_list names = { 0 };

	/* Nothing is registered for what is not there, and not dialled. */
	if (!intent->comes_late && !link)
		return bal_err(err, BAL_EUNAVAIL, "%s: no such device",
			       intent->dev);
	if (link && link->loopback)
		return bal_err(err, BAL_EUNAVAIL,
			       "%s: the loopback device leads nowhere",
			       intent->dev);
	bal_pass_make_room(pass, intent->dev);
	if (bal_tables_read(pass->paths.rt_dir, &pass->arena, &names, err) < 0 ||
	    bal_intent_admit(intent, &pass->conf.globals, &names,
			     &pass->snap.rules, &pass->state, &pass->arena,
			     &pass->fresh, err) < 0)
		return -1;
	us = bal_state_find(&pass->state, intent->dev);
	if (bal_snapshot_add_table(&pass->snap, us->table, &pass->arena, err) <
	    0)
		return -1;
	return bal_snapshot_add_table(&pass->snap, pass->state.balancing_table,
				      &pass->arena, err);
}

void
bal_pass_lower_slots(struct bal_pass *pass)
{
	const uint32_t mask = pass->conf.globals.mark_mask;

	for (size_t i = 0; i < pass->state.n_uplinks; i++) {
		struct bal_uplink_state *us = &pass->state.uplinks[i];
		uint32_t slot = bal_state_lower_slot(&pass->state, us, mask);

		if (slot &&
		    !bal_letgo_is_marked(bal_mark_of(us->slot, mask), mask))
			us->slot = slot;
	}
}

int
bal_pass_addtable(struct bal_pass *pass, const char *name, uint32_t *id,
		  struct bal_err *err)
{
	bal_table_list names = { 0 };
	bal_rule_list rules = { 0 };
	const char *other;
	uint32_t has;

	if (!pass->dry_run) {
		pass->lock = bal_lock(&pass->paths, pass->lock_wait_ms, err);
		if (pass->lock < 0)
			return -1;
	}
	if (bal_pass_load(pass, err) < 0 ||
	    bal_nl_rules(pass->nl, &pass->arena, &rules, err) < 0 ||
	    bal_tables_read(pass->paths.rt_dir, &pass->arena, &names, err) < 0)
		return -1;
	has = bal_tables_id(&names, name);
	if (has && *id && has != *id)
		return bal_err(err, BAL_ECONF, "table %s has id %u already",
			       name, has);
	other = *id ? bal_tables_name(&names, *id) : NULL;
	if (other && strcmp(other, name) != 0)
		return bal_err(err, BAL_ECONF, "table id %u is %s already",
			       *id, other);
	if (has) {
		*id = has;
		return 0;
	}
	if (!*id)
		*id = bal_tables_free_id(&pass->state, &names, &rules);
	if (!*id)
		return bal_err(err, BAL_EUNAVAIL,
			       "no routing table id is free");
	if (pass->dry_run) {
		fprintf(pass->out, "# bal-addtable %s %u\n", name, *id);
		return 0;
	}
	return bal_tables_add(pass->paths.rt_dir, name, *id, err);
}
