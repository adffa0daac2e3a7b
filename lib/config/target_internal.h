/* target_internal - what the parser and the printer of targets share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TARGET_INTERNAL_H
#define BAL_TARGET_INTERNAL_H

#include "config/target.h"

/* Defaults of a target. */
#define PORT_DNS 53
#define PORT_HTTP 80
#define STATUS_OK 200

/*
 * How many characters of @path come before a status; all where there is none.
 */
size_t bal_target_path_len(const char *path);

#endif
