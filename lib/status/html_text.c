// SPDX-License-Identifier: GPL-2.0-or-later
/* html_text - names and states as a page has them. */
#include "status/html.h"

#include <inttypes.h>
#include <string.h>

#include "base/show.h"

void
bal_html_text(FILE *out, const char *text)
{
	size_t left = strlen(text), len;
	int32_t number;

	for (; left; text += len, left -= len) {
		len = bal_utf8(text, left, &number);
		if (number < 0)
			fprintf(out, "\\x%02x", (unsigned char)*text);
		else if (bal_is_control(number))
			fprintf(out, "\\u%04" PRIx32, (uint32_t)number);
		else if (number < 0x80 && strchr("<>&\"'", (char)number))
			fprintf(out, "&#%d;", (int)number);
		else
			fwrite(text, 1, len, out);
	}
}

const char *
bal_html_class(const struct bal_status_row *row)
{
	/* All look dead, and are used all the same. */
	if (strcmp(row->state, bal_health_name(BAL_HEALTH_DEAD)) == 0)
		return "dead";
	if (row->alive)
		return row->up->degraded ? "degraded" : "alive";
	return row->missing || row->expected ||
			       (row->up && row->up->admin_up) ?
		       "dead" :
		       "off";
}
