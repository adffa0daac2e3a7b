/* doctor_parts - the rules of doctor: each looks at facts and may speak. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DOCTOR_PARTS_H
#define BAL_DOCTOR_PARTS_H

#include "doctor.h"

/* One rule: pure; adds what it finds with the functions below. */
typedef void bal_doctor_rule(const struct bal_facts *f,
			     struct bal_diagnosis *d);

/* Ended by NULL. */
extern bal_doctor_rule *const bal_doctor_rules_box[];
extern bal_doctor_rule *const bal_doctor_rules_kernel[];
extern bal_doctor_rule *const bal_doctor_rules_routing[];
extern bal_doctor_rule *const bal_doctor_rules_uplinks[];
extern bal_doctor_rule *const bal_doctor_rules_company[];

/*
 * A finding about uplink @dev (or ""), its title in @fmt.  @why is kept as it
 * is.  bal_doctor_mend() belongs to the last one.
 */
void bal_doctor_find(struct bal_diagnosis *d, enum bal_severity severity,
		     const char *id, const char *dev, const char *why);
void bal_doctor_what(struct bal_diagnosis *d, const char *fmt, ...)
	BAL_PRINTF(2, 3);
void bal_doctor_mend(struct bal_diagnosis *d, const char *fmt, ...)
	BAL_PRINTF(2, 3);

/* Is any uplink there for bal to look after? */
bool bal_doctor_any_up(const struct bal_facts *f);

#endif
