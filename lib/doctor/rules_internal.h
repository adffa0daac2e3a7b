/* rules_internal - what the files about foreign policy rules share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DOCTOR_RULES_INTERNAL_H
#define BAL_DOCTOR_RULES_INTERNAL_H

#include "doctor/internal.h"

/* @found sends all traffic, or all of one mark, to another table. */
void bal_doctor_rule_for_everything(const struct bal_facts *f,
				    struct bal_diagnosis *d,
				    const struct bal_foreign_rule *found);

/* @found is one of Tailscale's, which has to come before ours. */
void bal_doctor_rule_tailscale(const struct bal_facts *f,
			       struct bal_diagnosis *d,
			       const struct bal_foreign_rule *found);

#endif
