/* color - text in a color, where the output has them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATUS_COLOR_H
#define BAL_STATUS_COLOR_H

#include "status/printer.h"

enum bal_color {
	BAL_COLOR_PLAIN, /* as the terminal has it */
	BAL_COLOR_GREEN,
	BAL_COLOR_YELLOW,
	BAL_COLOR_RED,
	BAL_COLOR_LOUD, /* red, and bold */
};

/* Print @text in @color; as it is where @p has no colors. */
void bal_status_color(const struct bal_status_print *p, enum bal_color color,
		      const char *text);

#endif
