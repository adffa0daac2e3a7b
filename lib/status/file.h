/* file - a status as the whole content of a file, for what reads it there. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_FILE_H
#define BAL_STATUS_FILE_H

#include "status/printer.h"

/*
 * Print @status by @printer into the file @path, which is replaced at once:
 * readers see the old content or the new one.  The temporary file beside it
 * ends with ".bal-tmp".  -1 with the old content in place; BAL_EBUSY where
 * another process is at work in that directory by the same function.
 */
int bal_status_to_file(const struct bal_status_printer *printer,
		       const struct bal_status *status, const char *path,
		       struct bal_err *err);

#endif
