/* countdown - waits beside a trial, and prints the time that is left. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_COUNTDOWN_H
#define BAL_COUNTDOWN_H

#include "try/try.h"

/*
 * Print how @t is confirmed.  Without a terminal that is all: CMD_DONE.  With
 * one, wait for the trial's end: CMD_DONE when it is kept, CMD_NO when it is
 * reverted; -1 with @err.  The output of each second also gives the connection
 * data to acknowledge, by which its silence is detected; @quiet leaves it out.
 * At a console, "y" confirms.
 */
int countdown(const struct bal_paths *paths, const struct bal_try *t,
	      bool quiet, struct bal_err *err);

#endif
