// SPDX-License-Identifier: GPL-2.0-or-later
/* color - text in a color, where the output has them. */
#include "status/color.h"

void
bal_status_color(const struct bal_status_print *p, enum bal_color color,
		 const char *text)
{
	static const char *const sequences[] = {
		[BAL_COLOR_GREEN] = "\033[32m",
		[BAL_COLOR_YELLOW] = "\033[33m",
		[BAL_COLOR_RED] = "\033[31m",
		[BAL_COLOR_LOUD] = "\033[1;31m",
	};
	const bool colored = p->look.escape && color != BAL_COLOR_PLAIN;

	if (colored)
		p->look.escape(p->out, sequences[color]);
	fputs(text, p->out);
	if (colored)
		p->look.escape(p->out, "\033[0m");
}
