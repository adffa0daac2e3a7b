// SPDX-License-Identifier: GPL-2.0-or-later
/* addtable - registers the name of a routing table. */
#include "reconcile/addtable.h"

#include <string.h>

#include "netlink/read.h"
#include "plan/table_ids.h"
#include "reconcile/pass_internal.h"

int
bal_pass_addtable(struct bal_pass *pass, const char *name, uint32_t *id,
		  struct bal_err *err)
{
	const bal_table_list *names;
	bal_rule_list rules = { 0 };
	const char *other;
	uint32_t has;

	if (!pass->session.dry_run) {
		pass->session.lock = bal_lock(&pass->session.paths,
					      pass->session.lock_wait_ms, err);
		if (pass->session.lock < 0)
			return -1;
	}
	if (bal_pass_load(pass, err) < 0 ||
	    bal_nl_rules(pass->session.nl, &pass->arena, &rules, err) < 0)
		return -1;
	names = bal_pass_names(pass, err);
	if (!names)
		return -1;
	has = bal_tables_id(names, name);
	if (has && *id && has != *id)
		return bal_err(err, BAL_ECONF, "table %s has id %u already",
			       name, has);
	other = *id ? bal_tables_name(names, *id) : NULL;
	if (other && strcmp(other, name) != 0)
		return bal_err(err, BAL_ECONF, "table id %u is %s already",
			       *id, other);
	if (has) {
		*id = has;
		return 0;
	}
	if (!*id)
		*id = bal_tables_free_id(&pass->in.state, names, &rules);
	if (!*id)
		return bal_err(err, BAL_EUNAVAIL,
			       "no routing table id is free");
	if (pass->session.dry_run) {
		fprintf(pass->session.out, "# bal-addtable %s %u\n", name, *id);
		return 0;
	}
	return bal_tables_add(pass->session.paths.rt_dir, name, *id, err);
}
