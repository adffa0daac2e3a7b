/* output - stdout without control characters that command a terminal. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OUTPUT_H
#define BAL_OUTPUT_H

/*
 * From now on all output to stdout passes through bal_clean(), but for newlines
 * and tabs; that of programs that are started does not.  To be called once,
 * before anything is printed.
 */
void cmd_clean_output(void);

#endif
