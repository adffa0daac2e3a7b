/* requests_dir - the directory of requests is made, and opened. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REQUESTS_DIR_H
#define BAL_REQUESTS_DIR_H

#include "base/error.h"
#include "base/paths.h"

/*
 * Make the directory, root:bal and 03770, where there is such a group (as
 * /etc/group has it) and the directory is not there.
 */
int bal_requests_directory(const struct bal_paths *paths, struct bal_err *err);

/*
 * The directory's descriptor, for the caller to close: -1 where there is none
 * (BAL_EUNAVAIL) or it is not ours alone to decide (a link, another owner,
 * writable for all; BAL_ECONF).
 */
int bal_requests_open(const struct bal_paths *paths, struct bal_err *err);

#endif
