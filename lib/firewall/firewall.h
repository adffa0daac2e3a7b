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
#include "netlink/object.h"

/* What the firewall has to know of an uplink.  Marks lie within the mask. */
struct bal_fw_uplink {
	char dev[BAL_IFNAMSIZ];
	uint32_t mark;    /* of a connection that leaves by it */
	uint32_t inbound; /* of one that came in by it */
	/* Its @mark leads nowhere: connections with it are classed anew. */
	bool left;
};

/*
 * What becomes of a new connection that is forwarded and was selected: its
 * packets carry @mark until the connection has that of an uplink.
 */
struct bal_fw_class {
	uint32_t mark; /* within the mask */
	/*
	 * A source address keeps to its uplink for so long; 0: it does not.  The
	 * map that remembers them has the name of the rule, and outlives all
	 * changes but one of this time.
	 */
	uint32_t sticky_ms;
	char rule[BAL_IFNAMSIZ];
	/* The uplinks, by mark, that it may keep to; @tag tells them from others'. */
	BAL_LIST(uint32_t) members;
	uint32_t tag; /* outside the mask */
	/* TCP that no route takes is reset: an ICMP error is rate-limited. */
	bool refuses;
	/*
	 * Each packet of IPv4 gets one of these marks, of uplinks for what came in,
	 * by weight; its connection gets none.  None: the connection is not spread.
	 */
	BAL_LIST(struct bal_fw_draw) draws;
};

/*
 * What leaves by @dev with an address in @prefix keeps it, or has it put into
 * @becomes, of the same length, which comes back by @dev; packet by packet, so
 * that its connection does not know of it.
 */
struct bal_fw_prefix {
	char dev[BAL_IFNAMSIZ];
	struct bal_addr prefix;
	struct bal_addr becomes; /* none: it is kept */
};

struct bal_fw_draw {
	uint32_t mark, weight;
};

/* Which connections; members that are zero match all. */
struct bal_fw_select {
	char iif[BAL_IFNAMSIZ];
	uint8_t proto;
	struct bal_ports sport, dport;
	bool has_mark, has_dscp;
	uint32_t mark, mark_mask;
	uint8_t dscp;
	bool ipv6; /* addresses and dscp are of IPv6; without them: of both */
	struct bal_addr src, dst;
	const char *src_set, *dst_set; /* sets of nftables; "": none */
	size_t class; /* its place among them, plus 1; 0: none, and no later one */
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
 *
 * Where there are @selects: behind the rules of others of that priority, the first
 * one that fits a new connection, forwarded and not from an uplink, gives its
 * packets the mark of the class.  Only nftables does that.
 */
struct bal_fw_model {
	uint32_t mask;
	BAL_LIST(struct bal_fw_uplink) uplinks;
	bool masquerade;  /* IPv4 */
	bool masquerade6; /* IPv6, but for the prefixes; only nftables does it */
	/*
	 * TCP connections that are forwarded by an uplink: segments fit the
	 * smallest MTU on the way, be it a tunnel's.
	 */
	bool mss_clamp;
	bool no_refusal; /* no class refuses: the kernel cannot */
	bool no_draws; /* no mark is drawn: likewise */
	BAL_LIST(struct bal_fw_prefix) prefixes;
	BAL_LIST(struct bal_fw_class) classes;
	BAL_LIST(struct bal_fw_select) selects; /* in order */
	BAL_LIST(struct bal_fw_select) aside; /* no mark is drawn for them */
};

static inline bool
bal_fw_masquerades(const struct bal_fw_model *model)
{
	return model->masquerade || model->masquerade6;
}

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
	bool no_nat; /* masquerading was looked for, and cannot be had */
	bool no_refusal; /* the same of the reset of TCP */
	bool no_draws; /* the same of marks that are drawn */
	bool ours; /* something of ours is in it */
	bool foreign; /* somebody else has taken its place */
};

/*
 * What a firewall held when it was right last, and how it tells that nothing has
 * changed it since.  Zero state: it is to be read.
 */
struct bal_fw_proof {
	uint64_t place;	/* where its generations count */
	uint64_t model; /* the sum of what it held */
	uint32_t generation;
	bool translates; /* it held what masquerading needs */
	bool refuses; /* and what the reset of TCP needs */
	bool draws;   /* and marks that are drawn */
};

/* What to read. */
struct bal_fw_scope {
	const struct bal_fw_proof *proof; /* kept from a pass before, or NULL */
	bool masquerade; /* masquerading is, or was, ours: look for it */
	bool refuses; /* so is the reset of TCP */
	bool draws; /* so are marks that are drawn */
	bool gently; /* leave no trace: what is not in use is not looked at */
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
	 * that the kernel lacks is not known.  Where @scope->proof still holds
	 * nothing is read: same() and commit() need no more.
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

	/*
	 * What is to be kept where it holds what @want says: @have, as same()
	 * said, or with @committed by the last commit() of this process.  Zero
	 * state where that failed.  NULL: it is read every time.
	 */
	struct bal_fw_proof (*prove)(const struct bal_fw_model *want,
				     const struct bal_fw_have *have,
				     bool committed);

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
	const struct bal_firewall *last; /* held the marks; NULL: not known */
	/* Is preferred to what is there, if it works; NULL: none. */
	const struct bal_firewall *needed;
};

/*
 * What `firewall = ` of bal.conf says.  @had_nft: nftables held the marks
 * before, as bal_fw_has_nft() said.  @needs_nft: rules of bal.conf do.
 */
struct bal_fw_choice bal_fw_choose(enum bal_firewall_key key, bool had_nft,
				   bool needs_nft);

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
 * one that is needed, if it works; else the first that holds something of ours;
 * else the one that held it last, where somebody has deleted it and it still
 * works; else the first that others use;
 * else the first that works.  One that is only looked for is not loaded by
 * that.  What the one in use lacks is a bal_warn(), once.
 */
int bal_fw_look(const struct bal_fw_choice *choice,
		const struct bal_fw_scope *scope, struct bal_arena *arena,
		struct bal_fw_seen *out, struct bal_err *err);

/* Can the firewall in use hold marks?  False where none was read. */
bool bal_fw_holds_marks(const struct bal_fw_seen *seen);

/* Is the firewall in use nftables, and able to hold marks? */
bool bal_fw_has_nft(const struct bal_fw_seen *seen);

/* prove() of the firewall in use; zero state where there is none. */
struct bal_fw_proof bal_fw_prove(const struct bal_fw_seen *seen,
				 const struct bal_fw_model *want,
				 bool committed);

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
