/* intent - what a command requests, applied to the state. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_INTENT_H
#define BAL_INTENT_H

#include "config/conf.h"
#include "hook/hook.h"
#include "probe/probe.h"
#include "kernel/snapshot.h"
#include "state/state.h"

enum bal_intent_kind {
	BAL_INTENT_CHECK, /* these are the probe results, if any */
	BAL_INTENT_UP,    /* this uplink is administratively up */
	BAL_INTENT_DOWN,
	BAL_INTENT_MODE,
};

/* The details that a hook adds.  Zero state: by hand, none. */
struct bal_intent_hook {
	enum bal_caller caller;	   /* UP, DOWN */
	int family; /* UP, DOWN: of ifupdown's stanza; 0: of none */
	char stanza[BAL_IFNAMSIZ]; /* UP: as struct bal_hook has it */
	struct bal_addr gateway;   /* UP: ifupdown, OpenVPN, a lease */
	struct bal_servers servers; /* UP: as struct bal_hook has them */
	/* UP, or CHECK with a device: also of one that is no uplink (yet) */
	enum bal_lease_news lease;
	enum bal_lease_news delegation; /* likewise, of @prefix6 */
	struct bal_addr prefix6;
	struct bal_addr transport; /* UP: OpenVPN's own local address */
	struct bal_addr server; /* UP: its server's, as it connected */
	uint32_t port, proto;	/* UP: of @server; 0: not known */
	char over[BAL_IFNAMSIZ];   /* UP: the device that it binds to, or "" */
	bool comes_late; /* UP: of a device that may not be there yet, too */
	bool restart;	 /* UP: without a gateway, the old one holds */
	const char *signal; /* DOWN by OpenVPN: what ended it, or NULL */
};

/* Zero state: reconcile, nothing else. */
struct bal_intent {
	enum bal_intent_kind kind;
	char dev[BAL_IFNAMSIZ];	   /* UP, DOWN */
	struct bal_settings options;  /* UP: options and stanza */
	bool keep_options; /* UP: options not given are kept */
	/*
	 * UP: only of a device that is an uplink already or, with @known_conf,
	 * has a section in the configuration; else it is a CHECK.
	 */
	bool known_only, known_conf;
	bool reset_cap;	    /* UP: of an uplink that is one, see usage.h */
	bool all;	    /* DOWN: every uplink */
	bool has_mode;	    /* MODE: sets @mode */
	enum bal_mode mode;
	uint32_t balance;   /* MODE: 1 + enum bal_balance; 0: as it is */
	bool save_mode;	    /* MODE: for the next boot, too */
	struct bal_intent_hook hook; /* UP, DOWN */
	bool requested; /* UP, DOWN: by request.h, so of a tunnel only */
	/*
	 * UP, DOWN, or NULL: called under the lock with @left; false: another
	 * command has done it meanwhile, and this is a CHECK.
	 */
	bool (*is_left)(const void *left);
	const void *left;
	uint64_t measured; /* CHECK of @dev: bytes a second; 0: none */
	const struct bal_probe *probes; /* CHECK */
	size_t n_probes;
};

/*
 * UP: the client of that tunnel is wanted again, whether the device is there or
 * not, and those over that uplink that ifdown stopped.
 */
void bal_intent_mark_wanted(const struct bal_intent *intent,
		     const struct bal_conf *conf, struct bal_state *state);

/*
 * Apply @intent to @state, the kernel being @snap.  -1: BAL_EUNAVAIL for UP of
 * a device that is not there, nor comes late.  Probe results count only for an
 * uplink whose admin state, device index and address are those that were
 * probed.
 */
int bal_intent_apply(const struct bal_intent *intent,
		     const struct bal_conf *conf,
		     const struct bal_snapshot *snap, struct bal_state *state,
		     struct bal_arena *arena, struct bal_err *err);

#endif
