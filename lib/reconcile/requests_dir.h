/* requests_dir - makes and opens the directory of requests. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REQUESTS_DIR_H
#define BAL_REQUESTS_DIR_H

#include "base/error.h"
#include "base/paths.h"

/*
 * Make the directory, root:bal and 03770, if that group exists (in /etc/group)
 * and the directory does not.  -1 with @err.
 */
int bal_requests_directory(const struct bal_paths *paths, struct bal_err *err);

/*
 * The directory's descriptor, for the caller to close: -1 where there is none
 * (BAL_EUNAVAIL) or others could replace it (a link, another owner,
 * world-writable; BAL_ECONF).
 */
int bal_requests_open(const struct bal_paths *paths, struct bal_err *err);

#endif
