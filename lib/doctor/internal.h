/* internal - the rules of doctor: each looks at facts and may speak. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DOCTOR_INTERNAL_H
#define BAL_DOCTOR_INTERNAL_H

#include "doctor/doctor.h"

struct bal_doctor_rule {
	/* Pure; adds what it finds with the functions below. */
	void (*check)(const struct bal_facts *f, struct bal_diagnosis *d);
	/*
	 * It depends on what bal.conf says, or its mend is a command that
	 * does: nobody asks it where the configuration is wrong.
	 */
	bool by_conf;
};

/* Ended by one without judge. */
extern const struct bal_doctor_rule bal_doctor_rules_box[];
extern const struct bal_doctor_rule bal_doctor_rules_kernel[];
extern const struct bal_doctor_rule bal_doctor_rules_rules[];
extern const struct bal_doctor_rule bal_doctor_rules_routing[];
extern const struct bal_doctor_rule bal_doctor_rules_ways[];
extern const struct bal_doctor_rule bal_doctor_rules_marks[];
extern const struct bal_doctor_rule bal_doctor_rules_tunnels[];
extern const struct bal_doctor_rule bal_doctor_rules_uplinks[];
extern const struct bal_doctor_rule bal_doctor_rules_gateway[];
extern const struct bal_doctor_rule bal_doctor_rules_stanzas[];
extern const struct bal_doctor_rule bal_doctor_rules_stanza_up[];
extern const struct bal_doctor_rule bal_doctor_rules_names[];
extern const struct bal_doctor_rule bal_doctor_rules_unused[];
extern const struct bal_doctor_rule bal_doctor_rules_managers[];

/*
 * A finding about uplink @dev (or ""), its title in @fmt.  @dev and @why are
 * kept as they are.  The functions behind it belong to the last one.
 */
void bal_doctor_find(struct bal_diagnosis *d, enum bal_severity severity,
		     const char *id, const char *dev, const char *why);
/* About @dev, too. */
void bal_doctor_also(struct bal_diagnosis *d, const char *dev);
void bal_doctor_what(struct bal_diagnosis *d, const char *fmt, ...)
	BAL_PRINTF(2, 3);
void bal_doctor_fix(struct bal_diagnosis *d, const char *fmt, ...)
	BAL_PRINTF(2, 3);

/* Is there a finding @id about @dev? */
bool bal_doctor_found(const struct bal_diagnosis *d, const char *id,
		      const char *dev);

/* Does a shell take @text for nothing but itself? */
bool bal_doctor_is_plain(const char *text);
/* @text as a shell reads it as one word: a mend is pasted by root. */
void bal_doctor_put_word(FILE *out, const char *text);
const char *bal_doctor_word(struct bal_diagnosis *d, const char *text);

/* Is there a configuration that cannot be used? */
bool bal_doctor_conf_wrong(const struct bal_facts *f);

/* Does anything call bal-check? */
bool bal_doctor_probed(const struct bal_facts *f);

/* Has @link an address? */
bool bal_doctor_has_address(const struct bal_facts *f,
			    const struct bal_link *link);

/* Is any uplink there for bal to look after? */
bool bal_doctor_any_up(const struct bal_facts *f);

/* The first policy rule of bal's in the kernel, or NULL. */
const struct bal_rule *bal_doctor_first_rule(const struct bal_facts *f);

/* A priority for rules of others that comes before any of bal's. */
uint32_t bal_doctor_priority_before(const struct bal_facts *f);

/* Is every uplink that somebody wants dead, all in all? */
bool bal_doctor_all_dead(const struct bal_facts *f);

/*
 * Is it dead because nobody answers at its gateway, or at that of the line it
 * is over?  It is told of those.
 */
bool bal_doctor_gateway_explains(const struct bal_facts *f,
				 const struct bal_uplink *up);

#endif
