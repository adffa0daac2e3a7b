/* conf - parses the text of an OpenVPN configuration; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_CONF_H
#define BAL_OVPN_CONF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

/*
 * As OpenVPN 2.6 does (parse_line() and read_config_file() of its options.c,
 * and tried with 2.6.14): words are separated by white space; "" and '' hold
 * words together, a backslash takes the meaning from the next quote, blank or
 * backslash, but not inside ''; ; and # begin a comment where a word could
 * begin; a line of 256 bytes or more is refused.  <NAME> begins a text of
 * another kind, up to </NAME>, of which only <connection> has options.
 */
#define BAL_OVPN_LINE_MAX 256
#define BAL_OVPN_WORDS_MAX 16

/* One option with its words; "--local" is "local". */
struct bal_ovpn_option {
	const char *words[BAL_OVPN_WORDS_MAX];
	int n;
	unsigned line;	    /* from 1 */
	bool in_connection; /* inside <connection> */
	char text[BAL_OVPN_LINE_MAX + BAL_OVPN_WORDS_MAX];
};

/* Zero state but for @next and @end: nothing read yet. */
struct bal_ovpn_reader {
	const char *next, *end;
	unsigned line;
	char inside[64]; /* NAME of what ends with </NAME>, or "" */
};

/* Start on the @len bytes of @text, after a byte order mark; borrows @text. */
void bal_ovpn_begin(struct bal_ovpn_reader *r, const char *text, size_t len);

/*
 * The next option: 1; 0: there is none.  -1, BAL_ECONF with the line number:
 * OpenVPN would refuse that line; the caller may continue after it.
 */
int bal_ovpn_next(struct bal_ovpn_reader *r, struct bal_ovpn_option *out,
		  struct bal_err *err);

#endif
