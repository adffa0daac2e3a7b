/* output - stdout without control characters that command a terminal. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OUTPUT_H
#define BAL_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * From now on all output to stdout passes through bal_clean(), but for newlines
 * and tabs; that of programs that are started does not.  To be called once,
 * before anything is printed.
 */
void cmd_clean_output(void);

/* The columns of the terminal; 80 where stdout is none. */
size_t cmd_columns(void);

/* Are characters of UTF-8 shown, by the locale of the environment? */
bool cmd_is_utf8(void);

/*
 * Are colors wanted?  @forced: in any case; else where stdout is a terminal that
 * has them, and NO_COLOR is not set.
 */
bool cmd_wants_color(bool forced);

/* Write @sequence, which is ours, behind what was printed to stdout. */
void cmd_escape(FILE *out, const char *sequence);

#endif
