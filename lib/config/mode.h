/* mode - whether all uplinks carry traffic, or one of them does. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MODE_H
#define BAL_MODE_H

#include "base/error.h"

enum bal_mode { BAL_MODE_MULTI, BAL_MODE_SOLO };

/* The word of @mode, in a static text. */
const char *bal_mode_name(enum bal_mode mode);
/* "multi" or "solo"; -1 with the reason. */
int bal_mode_parse(const char *text, enum bal_mode *out, struct bal_err *err);

#endif
