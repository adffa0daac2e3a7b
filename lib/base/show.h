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

#define BAL_AMOUNT_STRLEN 16

/*
 * An amount of @bytes in three digits, rounded: "999B", "1.5M", "340G".  Into
 * @buf of BAL_AMOUNT_STRLEN, which is returned.
 */
const char *bal_amount_str(uint64_t bytes, char *buf);

/*
 * The UTF-8 character that @text, of @len bytes (1 at least), begins with: its
 * length.  Its number goes to *@number: -1, and a length of 1, where the byte
 * is no part of a valid one.
 */
size_t bal_utf8(const char *text, size_t len, int32_t *number);

/*
 * May a character of bal_utf8() not be shown?  Controls (C0, DEL, C1) are
 * commands to a terminal, bidirectional controls make text look like another,
 * and -1 is no character.
 */
bool bal_is_control(int32_t number);

/* In place: each character that may not be shown becomes a question mark. */
void bal_clean(char *text);

/* @text, with the same question marks. */
void bal_put_clean(FILE *out, const char *text);

/*
 * @text as one word for a shell, in single quotes unless all of it stands for
 * itself.
 */
void bal_put_word(FILE *out, const char *text);

/* Has @text, maybe empty, only characters that need no quotes? */
bool bal_is_plain(const char *text);

/*
 * "@text", always valid JSON: UTF-8 stays, controls become \uXXXX, and a byte
 * that is not valid UTF-8 becomes the four characters \xHH.
 */
void bal_json_text(FILE *out, const char *text);

/* "@key":"@text", escaped likewise; null where there is no text. */
void bal_json_string(FILE *out, const char *key, const char *text);
/*
 * The version of every JSON object that a command prints: one more than the
 * number of times that a key was removed or renamed.  Adding a key leaves it.
 */
#define BAL_JSON_VERSION 1
/* The beginning of such an object: {"version":N, and the comma. */
void bal_json_begin(FILE *out);
/* "@key":true or false. */
void bal_json_bool(FILE *out, const char *key, bool value);

#endif
