/* field - one key and value of the state file, read and written. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_FIELD_H
#define BAL_STATE_FIELD_H

#include <stdio.h>

#include "state/state.h"

/* Which keys of a section have been read.  Zero state: none. */
#define BAL_STATE_KEYS_MAX 96
struct bal_state_seen {
	bool any;
	bool keys[BAL_STATE_KEYS_MAX]; /* by number */
	size_t next; /* where to look first: keys come in the order written */
};

/* Before a key that the first format lacks: a comment to its readers. */
#define BAL_STATE_LATE ";="

/*
 * Set a key of [bal].  1: unknown.  -1: given before (sys EEXIST), or a value
 * out of range; nothing is changed then.
 */
int bal_state_set(struct bal_state *state, struct bal_state_seen *seen,
		  const char *key, const char *text, struct bal_err *err);

/* Set a key of [uplink DEV], likewise. */
int bal_uplink_state_set(struct bal_uplink_state *u,
			 struct bal_state_seen *seen, const char *key,
			 const char *text, struct bal_err *err);

/* Print every key that differs from the zero state, one line each. */
void bal_state_print(const struct bal_state *state, FILE *out);
void bal_uplink_state_print(const struct bal_uplink_state *u, FILE *out);

#endif
