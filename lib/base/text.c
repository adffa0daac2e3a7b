// SPDX-License-Identifier: GPL-2.0-or-later
/* text - reading numbers, times and names that people wrote. */
#include "base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_WHOLE 10000000000000000 /* more than anything may be */
#define MAX_DECIMALS 9 /* so that 10^n times the largest unit fits 64 bits */

struct unit {
	const char *name;
	uint32_t factor;
};

static const struct unit times[] = {
	{ "", 1000 },	  { "ms", 1 },	    { "s", 1000 }, { "m", 60000 },
	{ "min", 60000 }, { "h", 3600000 }, { NULL, 0 },
};

/* The largest first, as bal_bytes_str() wants them. */
static const struct unit sizes[] = {
	{ "GB", 1000000000 }, { "MB", 1000000 }, { "kB", 1000 }, { "", 1 },
	{ NULL, 0 },
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int
hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * strtoul() takes blanks and signs, and octal with base 0, which are refused.
 */
static int
parse_digits(const char **text, int base, uint64_t *out)
{
	const char *p = *text;
	uint64_t n = 0;
	int digit;

	for (; (digit = hex_digit(*p)) >= 0 && digit < base; p++) {
		n = n * (unsigned)base + (unsigned)digit;
		if (n > MAX_WHOLE)
			n = MAX_WHOLE; /* saturates */
	}
	if (p == *text)
		return -1;
	*text = p;
	*out = n;
	return 0;
}

int
bal_parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *out,
	      struct bal_err *err)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	const char *p = hex ? text + 2 : text;
	uint64_t n;

	if (parse_digits(&p, hex ? 16 : 10, &n) < 0 || *p)
		return bal_err(err, BAL_ECONF, "\"%.80s\" is not a number",
			       text);
	if (n < min || n > max)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not between %u and %u", text, min,
			       max);
	*out = (uint32_t)n;
	return 0;
}

int
bal_parse_bool(const char *text, bool *out, struct bal_err *err)
{
	static const char *const words[][2] = {
		{ "no", "yes" },
		{ "false", "true" },
		{ "off", "on" },
		{ "0", "1" },
	};
	size_t i, j;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		for (j = 0; j < 2; j++)
			if (!strcmp(text, words[i][j])) {
				*out = j == 1;
				return 0;
			}
	return bal_err(err, BAL_ECONF, "\"%.80s\" is neither yes nor no", text);
}

/* ".25" as 25 of 100; nothing as 0 of 1. */
static int
parse_decimals(const char **text, uint64_t *part, uint64_t *of)
{
	const char *p = *text;
	size_t i;

	*part = 0;
	*of = 1;
	if (*p != '.')
		return 0;
	for (p++, i = 0; is_digit(*p); p++, i++) {
		if (i == MAX_DECIMALS)
			return -1;
		*part = *part * 10 + (unsigned)(*p - '0');
		*of *= 10;
	}
	*text = p;
	return i ? 0 : -1;
}

/*
 * A number with a unit: 1 and *@out in the smallest unit, saturated; 0: it has
 * fractions of that unit; -1: not a number.
 */
static int
parse_quantity(const char *text, const struct unit *units, uint64_t *out)
{
	uint64_t whole, part, of;
	const struct unit *unit;

	if (parse_digits(&text, 10, &whole) < 0 ||
	    parse_decimals(&text, &part, &of) < 0)
		return -1;
	for (unit = units; unit->name; unit++)
		if (!strcmp(text, unit->name))
			break;
	if (!unit->name)
		return -1;
	part *= unit->factor;
	if (part % of)
		return 0;
	*out = whole > MAX_WHOLE / unit->factor ?
		       MAX_WHOLE :
		       whole * unit->factor + part / of;
	return 1;
}

bool
bal_is_quoted(const char *text)
{
	const size_t len = strlen(text);

	return len > 2 && (*text == '"' || *text == '\'') &&
	       text[len - 1] == *text;
}

bool
bal_lacks_unit(const char *text)
{
	return *text && !text[strspn(text, "0123456789.")];
}

int
bal_parse_ms(const char *text, uint32_t min, uint32_t max, uint32_t *out,
	     struct bal_err *err)
{
	char from[BAL_QUANTITY_STRLEN], to[BAL_QUANTITY_STRLEN];
	uint64_t ms;
	int known = parse_quantity(text, times, &ms);

	if (known < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a time like 250ms, 2.5s, "
			       "3min or 1h",
			       text);
	if (!known)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a whole number of ms", text);
	if (ms > max && bal_lacks_unit(text))
		return bal_err(err, BAL_ECONF,
			       "\"%.40s\" has no unit, did you mean "
			       "\"%.40sms\"?",
			       text, text);
	if (ms < min || ms > max)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not between %s and %s", text,
			       bal_ms_str(min, from), bal_ms_str(max, to));
	*out = (uint32_t)ms;
	return 0;
}

int
bal_parse_bytes(const char *text, uint64_t min, uint64_t max, uint64_t *out,
		struct bal_err *err)
{
	char from[BAL_QUANTITY_STRLEN], to[BAL_QUANTITY_STRLEN];
	uint64_t n;
	int known = parse_quantity(text, sizes, &n);

	if (known < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a number of bytes like 500kB, "
			       "20MB or 1.5GB",
			       text);
	if (!known)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a whole number of bytes",
			       text);
	if (n < min || n > max)
		return bal_err(
			err, BAL_ECONF, "\"%.80s\" is not between %s and %s",
			text, bal_bytes_str(min, from), bal_bytes_str(max, to));
	*out = n;
	return 0;
}

const char *
bal_ms_str(uint32_t ms, char *buf)
{
	bool whole = ms % 1000 == 0;

	snprintf(buf, BAL_QUANTITY_STRLEN, "%" PRIu32 "%s",
		 whole ? ms / 1000 : ms, whole ? "s" : "ms");
	return buf;
}

const char *
bal_bytes_str(uint64_t bytes, char *buf)
{
	const struct unit *unit = sizes;

	while (unit->factor > 1 && (!bytes || bytes % unit->factor))
		unit++;
	snprintf(buf, BAL_QUANTITY_STRLEN, "%" PRIu64 "%s",
		 bytes / unit->factor, unit->name);
	return buf;
}

int
bal_check_printable(const char *text, struct bal_err *err)
{
	const char *p;

	for (p = text; *p; p++) {
		if (*p < ' ' || *p > '~')
			return bal_err(err, BAL_ECONF,
				       "has a character that is not printable "
				       "ASCII (0x%02x)",
				       (unsigned char)*p);
		if (*p == '"' || *p == '\'')
			return bal_err(err, BAL_ECONF, "\"%.80s\" has a quote",
				       text);
		if (*p == ';' && (p == text || p[-1] == ' '))
			return bal_err(err, BAL_ECONF,
				       "\"%.80s\" has a semicolon that begins "
				       "a comment",
				       text);
	}
	if (*text == ' ' || (p > text && p[-1] == ' '))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" has a blank at an end", text);
	return 0;
}

bool
bal_has_comment(const char *text, const char *marks)
{
	char before = ' ';

	for (; *text; before = *text++)
		if (strchr(marks, *text) && (before == ' ' || before == '\t'))
			return true;
	return false;
}

/* As the kernel's isspace(), which includes 0xa0. */
static bool
kernel_isspace(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0;
}

int
bal_check_ifname(const char *name, struct bal_err *err)
{
	static const char *const reserved[] = { "main", "local", "default",
						"balancing" };
	size_t i;

	if (!*name)
		return bal_err(err, BAL_ECONF, "a device name is empty");
	if (strlen(name) >= BAL_IFNAMSIZ)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is too long for a device name", name);
	if (!strcmp(name, ".") || !strcmp(name, ".."))
		return bal_err(err, BAL_ECONF, "\"%s\" is not a device name",
			       name);
	for (i = 0; name[i]; i++) {
		unsigned char c = (unsigned char)name[i];

		if (c == '/' || c == ':' || kernel_isspace(c))
			return bal_err(err, BAL_ECONF,
				       "\"%s\" is not a device name", name);
		/* The kernel accepts these; a terminal and INI do not. */
		if (c < ' ' || c == 0x7f)
			return bal_err(err, BAL_ECONF,
				       "a device name has control characters");
	}
	/* iptables-save does not escape the one, the other is a wildcard. */
	if (strchr(name, '"') || name[i - 1] == '+')
		return bal_err(err, BAL_ECONF,
			       "\"%s\" is a name that iptables cannot take",
			       name);
	/*
	 * At the start of a word it begins a comment of INI, in a section too.
	 */
	if (name[0] == ';')
		return bal_err(err, BAL_ECONF,
			       "\"%s\" is a name that a file cannot keep",
			       name);
	for (i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (!strcmp(name, reserved[i]))
			return bal_err(err, BAL_ECONF,
				       "\"%s\" is the name of a routing table",
				       name);
	return 0;
}

int
bal_copy(char *buf, size_t size, const char *text)
{
	size_t len = strlen(text);

	if (len >= size) {
		if (size)
			*buf = '\0';
		return -1;
	}
	memcpy(buf, text, len + 1);
	return 0;
}

int
bal_next_word(const char **list, char *buf, size_t size)
{
	static const char separators[] = ", \t\r\n";
	const char *word = *list + strspn(*list, separators);
	size_t len = strcspn(word, separators);

	*list = word + len;
	if (size)
		*buf = '\0';
	if (!len)
		return 0;
	if (len >= size)
		return -1;
	memcpy(buf, word, len);
	buf[len] = '\0';
	return 1;
}
