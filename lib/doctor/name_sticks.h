/* name_sticks - .link files that name sticks by their USB ports; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NAME_STICKS_H
#define BAL_NAME_STICKS_H

#include <stdio.h>

#include "doctor/facts/sticks.h"

/*
 * Print to @out, for each of @sticks that no .link file of an administrator
 * names, such a file with the port in its name, and the lines that say its
 * present name; then what of @f could not be looked at.  All but the files is in
 * comments.
 */
void bal_name_sticks_print(const bal_stick_list *sticks,
			   const struct bal_facts *f, FILE *out);

#endif
