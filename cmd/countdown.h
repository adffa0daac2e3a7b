/* countdown - waits beside a trial, and tells how long it goes on. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_COUNTDOWN_H
#define BAL_COUNTDOWN_H

#include "try/try.h"

/*
 * Tell how @t is confirmed.  Without a terminal that is all: CMD_DONE.  With
 * one, wait for its end: CMD_DONE when it is kept, CMD_NO when it is reverted.
 * The line of each second is there for the connection, too, as what its silence
 * is known by; @quiet leaves it out.  At a console, "y" confirms.
 */
int countdown(const struct bal_paths *paths, const struct bal_try *t,
	      bool quiet, struct bal_err *err);

#endif
