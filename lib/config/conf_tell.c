// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_tell - reports what is wrong with a key of bal.conf. */
#include <string.h>

#include "config/conf_internal.h"

void
bal_conf_tell_value(struct bal_conf_reader *r, const char *text,
		    const struct bal_err *err)
{
	const size_t len = strlen(err->msg);
	/* A question ("did you mean...?") needs no further hint. */
	const bool asks = len && err->msg[len - 1] == '?';

	if (bal_is_quoted(text))
		bal_lines_fault(&r->lines, r->lines.number,
				"%s, did you mean %.*s?", err->msg,
				(int)strlen(text) - 2, text + 1);
	else
		bal_lines_fault(&r->lines, r->lines.number, "%s%s", err->msg,
				asks ? "" : bal_lines_hint(text));
}

bool
bal_conf_is_repeated(struct bal_conf_reader *r, uint64_t *seen, size_t i,
		     const char *key)
{
	bool repeated = *seen & UINT64_C(1) << i;

	if (repeated)
		bal_lines_fault(&r->lines, r->lines.number,
				"key \"%.80s\" is there twice in its section",
				key);
	*seen |= UINT64_C(1) << i;
	return repeated;
}
