/* stanza - shared by the rules about stanzas. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DOCTOR_STANZA_H
#define BAL_DOCTOR_STANZA_H

#include "doctor/internal.h"

#define BAL_STANZA_KEY_MAX 40

/*
 * The key of BAL-timeout-min, "timeout_min", as a hook gets it from ifupdown,
 * into @key of BAL_STANZA_KEY_MAX; false for an option that is not for bal.
 */
bool bal_stanza_key(const char *name, char *key);

/* Has it an option for bal, or a line that calls bal-up? */
bool bal_stanza_is_for_bal(const struct bal_stanza *s);

/* Is @key an option of a stanza? */
bool bal_stanza_known(const char *key);

/* Does a line before number @k of @s set @key? */
bool bal_stanza_said_before(const struct bal_stanza *s, size_t k,
			    const char *key);

/*
 * Parse option number @k of @s into @set; -1 with @err: its value is refused.
 */
int bal_stanza_take(const struct bal_facts *f, const struct bal_stanza *s,
		    size_t k, struct bal_settings *set, struct bal_err *why);

/* How ifupdown brought a device up by @s; NULL: it has not. */
const struct bal_configured *bal_stanza_use(const struct bal_facts *f,
					    const struct bal_stanza *s);

/* The device that was dialled by @s, or uses it, else that of its name. */
const char *bal_stanza_device(const struct bal_facts *f,
			      const struct bal_stanza *s);
/* Has that device a record as an uplink? */
bool bal_stanza_is_uplink(const struct bal_facts *f,
			  const struct bal_stanza *s);

/* Is the device of that name up by another stanza? */
bool bal_stanza_is_elsewhere(const struct bal_facts *f,
			     const struct bal_stanza *s);

/* Does it set options of an uplink, all of them valid?  Into @set. */
bool bal_stanza_makes_uplink(const struct bal_facts *f,
			     const struct bal_stanza *s,
			     struct bal_settings *set);

/*
 * The fix that makes @dev as in @s, without an interruption: the uplink may be
 * the only access to a remote box, and ifdown would cut it.
 */
void bal_stanza_fix_by_bal_up(struct bal_diagnosis *d, const char *dev,
			       const struct bal_stanza *s,
			       const struct bal_settings *set);

/*
 * The same where that would know no gateway, so that the lease has to be asked
 * for anew: its fix and why.  False: it is another case.
 */
bool bal_stanza_fix_by_lease(const struct bal_facts *f, struct bal_diagnosis *d,
			     const struct bal_stanza *s,
			     const struct bal_settings *set);

/* The fix that opens @path at @line. */
void bal_stanza_fix_by_editor(struct bal_diagnosis *d, const char *path,
			       unsigned line);

/* Add a finding about @s, of which a hook refuses a value: @path at @line. */
void bal_stanza_refuse(const struct bal_facts *f, struct bal_diagnosis *d,
		       const struct bal_stanza *s, const char *path,
		       unsigned line);

/* Does option number @i of @set, if it is there, differ from @requested's? */
bool bal_stanza_is_other(const struct bal_settings *set,
			 const struct bal_settings *requested, size_t i);

#endif
