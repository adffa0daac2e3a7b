/* text - reading numbers, times and names that people wrote. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TEXT_H
#define BAL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define BAL_IFNAMSIZ 16 /* IFNAMSIZ of the kernel, NUL included */

/*
 * Every reader returns 0, or -1 with the reason in @err and *@out untouched.
 */

/* A number in @min..@max; decimal, or hexadecimal with 0x. */
int bal_parse_u32(const char *text, uint32_t min, uint32_t max, uint32_t *out,
		  struct bal_err *err);

/* yes, no, true, false, on, off, 1, 0. */
int bal_parse_bool(const char *text, bool *out, struct bal_err *err);

/* Is @text a number and nothing else? */
bool bal_lacks_unit(const char *text);

/* Is @text, longer than its quotes, in single or double quotes? */
bool bal_is_quoted(const char *text);

/*
 * "250ms", "1s", "2.5s", "3m", "3min", "1h" or seconds without a unit:
 * milliseconds.
 */
int bal_parse_ms(const char *text, uint32_t min, uint32_t max, uint32_t *out,
		 struct bal_err *err);

/* "2000", "2kB", "1.5MB", "3GB": bytes; the units are powers of 1000. */
int bal_parse_bytes(const char *text, uint64_t min, uint64_t max,
		    uint64_t *out, struct bal_err *err);

#define BAL_QUANTITY_STRLEN 24

/*
 * A value as the two above read it, in the largest unit that needs no decimals
 * (of time: ms or s).  Into @buf of BAL_QUANTITY_STRLEN; returns @buf.
 */
const char *bal_ms_str(uint32_t ms, char *buf);
const char *bal_bytes_str(uint64_t bytes, char *buf);

/*
 * A device name as the kernel accepts it (dev_valid_name(): 1 to 15
 * characters, no slash, colon or white space, not "." or ".."), without control
 * characters of ASCII, with no semicolon at its begin, and none of the reserved
 * table names main, local, default, balancing.
 */
int bal_check_ifname(const char *name, struct bal_err *err);

/*
 * Is @text printable ASCII that INI keeps as it is: no quote, which it does not
 * take off; no blank at an end, no semicolon at the begin or behind a blank?
 */
int bal_check_printable(const char *text, struct bal_err *err);

/*
 * Does @text hold what looks like a comment: one of @marks at its begin or
 * behind a blank?
 */
bool bal_has_comment(const char *text, const char *marks);

/*
 * Copy @text into @buf of @size.  Fails, with @buf empty, where it does not
 * fit: nothing is ever cut silently.
 */
int bal_copy(char *buf, size_t size, const char *text);

/*
 * The next word of a list separated by commas or blanks: copied into @buf of
 * @size, *@list moved behind it.  1: a word, 0: the end, -1: it does not fit.
 */
int bal_next_word(const char **list, char *buf, size_t size);

#endif
