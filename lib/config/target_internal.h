/* target_internal - what parses and what prints a target. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TARGET_INTERNAL_H
#define BAL_TARGET_INTERNAL_H

#include "config/target.h"

/* What counts where the target does not say it. */
#define PORT_DNS 53
#define PORT_HTTP 80
#define STATUS_OK 200

/* How many characters of @path come before a status; all where none does. */
size_t bal_target_path_len(const char *path);

#endif
