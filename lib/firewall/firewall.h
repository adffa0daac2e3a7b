/* firewall - what packets and connections are to be marked with, and by what. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FIREWALL_H
#define BAL_FIREWALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/text.h"
#include "config/conf.h"

/* What the firewall has to know of an uplink.  Marks lie within the mask. */
struct bal_fw_uplink {
	char dev[BAL_IFNAMSIZ];
	uint32_t mark;    /* of a connection that leaves by it */
	uint32_t inbound; /* of one that came in by it */
};

/*
 * What a plan wants of the firewall, whichever carries it out.  Zero state:
 * no uplinks, so that nothing of ours is in the kernel.
 *
 * In this order, before the rules of others:
 *   came in by an uplink: a new, unmarked connection gets its inbound mark;
 *   came in by another device: the packet gets the connection's mark;
 *   made here: so does a packet that has no mark at all;
 *   leaves by an uplink: an unmarked connection gets its mark, and behind the
 *   rules of others its source becomes the device's address if @masquerade.
 * Only bits of @mask are ever changed.
 */
struct bal_fw_model {
	uint32_t mask;
	BAL_LIST(struct bal_fw_uplink) uplinks;
	bool masquerade;
	/*
	 * TCP connections that are forwarded by an uplink: segments fit the
	 * smallest MTU on the way, be it a tunnel's.
	 */
	bool mss_clamp;
};

/* Transactions that one firewall may need; the first one holds the marks. */
#define BAL_FW_PARTS_MAX 2

struct bal_firewall;

/*
 * What one firewall holds of ours, as read: the head of a structure of its
 * own, in the arena that it was read with.
 */
struct bal_fw_have {
	bool known[BAL_FW_PARTS_MAX]; /* that part is there, and was read */
	const char *why[BAL_FW_PARTS_MAX]; /* it cannot be had; NULL: not asked */
	bool ours; /* something of ours is in it */
	bool foreign; /* somebody else has taken its place */
};

/* What to read. */
struct bal_fw_scope {
	bool masquerade; /* masquerading is, or was, ours: look for it */
	bool gently; /* leave no trace: what nobody uses is not looked at */
};

/* One way to carry a model out. */
struct bal_firewall {
	const char *name;
	unsigned n_parts; /* each is compared, committed and printed alone */

	/* Does somebody use it here?  Asked without a trace. */
	bool (*in_use)(void);

	/*
	 * Can the kernel do it?  0, or -1 with the reason.  Loads modules where
	 * that helps.
	 */
	int (*probe)(struct bal_err *err);

	/*
	 * What it holds of ours into *@out, which lives in @arena.  A part
	 * that the kernel lacks is not known.
	 */
	int (*read)(const struct bal_fw_scope *scope, struct bal_arena *arena,
		    struct bal_fw_have **out, struct bal_err *err);

	/* Pure: is part @part exactly what @want says?  Only known parts. */
	bool (*same)(const struct bal_fw_model *want,
		     const struct bal_fw_have *have, unsigned part);

	/*
	 * Make part @part what @want says, in one commit: packets meet either
	 * what was there or what is to be there.  What is not ours stays.
	 * Waits @wait_ms at most for others who change it (then BAL_EBUSY).
	 * BAL_EUNAVAIL: the kernel lacks something.
	 */
	int (*commit)(const struct bal_fw_model *want,
		      const struct bal_fw_have *have, unsigned part,
		      unsigned wait_ms, struct bal_err *err);

	/* Lines for a shell that do the same as commit() would now. */
	void (*print)(FILE *out, const struct bal_fw_model *want,
		      const struct bal_fw_have *have, unsigned part);

	/* "the mangle table", for a message. */
	const char *(*describe)(unsigned part);

	/* The command that shows part @part, as its own program prints it. */
	char *const *(*show)(unsigned part);

	/* The mark of what leaves by @dev, as read; 0: not known. */
	uint32_t (*mark_of)(const struct bal_fw_have *have, const char *dev);
};

/* Of read(): part @part of @have cannot be had, as @err says.  0 or -1. */
int bal_fw_lacks(struct bal_fw_have *have, unsigned part,
		 struct bal_arena *arena, struct bal_err *err);

/* A bal_warn(), unless it was the last one of these. */
void bal_fw_warn_once(const char *text);


#define BAL_FIREWALLS_MAX 2

/*
 * Which firewalls there are, the preferred one first, and whether one of them
 * was chosen by the administrator.  Zero state: none, and none is looked at.
 */
struct bal_fw_choice {
	const struct bal_firewall *of[BAL_FIREWALLS_MAX]; /* NULL behind the last */
	const struct bal_firewall *only; /* NULL: see bal_fw_look() */
};

/* What `firewall = ` of bal.conf says. */
struct bal_fw_choice bal_fw_choose(enum bal_firewall_key key);

/* What the kernel holds of ours, by whichever firewall.  Zero state: unread. */
struct bal_fw_seen {
	const struct bal_firewall *use; /* is to hold the model; NULL: none */
	struct bal_fw_held {
		const struct bal_firewall *by;
		const struct bal_fw_have *have;
	} v[BAL_FIREWALLS_MAX];
	size_t n;
};

/*
 * Read what all of them hold, and find the one to use: the one chosen; else the
 * first that holds something of ours; else the first that others use; else the
 * first that works.  One that is only looked for is not loaded by that.  What
 * the one in use lacks is a bal_warn(), once.
 */
int bal_fw_look(const struct bal_fw_choice *choice,
		const struct bal_fw_scope *scope, struct bal_arena *arena,
		struct bal_fw_seen *out, struct bal_err *err);

/* Can the firewall in use hold marks?  False where none was read. */
bool bal_fw_holds_marks(const struct bal_fw_seen *seen);

/* Does @by hold something of ours? */
bool bal_fw_is_ours(const struct bal_fw_seen *seen,
		    const struct bal_firewall *by);

/*
 * Command @i of those that show what was read, the first being 0; NULL behind
 * the last.
 */
char *const *bal_fw_show(const struct bal_fw_seen *seen, size_t i);

/* The mark of what leaves by @dev, as the kernel has it; 0: not known. */
uint32_t bal_fw_mark_of(const struct bal_fw_seen *seen, const char *dev);

/* One commit of one part, as data.  All of it is borrowed. */
struct bal_fw_op {
	const struct bal_firewall *by;
	unsigned part;
	const struct bal_fw_model *want;
	const struct bal_fw_have *have;
	bool leaving; /* another one has all of it, if its commit went well */
};

#endif
