// SPDX-License-Identifier: GPL-2.0-or-later
/* metrics_text - the parts of a line of metrics. */
#include "status/metrics.h"

#include <inttypes.h>
#include <string.h>

#include "base/show.h"

void
bal_metric_head(FILE *out, const struct bal_metric *about)
{
	fprintf(out, "# HELP bal_%s %s\n# TYPE bal_%s %s\n", about->name,
		about->help, about->name, about->type);
}

void
bal_metric_label(FILE *out, const char *text)
{
	size_t left = strlen(text), len;
	int32_t number;

	fputc('"', out);
	for (; left; text += len, left -= len) {
		len = bal_utf8(text, left, &number);
		if (number < 0)
			fprintf(out, "\\\\x%02x", (unsigned char)*text);
		else if (number == '\n')
			fputs("\\n", out);
		else if (bal_is_control(number))
			fprintf(out, "\\\\u%04" PRIx32, (uint32_t)number);
		else if (number == '"' || number == '\\')
			fprintf(out, "\\%c", (char)number);
		else
			fwrite(text, 1, len, out);
	}
	fputc('"', out);
}
