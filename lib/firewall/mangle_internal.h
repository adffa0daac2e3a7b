/* mangle_internal - what the files of mangle share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MANGLE_INTERNAL_H
#define BAL_MANGLE_INTERNAL_H

#include <libiptc/libiptc.h>
#include <stdbool.h>

#include "firewall/mangle.h"

/* What one commit has to make true. */
struct bal_mangle_wanted {
	enum bal_xtable table;
	const struct bal_chain *chains;
	size_t n;
	bool changed; /* there is something to commit */
};

/* The chains that the kernel itself calls. */
#define BAL_N_BUILTINS 5
extern const xt_chainlabel bal_mangle_builtins[BAL_N_BUILTINS];

/* Is @chain one of ours, by its name? */
bool bal_mangle_is_ours(const char *chain);

/* The chain of ours that @e jumps to, if it does nothing else; else NULL. */
const char *bal_mangle_jump_of(const struct ipt_entry *e,
			       struct xtc_handle *h);

/* Make @w true in @h, which is not committed yet.  0 or -1. */
int bal_mangle_edit(struct bal_mangle_wanted *w, struct xtc_handle *h,
		    struct bal_err *err);

#endif
