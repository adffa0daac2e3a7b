/* stanza - what the rules about stanzas have in common. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DOCTOR_STANZA_H
#define BAL_DOCTOR_STANZA_H

#include "doctor/internal.h"

#define BAL_STANZA_KEY_MAX 40

/*
 * "timeout_min" of BAL-timeout-min, as a hook has it from ifupdown, into @key
 * of BAL_STANZA_KEY_MAX; false for what is not for bal.
 */
bool bal_stanza_key(const char *name, char *key);

/* Has it an option for bal, or a line that calls bal-up? */
bool bal_stanza_is_for_bal(const struct bal_stanza *s);

/* Is that an option of a stanza? */
bool bal_stanza_known(const char *key);

/* Does one before number @k of @s say @key? */
bool bal_stanza_said_before(const struct bal_stanza *s, size_t k,
			    const char *key);

/* Number @k of @s into @set; -1 with the reason: its value is refused. */
int bal_stanza_take(const struct bal_facts *f, const struct bal_stanza *s,
		    size_t k, struct bal_settings *set, struct bal_err *why);

/* How ifupdown has brought a device up by @s; NULL: it has not. */
const struct bal_configured *bal_stanza_use(const struct bal_facts *f,
					    const struct bal_stanza *s);

/* The device that was dialled by @s, or uses it, else the one of its name. */
const char *bal_stanza_device(const struct bal_facts *f,
			      const struct bal_stanza *s);
bool bal_stanza_is_uplink(const struct bal_facts *f,
			  const struct bal_stanza *s);

/* Is the device of that name up by another stanza? */
bool bal_stanza_is_elsewhere(const struct bal_facts *f,
			     const struct bal_stanza *s);

/* Does it say anything of an uplink, and all of it right?  Into @set. */
bool bal_stanza_makes_uplink(const struct bal_facts *f,
			     const struct bal_stanza *s,
			     struct bal_settings *set);

/*
 * The mend that makes @dev what @s says, without an interruption: who sits far
 * away may have no other way in, and ifdown takes that, too.
 */
void bal_stanza_fix_by_bal_up(struct bal_diagnosis *d, const char *dev,
			       const struct bal_stanza *s,
			       const struct bal_settings *set);

/* The mend that opens @path at @line. */
void bal_stanza_fix_by_editor(struct bal_diagnosis *d, const char *path,
			       unsigned line);

/* A finding about @s, of which a hook refuses something: @path at @line. */
void bal_stanza_refuse(const struct bal_facts *f, struct bal_diagnosis *d,
		       const struct bal_stanza *s, const char *path,
		       unsigned line);

#endif
