/* event - reports a change of an uplink: to people, programs, the journal. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EVENT_H
#define BAL_EVENT_H

#include "base/paths.h"
#include "actions/runner.h"
#include "base/text.h"

enum bal_event_kind {
	BAL_EVENT_UP,	    /* bal-up: administratively */
	BAL_EVENT_DOWN,	    /* bal-down */
	BAL_EVENT_ALIVE,
	BAL_EVENT_DEGRADED,
	BAL_EVENT_DEAD,
	BAL_EVENT_CAP_75,   /* so many per cent of its data cap are used */
	BAL_EVENT_CAP_95,
	BAL_EVENT_CAP_100,
	BAL_EVENT_IPV6_DEAD,  /* of that family alone; IPv4 is as before */
	BAL_EVENT_IPV6_ALIVE,
	BAL_EVENT_REVIVE,	    /* a step is taken: @reason is its name */
	BAL_EVENT_TUNNEL_RESTARTED, /* its OpenVPN client is started */
	BAL_EVENT_MODE,	    /* not of one uplink */
	BAL_EVENT_ALL_DEAD, /* no uplink is alive any more */
	BAL_EVENT_LAST_RESORT, /* by an uplink without a share */
	BAL_EVENT_BALANCE,     /* what goes by one uplink: @reason says it */
	BAL_EVENT_ONLINE,      /* an uplink is alive, after all were dead */
	BAL_EVENT_CONF_WRONG,  /* bal.conf has become wrong */
	BAL_EVENT_CONF_RIGHT,
};

/* "up" ... "conf_right" */
const char *bal_event_name(enum bal_event_kind kind);
/* The reverse; false, and @out untouched: there is no such event. */
bool bal_event_parse(const char *name, enum bal_event_kind *out);

/* Is it of all uplinks together, not of one? */
bool bal_event_is_of_all(enum bal_event_kind kind);

/* Is it no change of health: of a data cap, of IPv6, of what is done with it? */
bool bal_event_keeps_health(enum bal_event_kind kind);

struct bal_event {
	enum bal_event_kind kind;
	char uplink[BAL_IFNAMSIZ]; /* "": of all */
	char reason[64];
	char before[16];    /* previous health or mode: "alive", "solo" */
	uint64_t lasted_ms; /* how long that lasted; 0: unknown */
	uint64_t at;	    /* seconds since 1970 */
	uint64_t boot_ms; /* CLOCK_BOOTTIME then; 0: unknown, or just now */
	char mode[8];	  /* the mode in force */
	bool again; /* it is so still: for programs alone, by `every` */
};

/*
 * Clean the texts of @e with bal_clean(); not the uplink's name, which programs
 * need as the kernel has it, and which bal_check_ifname() has accepted.
 */
void bal_event_clean(struct bal_event *e);

/*
 * One line for people and logs: "eth2: dead, no answer from 9.9.9.9, was alive
 * for 312 s".  Into @buf, which is returned.
 */
const char *bal_event_str(const struct bal_event *e, char *buf, size_t size);

struct bal_event_how {
	const char *dir;
	uint32_t limit_ms; /* for each program */
	bool as_units;	   /* by systemd, see unit.h */
	bool tell_all;	   /* bal_warn() of each file in @dir that is skipped */
};

/*
 * Queue the executables of @how->dir for @e, in the order of their names
 * (bytes): those of letters, digits, _ and - (run-parts(8)) that are executable
 * files, owned by root or us and writable by their owner alone, in such a
 * directory; a file that only this excludes is reported by bal_warn().  Their
 * environment is BAL_EVENT, BAL_UPLINK, BAL_REASON, BAL_PREVIOUS, BAL_DURATION
 * (whole seconds; empty: unknown), BAL_MODE, PATH, HOME=/ and LANG=C, and what
 * systemd gives a unit.  Returns how many were queued: 0 without such a
 * directory; -1 when the directory cannot be read or memory ran out.  The
 * caller must not hold the lock.
 */
int bal_event_run(const struct bal_event *e, const struct bal_event_how *how,
		  struct bal_runner *runner, struct bal_err *err);

#endif
