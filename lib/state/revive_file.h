/* revive_file - how far it is with the revival of uplinks, in every boot. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REVIVE_FILE_H
#define BAL_REVIVE_FILE_H

#include "health/revive.h"
#include "state/state.h"

/* An uplink that is to be revived, alive or not. */
struct bal_reviving {
	char name[BAL_IFNAMSIZ];
	struct bal_revive_record record;
	/* Our step has taken it down, and nothing has made it an uplink since. */
	bool taken;
	char usb[BAL_USB_STRLEN];   /* its device, as last seen; "": it has none */
	char stanza[BAL_IFNAMSIZ];  /* the name that ifup knows */
	/* The rule that its stanza gave, which goes with the uplink; else zero. */
	struct bal_revive_rule rule;
	uint32_t reboot_ms;
};

/* Zero state: nothing known. */
struct bal_revivals {
	struct bal_reviving *v; /* malloced, room for BAL_UPLINKS_MAX */
	size_t n;
	struct bal_revive_reboot reboot;
};

/*
 * Read the file @path, which outlives a boot: times of another one than
 * @boot_id are 0.  No file: nothing.  A damaged line is left out; where it is
 * that of the reboot, there was one.  -1 where it cannot be read, or no memory
 * is left.  bal_revivals_fini() in any case.
 */
int bal_revivals_load(const char *path, const char *boot_id,
		      struct bal_revivals *out, struct bal_err *err);

/* Write it whole.  -1 with @err. */
int bal_revivals_save(const char *path, const char *boot_id,
		      const struct bal_revivals *all, struct bal_err *err);

/* Are two the same, byte by byte? */
bool bal_revivals_same(const struct bal_revivals *a,
		       const struct bal_revivals *b);

/* A copy; -1: no memory. */
int bal_revivals_copy(struct bal_revivals *to, const struct bal_revivals *from,
		      struct bal_err *err);

/* The record of @name, or NULL. */
struct bal_reviving *bal_revivals_find(const struct bal_revivals *all,
				       const char *name);

/* The same, a new zeroed one where there is none; NULL: no room. */
struct bal_reviving *bal_revivals_add(struct bal_revivals *all,
				      const char *name);

/* Free what @all owns: zero state again. */
void bal_revivals_fini(struct bal_revivals *all);

#endif
