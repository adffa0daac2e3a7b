// SPDX-License-Identifier: GPL-2.0-or-later
/* show - values as people and readers of JSON want them. */
#include "show.h"

#include <inttypes.h>

const char *
bal_span_str(uint64_t ms, char *buf, size_t size)
{
	uint64_t s = ms / 1000;

	if (s < 60)
		snprintf(buf, size, "%" PRIu64 "s", s);
	else if (s < 3600)
		snprintf(buf, size, "%" PRIu64 "m%02" PRIu64 "s", s / 60,
			 s % 60);
	else if (s < 86400)
		snprintf(buf, size, "%" PRIu64 "h%02" PRIu64 "m", s / 3600,
			 s / 60 % 60);
	else
		snprintf(buf, size, "%" PRIu64 "d%02" PRIu64 "h", s / 86400,
			 s / 3600 % 24);
	return buf;
}

void
bal_json_text(FILE *out, const char *text)
{
	fputc('"', out);
	for (; *text; text++) {
		unsigned char ch = (unsigned char)*text;

		if (ch == '"' || ch == '\\')
			fprintf(out, "\\%c", ch);
		else if (ch < 0x20 || ch > 0x7e)
			fprintf(out, "\\u%04x", ch);
		else
			fputc(ch, out);
	}
	fputc('"', out);
}

void
bal_json_string(FILE *out, const char *key, const char *text)
{
	fprintf(out, "\"%s\":", key);
	if (text && text[0])
		bal_json_text(out, text);
	else
		fputs("null", out);
}

void
bal_json_bool(FILE *out, const char *key, bool value)
{
	fprintf(out, "\"%s\":%s", key, value ? "true" : "false");
}
