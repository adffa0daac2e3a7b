/* aside - moves an unusable state file away. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_ASIDE_H
#define BAL_STATE_ASIDE_H

#include <stdbool.h>

/*
 * Keep the file @path as "@path.bad", or where that name cannot be used
 * "@path.bad1" and so on, and warn of it with @why.  With @keep the file stays
 * at its place as well, because its good lines are in use.  With @touch false
 * it only warns.
 */
void bal_state_put_aside(const char *path, bool touch, bool keep,
			 const char *why);

#endif
