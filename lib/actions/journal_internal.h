/* journal_internal - shared by the files of the journal. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_JOURNAL_INTERNAL_H
#define BAL_JOURNAL_INTERNAL_H

#include "actions/journal.h"

#define BAL_JOURNAL_LINE 320 /* bytes, newline and NUL included */
#define BAL_TIME_STRLEN 32

/* "2026-11-23T22:10:05Z", into @buf of BAL_TIME_STRLEN; returns @buf. */
const char *bal_journal_time_str(uint64_t at, char *buf);

/*
 * Format @e with a newline into @buf of BAL_JOURNAL_LINE: its length.
 * Characters that would break the line are replaced.
 */
size_t bal_journal_line(const struct bal_event *e, char *buf);

/* Parse such a line, without its newline; false: it is damaged. */
bool bal_journal_parse(const char *line, struct bal_event *out);

#endif
