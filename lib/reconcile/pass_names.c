// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_names - the box's resolver follows the uplinks that live. */
#include "actions/name_servers.h"
#include "reconcile/pass_internal.h"

/* Nothing hurries, and each try may take two seconds. */
#define AGAIN_MS 60000

void
bal_pass_tell_names(struct bal_pass *pass)
{
	const enum bal_name_servers key = pass->in.conf.globals.name_servers;
	bal_asked_list asked = { 0 };
	struct bal_err why;
	bool any = false;

	if (pass->snap.now_ms < pass->session.names_again_ms)
		return;
	for (size_t i = 0; i < pass->uplinks.n; i++)
		any |= pass->uplinks.v[i].admin_up;
	if (key != BAL_NAME_SERVERS_NO)
		bal_name_servers_find(&pass->uplinks, &pass->in.conf.globals,
				      &pass->in.state, &pass->arena, &asked);
	pass->session.names_again_ms = 0;
	if (bal_name_servers_tell(pass->session.paths.rundir, key,
				  any ? &asked : NULL, &pass->arena,
				  &why) == 0)
		return;
	pass->session.names_again_ms = pass->snap.now_ms + AGAIN_MS;
	bal_warn("%s", why.msg);
}
