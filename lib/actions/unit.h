/* unit - runs a program as a transient unit, outside of our own sandbox. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_UNIT_H
#define BAL_UNIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

/* Can systemd run a unit for us?  We are root, it runs, and so does its bus. */
bool bal_unit_possible(void);

/*
 * Possible, and needed: this process is sandboxed, as bal-check.service and
 * openvpn-client@.service are.  It lacks a capability that root can have, and
 * so do its children: a mailer cannot change its user.
 */
bool bal_unit_needed(void);

/*
 * The command that runs the program @path as the unit bal-event-@name-NUMBER,
 * prints its output, and ends with its status.  @envp is added to the
 * environment that systemd gives each unit.  After @limit_ms its process group
 * is killed, even if the command was killed before; background processes that
 * it leaves before that stay.  Into @argv, in @arena, but for the strings of
 * @envp and @path.  -1: no memory.
 */
int bal_unit_argv(const char *path, const char *name, char *const envp[],
		  uint32_t limit_ms, struct bal_arena *arena, char ***argv,
		  struct bal_err *err);

#endif
