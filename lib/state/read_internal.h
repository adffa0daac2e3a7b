/* read_internal - what the readers of sections and lines share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_READ_INTERNAL_H
#define BAL_STATE_READ_INTERNAL_H

#include "base/lines.h"
#include "state/field.h"

enum bal_section {
	SECTION_NONE, /* or one that is dropped with its keys */
	SECTION_BAL,
	SECTION_UPLINK, /* reader.uplink */
	SECTION_KEPT,
};

struct bal_reader {
	struct bal_state state;
	const char *next, *end;
	unsigned number; /* of the line, from 1 */
	enum bal_section section;
	size_t uplink; /* the last that had a section, in the state */
	bool doubtful; /* a header was damaged: is this still @section? */
	char name[BAL_LINE_MAX + 1]; /* of the section */
	size_t kept_before;	     /* in the section */
	struct bal_state_seen seen;
	bool has_bal, has_end, unsorted, balancing_shared, oom;
	unsigned faults;
	char first[200];
};

/* A damaged line: the first one is remembered with its reason. */
void bal_reader_fault(struct bal_reader *r, const char *fmt, ...)
	BAL_PRINTF(2, 3);

/*
 * A header is damaged or lost: the lines after it are of the section before
 * (the header was inside it) or of another one, which their keys show.
 */
void bal_reader_doubt(struct bal_reader *r);

/* Keep @line, of a later version, in the section unchanged. */
void bal_reader_keep(struct bal_reader *r, const char *line);

/* Begin the section of the header @line, of @len bytes; it is changed. */
void bal_reader_section(struct bal_reader *r, char *line, size_t len);

#endif
