/* text - an explained packet for people. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EXPLAIN_TEXT_H
#define BAL_EXPLAIN_TEXT_H

#include <stdio.h>

#include "explain/view.h"

/* A line for each rule, or run of rules that stand for one thing. */
void bal_explain_text(const struct bal_explain_view *view, FILE *out);

#endif
