/* revive - what is tried with an uplink that stays dead, and when; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REVIVE_H
#define BAL_REVIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BAL_REVIVE_MAX 4 /* steps of a rule */
#define BAL_USB_STRLEN 32

enum bal_revive_step {
	BAL_REVIVE_NONE,
	BAL_REVIVE_IFDOWN_UP, /* by ifupdown */
	BAL_REVIVE_USB_RESET, /* its device is deauthorized, and authorized */
	BAL_REVIVE_POWER,     /* of its port of a hub, by uhubctl(8) */
	BAL_REVIVE_REBOOT,    /* of the box */
};

/* "ifdown_up", "usb_reset", "power", "reboot"; "none". */
const char *bal_revive_name(enum bal_revive_step step);
/* The reverse, not for "none"; false, and @out untouched: no such step. */
bool bal_revive_parse(const char *name, enum bal_revive_step *out);

struct bal_revive_rule {
	uint8_t steps[BAL_REVIVE_MAX]; /* BAL_REVIVE_NONE behind the last */
	uint32_t after_ms;
};

/* How far it is with an uplink.  Zero state: nothing was tried. */
struct bal_revive_record {
	uint32_t rounds; /* that failed */
	uint32_t next;	 /* which step of the rule, from 0 */
	uint64_t at_ms;	 /* CLOCK_BOOTTIME of the last step; 0: not in this boot */
};

/* The rounds after which the wait does not grow any more; it is a day at most. */
#define BAL_REVIVE_ROUNDS_MAX 16

struct bal_revive_look {
	uint64_t dead_since_ms; /* CLOCK_BOOTTIME */
	uint64_t now_ms;
	unsigned possible; /* 1 << enum bal_revive_step */
};

/*
 * CLOCK_BOOTTIME in ms of the next step of an uplink that stays dead: after_ms
 * after its death or the last step, doubled for each failed round.
 */
uint64_t bal_revive_due_ms(const struct bal_revive_rule *rule,
			   const struct bal_revive_record *r,
			   uint64_t dead_since_ms);

/*
 * The step that is due now, which @r then counts as tried; BAL_REVIVE_NONE:
 * none.  One that is not possible is left out; with the last one the round has
 * failed.
 */
enum bal_revive_step bal_revive_due(const struct bal_revive_rule *rule,
				    struct bal_revive_record *r,
				    const struct bal_revive_look *look);

/* When the box was rebooted last by us, as a step. */
struct bal_revive_reboot {
	bool known;
	uint64_t at_ms; /* CLOCK_BOOTTIME of the order; 0: in an earlier boot */
};

/*
 * May the box be rebooted once more, at most once in @limit_ms (0: never)?  The
 * clock of a small box is not to be trusted: since a reboot in an earlier boot
 * only this boot has passed for certain.
 */
bool bal_revive_may_reboot(const struct bal_revive_reboot *last, uint64_t now_ms,
			   uint32_t limit_ms);

/* Is @other, as "1-1.2.3", the USB device @usb ("1-1.2") or behind it? */
bool bal_usb_is_at(const char *other, const char *usb);

/*
 * The hub and the port, as uhubctl(8) names them, that the USB device @usb
 * hangs on: "1-1" and 2 of "1-1.2", "1" and 4 of "1-4".  @hub has
 * BAL_USB_STRLEN.  False: @usb is no name of a device.
 */
bool bal_usb_port(const char *usb, char *hub, unsigned *port);

#endif
