/* unit - a program as a transient unit of systemd, outside of our own locks. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_UNIT_H
#define BAL_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* Can we have systemd run something?  We are root, it runs, and its bus does. */
bool bal_unit_possible(void);

/*
 * Possible, and called for: this process is locked in, as bal-check.service and
 * openvpn-client@.service are.  It lacks a capability that root can have, and so
 * does whatever it starts: a mailer cannot change its user.
 */
bool bal_unit_needed(void);

/*
 * The command that runs the program @path as the unit bal-event-@name-NUMBER and
 * ends as it ends, with its status; what it prints, the command prints.
 * @envp is added to what systemd gives each unit.  After @limit_ms its process
 * group is killed, whether the command is there to see it or not; what it leaves
 * in the background before that stays.  Into @argv, in @arena, but for the
 * strings of @envp and @path.  -1: no memory.
 */
int bal_unit_argv(const char *path, const char *name, char *const envp[],
		  uint32_t limit_ms, struct bal_arena *arena, char ***argv,
		  struct bal_err *err);

#endif
