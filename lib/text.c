// SPDX-License-Identifier: GPL-2.0-or-later
/* text - reading numbers, times and names that people wrote. */
#include "text.h"

#include <string.h>

#define MS_PER_S 1000
#define MS_PER_MIN 60000
#define MAX_DECIMALS 9 /* so that 10^n times a minute fits 64 bits */

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

/* strtoul() takes blanks and signs, and octal with base 0: none of it here. */
static int
parse_digits(const char **text, int base, uint64_t *out)
{
	const char *p = *text;
	uint64_t n = 0;
	int digit;

	for (; (digit = hex_digit(*p)) >= 0 && digit < base; p++) {
		n = n * (unsigned)base + (unsigned)digit;
		if (n > UINT32_MAX)
			n = (uint64_t)UINT32_MAX + 1; /* saturates */
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

static int
parse_unit(const char *text, uint32_t *ms)
{
	static const struct {
		const char *name;
		uint32_t ms;
	} units[] = {
		{ "", MS_PER_S },
		{ "ms", 1 },
		{ "s", MS_PER_S },
		{ "m", MS_PER_MIN },
	};
	size_t i;

	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (!strcmp(text, units[i].name)) {
			*ms = units[i].ms;
			return 0;
		}
	return -1;
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

int
bal_parse_ms(const char *text, uint32_t min, uint32_t max, uint32_t *out,
	     struct bal_err *err)
{
	const char *p = text;
	uint64_t whole, part, of, ms;
	uint32_t unit;

	if (parse_digits(&p, 10, &whole) < 0 ||
	    parse_decimals(&p, &part, &of) < 0 || parse_unit(p, &unit) < 0)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a time like 250ms, 2.5s or 3m",
			       text);
	if (part * unit % of)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not a whole number of ms", text);
	ms = whole * unit + part * unit / of;
	if (ms < min || ms > max)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is not between %ums and %ums", text,
			       min, max);
	*out = (uint32_t)ms;
	return 0;
}

/* As the kernel's isspace(), which knows 0xa0 too. */
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
		/* The kernel takes these; a terminal and INI do not. */
		if (c < ' ' || c == 0x7f)
			return bal_err(err, BAL_ECONF,
				       "a device name has control characters");
	}
	/* iptables-save does not escape the one, the other is a wildcard. */
	if (strchr(name, '"') || name[i - 1] == '+')
		return bal_err(err, BAL_ECONF,
			       "\"%s\" is a name that iptables cannot take",
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
