/* lines - an INI text line by line for inih, every fault with its number. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_LINES_H
#define BAL_LINES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

#define BAL_LINE_MAX 199 /* inih's buffer is 200 bytes: longer ones are cut */
#define BAL_INI_MAX ((size_t)1 << 20) /* bytes of a file that we read */

/*
 * inih gets only the lines that hold a key and a value, without indentation: an
 * indented key is a key, never the continuation of the line above.  Comments,
 * sections (also empty ones, which inih does not report) and all that it would
 * cut or skip silently are dealt with here.
 */
struct bal_lines {
	const char *path; /* for the messages */
	const char *next, *end;
	unsigned number; /* of the current line, from 1 */
	bool pending;	 /* handed out, not yet bal_lines_taken() */
	unsigned faults;
	bool quiet; /* the first fault ends the text and is not reported */
	/* The first fault: as it is reported, or quiet "line N: what". */
	unsigned first_line;
	char first[sizeof(((struct bal_err *)0)->msg)];
	/*
	 * A section begins: the text between the brackets, or NULL where it is
	 * malformed and a fault has been reported.
	 */
	void (*section)(void *arg, const char *name);
	void *arg;
};

/* Begin at the first line of the @len bytes of @text. */
void bal_lines_init(struct bal_lines *lines, const char *path, const char *text,
		    size_t len);

/* inih's ini_reader; @lines is a struct bal_lines. */
char *bal_lines_read(char *buf, int size, void *lines);

/* To be called by inih's handler first: this line was a key and a value. */
void bal_lines_taken(struct bal_lines *lines);

/*
 * A hint to append to a fault: inih knows no comment that begins with a # at
 * the end of a line.  "" where @text has none.
 */
const char *bal_lines_hint(const char *text);

/* Count a fault of line @number, keep the first, and report it by bal_say(). */
void bal_lines_fault(struct bal_lines *lines, unsigned number, const char *fmt,
		     ...) BAL_PRINTF(3, 4);

#endif
