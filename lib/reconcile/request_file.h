/* request_file - leaves a request in the directory, whole or not at all. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_REQUEST_FILE_H
#define BAL_REQUEST_FILE_H

#include "reconcile/request.h"

/*
 * Put @request into the directory, whole or not at all.  -1: BAL_EPERM, naming
 * the group, where the caller may not.
 */
int bal_request_leave(const struct bal_paths *paths,
		      const struct bal_request *request, struct bal_err *err);

#endif
