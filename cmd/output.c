// SPDX-License-Identifier: GPL-2.0-or-later
/* output - stdout without control characters that command a terminal. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* fopencookie */
#endif
#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/show.h"

#define CHUNK 1024
#define UTF8_MAX 4

/* stdio may split a character: its first bytes wait here. */
static char held[UTF8_MAX];
static size_t n_held;

/* Can these @len bytes be the start of a longer character? */
static bool
is_cut(const char *text, size_t len)
{
	if (len >= UTF8_MAX || (text[0] & 0xc0) != 0xc0)
		return false;
	for (size_t i = 1; i < len; i++)
		if ((text[i] & 0xc0) != 0x80)
			return false;
	return true;
}

static int
write_clean(const char *text, size_t len)
{
	char out[CHUNK];
	size_t n = 0, size;
	int32_t number;

	for (; len; text += size, len -= size) {
		size = bal_utf8(text, len, &number);
		if (number < 0 && is_cut(text, len)) {
			memcpy(held, text, len);
			n_held = len;
			break;
		}
		if (number == '\n' || number == '\t' ||
		    !bal_is_control(number)) {
			memcpy(out + n, text, size);
			n += size;
		} else {
			out[n++] = '?';
		}
		if (n + UTF8_MAX > sizeof(out)) {
			if (bal_write_all(STDOUT_FILENO, out, n) < 0)
				return -1;
			n = 0;
		}
	}
	return bal_write_all(STDOUT_FILENO, out, n);
}

/* As fopencookie(3) wants it: 0 is an error. */
static ssize_t
on_write(void *cookie, const char *text, size_t len)
{
	char part[UTF8_MAX + CHUNK];
	size_t done = 0;

	(void)cookie;
	while (done < len) {
		size_t more = len - done < CHUNK ? len - done : CHUNK;
		size_t before = n_held;

		memcpy(part, held, before);
		memcpy(part + before, text + done, more);
		n_held = 0;
		if (write_clean(part, before + more) < 0)
			return 0;
		done += more;
	}
	return (ssize_t)len;
}

void
cmd_clean_output(void)
{
	FILE *clean = fopencookie(NULL, "w",
				  (cookie_io_functions_t){ .write = on_write });

	if (!clean)
		return;
	if (isatty(STDOUT_FILENO))
		(void)setvbuf(clean, NULL, _IOLBF, 0);
	stdout = clean;
}

size_t
cmd_columns(void)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col)
		return 80;
	return size.ws_col;
}

static bool
is_set(const char *name)
{
	const char *value = getenv(name);

	return value && *value;
}

bool
cmd_is_utf8(void)
{
	const char *name = is_set("LC_ALL")   ? "LC_ALL" :
			   is_set("LC_CTYPE") ? "LC_CTYPE" :
						"LANG";
	const char *value = getenv(name);

	value = value ? strchr(value, '.') : NULL;
	return value && (strncasecmp(value, ".utf-8", 6) == 0 ||
			 strncasecmp(value, ".utf8", 5) == 0);
}

bool
cmd_wants_color(bool forced)
{
	const char *term = getenv("TERM");

	return forced || (isatty(STDOUT_FILENO) && !is_set("NO_COLOR") && term &&
			  strcmp(term, "dumb") != 0);
}

void
cmd_escape(FILE *out, const char *sequence)
{
	if (fflush(out) == 0)
		(void)bal_write_all(STDOUT_FILENO, sequence, strlen(sequence));
}
