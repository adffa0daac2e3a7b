/* json - an explained packet as one JSON object, for programs. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EXPLAIN_JSON_H
#define BAL_EXPLAIN_JSON_H

#include <stdio.h>

#include "explain/view.h"

/* On one line; every rule of the kernel is a step of its own. */
void bal_explain_json(const struct bal_explain_view *view, FILE *out);

#endif
