/* output - what a command prints, without commands to a terminal. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OUTPUT_H
#define BAL_OUTPUT_H

/*
 * From now on what is printed to stdout is bal_clean(), but for newlines and
 * tabs, wherever it comes from; programs that are started print as they do.
 * Before anything is printed, and once.
 */
void cmd_clean_output(void);

#endif
