/* changes - what a pass would change, in the words of -n. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_CHANGES_H
#define TEST_CHANGES_H

#include "events.h"

/* The changes to be made, as the lines of -n. */
static inline const char *
ops_text(void)
{
	bal_op_list ops = make_ops();
	FILE *out = fmemopen(w.text, sizeof(w.text), "w");

	assert_non_null(out);
	for (size_t i = 0; i < ops.n; i++)
		bal_op_print(out, &ops.v[i]);
	assert_int_equal(fclose(out), 0);
	return ops.n ? w.text : "";
}

static inline size_t
count_lines(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

/* Modems, reconciled, of which nothing has to be printed any more. */
static inline void
modems_in_force(unsigned n)
{
	has_xtable(BAL_XTABLE_MANGLE, false);
	for (unsigned i = 1; i <= n; i++)
		modem(i);
	reconcile();
	assert_string_equal(ops_text(), "");
}

#endif
