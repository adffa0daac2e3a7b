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
 * A place is a line from 1 on and, in the bits from this one on, which of several
 * files it is in.  A file of BAL_INI_MAX has fewer lines.
 */
#define BAL_PLACE_FILE_BIT 21
#define BAL_PLACE_FILES_MAX ((size_t)1 << (32 - BAL_PLACE_FILE_BIT))
#define BAL_PLACE_LINE(place) ((place) & ((1u << BAL_PLACE_FILE_BIT) - 1))
#define BAL_PLACE_FILE(place) ((place) >> BAL_PLACE_FILE_BIT)

/*
 * inih gets only the lines that hold a key and a value, without indentation: an
 * indented key is a key, never the continuation of the line above.  Comments,
 * sections (also empty ones, which inih does not report) and all that it would
 * cut or skip silently are dealt with here.
 */
struct bal_lines {
	const char *const *paths; /* of the files, for the messages */
	const char *next, *end;
	unsigned number; /* the place of the current line */
	bool pending;	 /* handed out, not yet bal_lines_taken() */
	unsigned faults;
	bool quiet; /* the first fault ends the text and is not reported */
	/* The first fault: its place; as it is reported, or "line N: what". */
	unsigned first_line;
	char first[sizeof(((struct bal_err *)0)->msg)];
	/*
	 * A section begins: the text between the brackets, or NULL where it is
	 * malformed and a fault has been reported.
	 */
	void (*section)(void *arg, const char *name);
	void *arg;
};

/*
 * Begin at the first line of the @len bytes of @text, of the first file of @paths,
 * which must live as long as @lines.
 */
void bal_lines_init(struct bal_lines *lines, const char *const *paths,
		    const char *text, size_t len);

/* Go on with @text, of file number @file; the faults stay. */
void bal_lines_go_on(struct bal_lines *lines, size_t file, const char *text,
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

/* Count a fault at place @number, keep the first, report it by bal_say(). */
void bal_lines_fault(struct bal_lines *lines, unsigned number, const char *fmt,
		     ...) BAL_PRINTF(3, 4);

#endif
