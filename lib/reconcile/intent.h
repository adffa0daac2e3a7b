/* intent - what a command wants, carried into the state. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_INTENT_H
#define BAL_INTENT_H

#include "config/conf.h"
#include "hook/hook.h"
#include "probe/probe.h"
#include "kernel/snapshot.h"
#include "state/state.h"
#include "config/tables.h"

enum bal_intent_kind {
	BAL_INTENT_CHECK, /* these are the probe results, maybe none */
	BAL_INTENT_UP,    /* this uplink is administratively up */
	BAL_INTENT_DOWN,
	BAL_INTENT_MODE,
};

/* Zero state: reconcile, nothing else. */
struct bal_intent {
	enum bal_intent_kind kind;
	char dev[BAL_IFNAMSIZ];        /* UP, DOWN */
	struct bal_settings told;      /* UP: options and stanza */
	bool keep_told; /* UP: what was told before holds, where not said */
	/*
	 * UP: only of a device that is an uplink already or, with @known_conf,
	 * has a section in the configuration; else it is a CHECK.
	 */
	bool known_only, known_conf;
	bool comes_late; /* UP: of a device that may not be there yet, too */
	char stanza[BAL_IFNAMSIZ]; /* UP: as struct bal_hook has it */
	struct bal_addr hook_gateway; /* UP: ifupdown, OpenVPN, a lease */
	/* UP, or CHECK with @dev: also of a device that is no uplink (yet) */
	enum bal_lease_news lease;
	struct bal_addr transport;    /* UP: OpenVPN's own local address */
	char over[BAL_IFNAMSIZ]; /* UP: the device that it binds to, or "" */
	enum bal_mode mode;	      /* MODE */
	bool all;		      /* DOWN: every uplink */
	bool save_mode;		      /* MODE: for the next boot, too */
	enum bal_caller caller;	      /* UP, DOWN */
	bool restart; /* UP: a gateway that is not said again holds */
	bool requested; /* UP, DOWN: by request.h, so that of a tunnel only */
	/*
	 * UP, DOWN, or NULL: asked under the lock with @left; where it says no,
	 * another command has done it meanwhile, and this is a CHECK.
	 */
	bool (*is_left)(const void *left);
	const void *left;
	const char *signal; /* DOWN by OpenVPN: what ended it, or NULL */
	const struct bal_probe *probes; /* CHECK */
	size_t n_probes;
};

/*
 * UP, before the kernel is read: the record of the device with its table and
 * slot.  Tables come from @names; what has no name gets a free id, not looked
 * up by any of @rules, into @fresh (for bal_tables_add()).  -1: BAL_ECONF for
 * a table that is reserved or another uplink's, or no slot is left.
 */
int bal_intent_admit(const struct bal_intent *intent,
		     const struct bal_globals *globals,
		     const bal_table_list *names, const bal_rule_list *rules,
		     struct bal_state *state, struct bal_arena *arena,
		     bal_table_list *fresh, struct bal_err *err);

/* BAL_ECONF where mark_mask @mask has not room for all uplinks and @more. */
int bal_state_has_room(const struct bal_state *state, size_t more,
		       uint32_t mask, struct bal_err *err);

/*
 * The slot that uplink @us, whose own is above bal_mark_slots(@mask), could
 * have below; 0: it need not, or none is free.
 */
uint32_t bal_state_lower_slot(const struct bal_state *state,
			      const struct bal_uplink_state *us, uint32_t mask);

/*
 * A mark_mask that has become narrower: uplinks whose slot leaves it get
 * another one.  BAL_ECONF when it has not room for all.
 */
int bal_state_fit_slots(struct bal_state *state, uint32_t mask,
			struct bal_err *err);

/* The lowest id above BAL_TABLES_BASE that no name, uplink or rule has; 0: none. */
uint32_t bal_tables_free_id(const struct bal_state *state,
			    const bal_table_list *names,
			    const bal_rule_list *rules);

/*
 * BAL_TABLES_BASE, else the highest id that is free, since the low ones go with
 * slots; 0: none.
 */
uint32_t bal_tables_free_balancing(const struct bal_state *state,
				   const bal_table_list *names,
				   const bal_rule_list *rules);

/*
 * DOWN by OpenVPN, of a client that connects again by itself: what is known of
 * it holds, so it becomes a CHECK.
 */
void bal_intent_heed_signal(struct bal_intent *intent);

/*
 * DOWN by ifupdown, which knows the stanza of a dialled line and not its
 * device: the one that was dialled by it.
 */
void bal_intent_find_dialled(struct bal_intent *intent,
			     const struct bal_state *state);

/* Is @dev an uplink by record or bal.conf?  BAL_EPERM: no. */
int bal_intent_known(const char *dev, const struct bal_conf *conf,
		     const struct bal_state *state, struct bal_err *err);

/*
 * A requested intent, the kernel being @snap: BAL_EPERM where its device is no
 * tunnel (made by OpenVPN's kind of driver, or gone and seen as such last, or
 * gone and with `openvpn` in bal.conf) or neither a record nor bal.conf names
 * it as an uplink.
 */
int bal_intent_permit(const struct bal_intent *intent,
		      const struct bal_conf *conf,
		      const struct bal_snapshot *snap,
		      const struct bal_state *state, struct bal_err *err);

/*
 * UP: the client of that tunnel is wanted again, whether it is there or not,
 * and those over that uplink, whom ifdown stopped.
 */
void bal_intent_wish(const struct bal_intent *intent,
		     const struct bal_conf *conf, struct bal_state *state);

/*
 * Carry @intent into @state, the kernel being @snap.  UP of a device that is
 * not there, nor comes late, fails with BAL_EUNAVAIL.  Probe results count only
 * for an uplink whose admin state, device index and address are those that were
 * probed.
 */
int bal_intent_apply(const struct bal_intent *intent,
		     const struct bal_conf *conf,
		     const struct bal_snapshot *snap, struct bal_state *state,
		     struct bal_arena *arena, struct bal_err *err);

/*
 * What the kernel shows of the uplinks, into @state: device index, address,
 * sysctls from before us, traffic rates.
 */
void bal_state_learn(struct bal_state *state, const struct bal_conf *conf,
		     const struct bal_snapshot *snap, struct bal_arena *arena);

/*
 * What a lost state lacks from our tagged objects in @snap: uplinks, slots,
 * tables, addresses, gateways, weights, priorities, mode.  What @state has
 * stays, and what the objects do not hold (saved sysctls, `over`, history) is
 * not known.
 */
int bal_state_recover(struct bal_state *state, const struct bal_conf *conf,
		      const struct bal_snapshot *snap, struct bal_err *err);

#endif
