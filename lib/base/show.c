// SPDX-License-Identifier: GPL-2.0-or-later
/* show - values as people and readers of JSON want them. */
#include "base/show.h"

#include <inttypes.h>
#include <string.h>

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

const char *
bal_amount_str(uint64_t bytes, char *buf)
{
	static const char units[] = "BkMGT";
	double v = (double)bytes;
	size_t u = 0;

	for (; v >= 999.5 && u < sizeof(units) - 2; u++)
		v /= 1000;
	if (u == 0 || v >= 99.5)
		snprintf(buf, BAL_AMOUNT_STRLEN, "%.0f%c", v, units[u]);
	else
		snprintf(buf, BAL_AMOUNT_STRLEN, "%.1f%c", v, units[u]);
	return buf;
}

/* How many bytes follow one that begins a character; -1: it begins none. */
static int
followers(unsigned char first)
{
	if (first < 0x80)
		return 0;
	if (first >= 0xc2 && first <= 0xdf)
		return 1;
	if (first >= 0xe0 && first <= 0xef)
		return 2;
	return first >= 0xf0 && first <= 0xf4 ? 3 : -1;
}

size_t
bal_utf8(const char *text, size_t len, int32_t *number)
{
	static const int32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	const unsigned char *c = (const unsigned char *)text;
	int more = followers(c[0]);
	int32_t n = more > 0 ? c[0] & (0x3f >> more) : c[0];

	*number = -1;
	if (more < 0 || (size_t)more >= len)
		return 1;
	for (int i = 1; i <= more; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 1;
		n = n << 6 | (c[i] & 0x3f);
	}
	/* Overlong, a UTF-16 surrogate, or beyond U+10FFFF. */
	if (n < least[more] || (n >= 0xd800 && n < 0xe000) || n > 0x10ffff)
		return 1;
	*number = n;
	return (size_t)more + 1;
}

bool
bal_is_control(int32_t n)
{
	return n < 0x20 || (n >= 0x7f && n < 0xa0) || n == 0x61c ||
	       n == 0x200e || n == 0x200f || (n >= 0x2028 && n <= 0x202e) ||
	       (n >= 0x2066 && n <= 0x2069);
}

void
bal_clean(char *text)
{
	char *to = text;
	int32_t number;
	size_t left, size;

	for (left = strlen(text); left; left -= size, text += size) {
		size = bal_utf8(text, left, &number);
		if (bal_is_control(number)) {
			*to++ = '?';
			continue;
		}
		memmove(to, text, size);
		to += size;
	}
	*to = '\0';
}

void
bal_put_clean(FILE *out, const char *text)
{
	int32_t number;
	size_t left, size;

	for (left = strlen(text); left; left -= size, text += size) {
		size = bal_utf8(text, left, &number);
		if (bal_is_control(number))
			fputc('?', out);
		else
			fwrite(text, 1, size, out);
	}
}

bool
bal_is_plain(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_-/.,:@+=%")] == '\0';
}

void
bal_put_word(FILE *out, const char *text)
{
	if (*text && bal_is_plain(text)) {
		fputs(text, out);
		return;
	}
	fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputc('\'', out);
}

void
bal_json_text(FILE *out, const char *text)
{
	size_t left, size;
	int32_t n;

	fputc('"', out);
	for (left = strlen(text); left; left -= size, text += size) {
		size = bal_utf8(text, left, &n);
		if (n < 0)
			fprintf(out, "\\\\x%02x", (unsigned char)*text);
		else if (n == '"' || n == '\\')
			fprintf(out, "\\%c", (int)n);
		else if (bal_is_control(n))
			fprintf(out, "\\u%04x", (unsigned)n);
		else
			fwrite(text, 1, size, out);
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
bal_json_begin(FILE *out)
{
	fprintf(out, "{\"version\":%d,", BAL_JSON_VERSION);
}

void
bal_json_bool(FILE *out, const char *key, bool value)
{
	fprintf(out, "\"%s\":%s", key, value ? "true" : "false");
}
