/* internal - the rules of doctor: each reads the facts and may add findings. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DOCTOR_INTERNAL_H
#define BAL_DOCTOR_INTERNAL_H

#include "doctor/doctor.h"

struct bal_doctor_rule {
	/* Pure; adds what it finds with the functions below. */
	void (*check)(const struct bal_facts *f, struct bal_diagnosis *d);
	/*
	 * It depends on what bal.conf says, or its fix is a command that does:
	 * skipped where the configuration is wrong.
	 */
	bool by_conf;
};

/* Each ends with an entry without check. */
extern const struct bal_doctor_rule bal_doctor_rules_box[];
extern const struct bal_doctor_rule bal_doctor_rules_caps[];
extern const struct bal_doctor_rule bal_doctor_rules_kernel[];
extern const struct bal_doctor_rule bal_doctor_rules_steer[];
extern const struct bal_doctor_rule bal_doctor_rules_mptcp[];
extern const struct bal_doctor_rule bal_doctor_rules_rules[];
extern const struct bal_doctor_rule bal_doctor_rules_routing[];
extern const struct bal_doctor_rule bal_doctor_rules_ways[];
extern const struct bal_doctor_rule bal_doctor_rules_marks[];
extern const struct bal_doctor_rule bal_doctor_rules_tunnels[];
extern const struct bal_doctor_rule bal_doctor_rules_endpoints[];
extern const struct bal_doctor_rule bal_doctor_rules_smooth[];
extern const struct bal_doctor_rule bal_doctor_rules_uplinks[];
extern const struct bal_doctor_rule bal_doctor_rules_probing[];
extern const struct bal_doctor_rule bal_doctor_rules_gateway[];
extern const struct bal_doctor_rule bal_doctor_rules_stanzas[];
extern const struct bal_doctor_rule bal_doctor_rules_stanza_up[];
extern const struct bal_doctor_rule bal_doctor_rules_overridden[];
extern const struct bal_doctor_rule bal_doctor_rules_names[];
extern const struct bal_doctor_rule bal_doctor_rules_policy[];
extern const struct bal_doctor_rule bal_doctor_rules_policy_nft[];
extern const struct bal_doctor_rule bal_doctor_rules_unused[];
extern const struct bal_doctor_rule bal_doctor_rules_managers[];
extern const struct bal_doctor_rule bal_doctor_rules_prove[];

/*
 * Add the finding @id about uplink @dev (or "").  @id, @dev and @why are
 * borrowed.  The next functions change the last finding.
 */
void bal_doctor_find(struct bal_diagnosis *d, enum bal_severity severity,
		     const char *id, const char *dev, const char *why);
/* Add @dev to it. */
void bal_doctor_also(struct bal_diagnosis *d, const char *dev);
/* Set its title. */
void bal_doctor_what(struct bal_diagnosis *d, const char *fmt, ...)
	BAL_PRINTF(2, 3);
/* Set its reason, where that is no constant. */
void bal_doctor_why(struct bal_diagnosis *d, const char *fmt, ...)
	BAL_PRINTF(2, 3);
/* Set its fix: to edit that line. */
void bal_doctor_fix_place(struct bal_diagnosis *d, struct bal_conf_place at);
/* Set its fix: a command line, or a line for a file. */
void bal_doctor_fix(struct bal_diagnosis *d, const char *fmt, ...)
	BAL_PRINTF(2, 3);
/* Set its fix: a program that sets the clock. */
void bal_doctor_fix_clock(const struct bal_facts *f, struct bal_diagnosis *d);

/* Is there a finding @id about @dev? */
bool bal_doctor_found(const struct bal_diagnosis *d, const char *id,
		      const char *dev);

/* bal_put_word(), as a string in the arena of @d: a fix is pasted by root. */
const char *bal_doctor_word(struct bal_diagnosis *d, const char *text);

/* Is there a configuration that cannot be used? */
bool bal_doctor_conf_wrong(const struct bal_facts *f);

/* Is bal-check run regularly by anything? */
bool bal_doctor_probed(const struct bal_facts *f);

/* Has @link an address? */
bool bal_doctor_has_address(const struct bal_facts *f,
			    const struct bal_link *link);

/* Has table main a default route by @dev? */
bool bal_doctor_has_default(const struct bal_facts *f, const char *dev);

/* Does a rule that is not bal's translate addresses of what leaves by @dev? */
bool bal_doctor_nat_covers(const struct bal_facts *f, const char *dev);

/* Is any uplink administratively up? */
bool bal_doctor_any_up(const struct bal_facts *f);

/* bal's first policy rule in the kernel, or NULL. */
const struct bal_rule *bal_doctor_first_rule(const struct bal_facts *f);

/* A priority for foreign rules that comes before all of bal's. */
uint32_t bal_doctor_priority_before(const struct bal_facts *f);

/* Is every uplink that is administratively up dead? */
bool bal_doctor_all_dead(const struct bal_facts *f);

/*
 * Is it dead because its gateway does not answer, or that of its underlay? Then
 * the gateway is reported.
 */
bool bal_doctor_gateway_explains(const struct bal_facts *f,
				 const struct bal_uplink *up);

/* Is @f about @dev, among others? */
bool bal_doctor_is_about(const struct bal_finding *f, const char *dev);

/* The last finding is about every uplink that is wanted. */
void bal_doctor_about_all(const struct bal_facts *f, struct bal_diagnosis *d);

/* The first uplink that is wanted, if @is holds for all of these; else NULL. */
const struct bal_uplink *
bal_doctor_first_if_all(const struct bal_facts *f,
			bool (*is)(const struct bal_facts *f,
				   const struct bal_uplink *up));

/* Is @up dead, all in all? */
bool bal_doctor_is_dead(const struct bal_facts *f, const struct bal_uplink *up);

#endif
