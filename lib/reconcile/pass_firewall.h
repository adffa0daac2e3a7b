/* pass_firewall - what is remembered of the firewall from one pass to the next. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_FIREWALL_H
#define BAL_PASS_FIREWALL_H

#include "reconcile/pass_plan.h"

/* What the state says of it; zero state where it is lost. */
struct bal_fw_proof bal_pass_proof(const struct bal_pass *pass);

/*
 * Planned and compared, not applied: where a firewall is to be changed nothing
 * is known of it until bal_pass_prove().
 */
void bal_pass_note_firewall(struct bal_pass *pass, const struct bal_due *due);

/* @due is applied, whatever failed in it. */
void bal_pass_prove(struct bal_pass *pass, const struct bal_due *due);

/* Of the table that copies: what is remembered of it. */
struct bal_fw_proof bal_pass_smooth_proof(const struct bal_pass *pass);

/* Remember it; @applied: what was due is done. */
void bal_pass_note_smooth(struct bal_pass *pass, const struct bal_due *due,
			  bool applied);

#endif
