/* internal - what the files of try share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TRY_INTERNAL_H
#define BAL_TRY_INTERNAL_H

#include "try/try.h"

struct bal_try_path {
	char s[BAL_PATH_MAX + 16];
};

/* File @name of the trial's directory. */
struct bal_try_path bal_try_file(const struct bal_paths *paths,
				 const char *name);

/* The kernel's id of this boot into @buf of @size; "" where it has none. */
void bal_try_boot_id(char *buf, size_t size);

bool bal_try_of_this_boot(const struct bal_try *t);

/* Write the record as a whole: from then on the trial is pending. */
int bal_try_write(const struct bal_paths *paths, const struct bal_try *t,
		  struct bal_err *err);

#endif
