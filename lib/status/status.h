/* status - what a person or a program wants to see of the uplinks. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_H
#define BAL_STATUS_H

#include "actions/journal.h"
#include "reconcile/pass.h"
#include "reconcile/pass_revive.h"
#include "status/groups.h"

#define BAL_STATUS_WORDS 96

/*
 * What its probes have shown lately, and what follows.  Zero: nothing that
 * anybody remembers.  The words are "" where nothing is out of the ordinary.
 */
struct bal_status_probes {
	char reason[BAL_STATUS_WORDS];	  /* bal_health_reason() */
	char suspicion[BAL_STATUS_WORDS]; /* bal_health_suspicion() */
	char grown[BAL_STATUS_WORDS];	  /* bal_health_grown() */
	bool suspected;
	uint32_t recent_rounds, recent_lost; /* bal_health_recent_rounds() */
	uint32_t flaps;
	/* Good for so long until it is back, or would be; how much is left. */
	uint32_t hold_ms, hold_left_ms;
	uint32_t bad, misses; /* rounds in a row; how many condemn it */
	uint32_t interval_ms; /* between rounds at rest; 0: not probed */
	uint64_t spent;	      /* bytes in this month; budget 0: not counted */
};

/* Of a tunnel that is to be smoothed.  Zero: it is not, or nothing is known. */
struct bal_status_smooth {
	bool known; /* the counts are */
	uint64_t copies, bytes;
	char replies[BAL_IFNAMSIZ]; /* by which line the last came; "": none */
};

/* One uplink.  Lives in the pass's arena. */
struct bal_status_row {
	char name[BAL_IFNAMSIZ];
	const char *state; /* "alive", "dead", "no device", "down"... */
	bool alive;        /* traffic may go by it */
	bool balanced;     /* it is one of those that share */
	bool shares;       /* it gets new connections now */
	bool in_use; /* so it is, carries a living tunnel, or is in a group */
	unsigned share;    /* per cent of them; all of them are 100 */
	bool share_due;    /* it would share, were it up */
	bool missing;      /* it is required, and not up */
	bool expected;     /* bal_status_expect(), or the only one asked for */
	/* Both NULL where only the configuration knows it. */
	const struct bal_uplink *up;
	const struct bal_uplink_state *remembered;
	struct bal_settings set;
	struct bal_status_probes probes;
	uint64_t for_ms; /* since the last change of health */
	bool unprobed;   /* there is no target to ask */
	size_t n_own;	 /* of its targets, which are not asked: itself */
	struct bal_status_smooth smooth;
	struct bal_revive_next revive; /* if it stays dead */
	uint64_t revive_left_ms;       /* until then */
	/* By bal_status_see(): packets that got it by its share. */
	bool has_routed;
	uint64_t routed;
};

struct bal_status {
	enum bal_mode mode;
	enum bal_balance balance;
	const char *overrules; /* who set a mode against bal.conf, or NULL */
	const char *overrules_balance; /* the same of .balance */
	/* Of the configuration, NULL where it is right. */
	const struct bal_conf_trouble *trouble;
	size_t due; /* changes that the kernel waits for, if that is known */
	bool kept; /* all look dead and are used all the same */
	struct bal_resort last_resort;
	/* Of the last pass on record; 0: none is.  How old it is. */
	uint64_t pass_ms, pass_us, pass_age_ms;
	uint64_t last_good_s; /* bal_status_see(); since 1970, 0: not known */
	/* Of bal_status_see_history(), which bal_journal_forget() frees. */
	struct bal_history history;
	struct bal_instant now;
	char history_lack[BAL_STATUS_WORDS]; /* why there is none, or "" */
	bool no_marks;	 /* no firewall keeps marks */
	bool no_objects; /* classic multipath routes instead of nexthops */
	uint32_t mark_mask;
	/* Of all, also where only one is left of the rows. */
	size_t n_all, n_up, n_alive;
	size_t n_ready; /* of these, balanced and waiting for their turn */
	size_t n_in_use;
	BAL_LIST(struct bal_status_row) rows;
	bal_status_group_list groups; /* those of bal.conf */
	const struct bal_policy *policy; /* its rules */
};

/*
 * Make it from a bal_pass_look().  Rows are in order of their names; uplinks
 * that only the configuration knows are rows too, as "down" or "no device".
 */
int bal_status_make(const struct bal_pass *pass, struct bal_arena *arena,
		    struct bal_status *out, struct bal_err *err);

/* Per cent of the last rounds, of which there are some, without an answer. */
uint32_t bal_status_loss(const struct bal_status_probes *probes);

/* Why the health of @row is what it is; "" where nothing says. */
const char *bal_status_reason(const struct bal_status_row *row);

/*
 * What its cap, or that of the uplink it goes over, makes of it now:
 * "last_resort", "off", "hard"; NULL: nothing.
 */
const char *bal_status_capped(const struct bal_status_row *row);

/* Leave only the row of @name, and return it; NULL: there is none. */
const struct bal_status_row *bal_status_narrow(struct bal_status *status,
					       const char *name);

/*
 * Mark the rows of @list, names with commas or blanks between, as expected.  A
 * name of no uplink gets a row behind the others, "no uplink", in @arena.  -1,
 * BAL_EUSAGE: it is no name of a device.
 */
int bal_status_expect(struct bal_status *status, const char *list,
		      struct bal_arena *arena, struct bal_err *err);

/* Is there a row that is expected and not alive? */
bool bal_status_disappoints(const struct bal_status *status);

#endif
