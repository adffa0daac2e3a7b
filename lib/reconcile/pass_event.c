// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_event - one more event of what is done after a pass. */
#include "actions/journal.h"
#include "actions/outcome_event.h"
#include "reconcile/pass_internal.h"
#include "reconcile/pass_mode.h"

struct bal_event *
bal_pass_add_event(struct bal_pass *pass, enum bal_event_kind kind,
		   const char *uplink, struct bal_err *err)
{
	const struct bal_outcome_from from = { .mode = bal_pass_mode(&pass->in),
					       .now_wall = bal_journal_now().at };
	struct bal_event *e = bal_outcome_add(&from, &pass->outcome, kind, uplink,
					      &pass->arena);

	if (!e)
		bal_err_nomem(err);
	return e;
}
