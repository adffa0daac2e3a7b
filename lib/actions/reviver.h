/* reviver - has bal-revive take a step with an uplink that stays dead. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REVIVER_H
#define BAL_REVIVER_H

#include "actions/runner.h"
#include "base/text.h"
#include "base/paths.h"
#include "health/revive.h"

/*
 * A step takes up to minutes, and calls ifdown and ifup, whose lines call us: a
 * program beside does it, bal-revive.  Its order is a file, which it holds
 * locked, and removes at the end.  An order that is not locked was cut short, and
 * bal-revive is to be started again.
 */

#define BAL_REVIVE_ORDER_MAX 128 /* bytes of the file */

/* The longest that it takes; then it is killed. */
#define BAL_REVIVE_LIMIT_MS 300000

struct bal_revive_order {
	enum bal_revive_step step;
	char dev[BAL_IFNAMSIZ];
	char stanza[BAL_IFNAMSIZ]; /* the name that ifup knows */
	char usb[BAL_USB_STRLEN];  /* its USB device; "": none */
};

enum bal_revive_going {
	BAL_REVIVE_IDLE,    /* there is no order */
	BAL_REVIVE_RUNNING, /* bal-revive is at it */
	BAL_REVIVE_LEFT,    /* it is not, or not yet */
};

/* Write @order to the file @path.  -1 with @err. */
int bal_revive_order(const char *path, const struct bal_revive_order *order,
		     struct bal_err *err);

/* What becomes of the order in the file @path. */
enum bal_revive_going bal_revive_going(const char *path);

/*
 * Start bal-revive for the order in @paths, beside the queue of @runner; with
 * @as_unit by systemd, see unit.h.  -1: it could not be started.
 */
int bal_revive_start(struct bal_runner *runner, const struct bal_paths *paths,
		     bool as_unit, struct bal_err *err);

/*
 * Run as bal-revive: carry out the order of @paths.  One that was begun, and cut
 * short, is only ended: the device is authorized, its port powered, ifup called.
 * 0: done, or nothing to do; -1: it failed, and bal_warn() has said why.
 */
int bal_revive_run(const struct bal_paths *paths);

#endif
