/* show - values as people and readers of JSON want them. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SHOW_H
#define BAL_SHOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define BAL_SPAN_STRLEN 32

/*
 * A time of @ms in two units at most: "5s", "1m05s", "2h03m", "4d05h".  Into
 * @buf of @size, BAL_SPAN_STRLEN always being enough; returns @buf.
 */
const char *bal_span_str(uint64_t ms, char *buf, size_t size);

/* "@text", escaped likewise. */
void bal_json_text(FILE *out, const char *text);

/*
 * "@key":"@text" with what is no printable ASCII escaped; null where there is
 * no text.
 */
void bal_json_string(FILE *out, const char *key, const char *text);
/* "@key":true or false. */
void bal_json_bool(FILE *out, const char *key, bool value);

#endif
