/* journal_internal - what the files of the journal share among themselves. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_JOURNAL_INTERNAL_H
#define BAL_JOURNAL_INTERNAL_H

#include "actions/journal.h"

#define BAL_JOURNAL_LINE 320 /* the longest line, newline and NUL included */
#define BAL_TIME_STRLEN 32

/* "2026-11-23T22:10:05Z", into @buf of BAL_TIME_STRLEN; returns @buf. */
const char *bal_journal_time_str(uint64_t at, char *buf);

/*
 * The line of @e with its newline, into @buf of BAL_JOURNAL_LINE: its length.
 * What would break the line is replaced.
 */
size_t bal_journal_line(const struct bal_event *e, char *buf);

/* Reads what the above wrote, without the newline; false: no line of ours. */
bool bal_journal_parse(const char *line, struct bal_event *out);

#endif
