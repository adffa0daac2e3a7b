/* conf_internal - what reads the sections and the keys of bal.conf. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_CONF_INTERNAL_H
#define BAL_CONF_INTERNAL_H

#include "base/lines.h"
#include "config/conf.h"

enum bal_conf_section {
	SECTION_NONE, /* before the first */
	SECTION_BAD,  /* has been reported; its keys are ignored */
	SECTION_BAL,
	SECTION_CHECK,
	SECTION_UPLINK,
	SECTION_MAX,
};

struct bal_conf_reader {
	struct bal_conf conf;
	struct bal_lines lines;
	size_t room; /* of @conf.uplinks */
	bool oom;
	enum bal_conf_section section;
	uint32_t seen;	       /* settings of this section, by number */
	uint32_t seen_globals; /* [bal] and [check] are there only once, */
	bool empty;	       /* no key yet, only headings */
	unsigned need_line;    /* of `need` in this section */
	unsigned begun[SECTION_MAX]; /* line of [bal] and [check] */
	unsigned uplink_line[BAL_UPLINKS_MAX];
};

/* Only in SECTION_UPLINK. */
static inline struct bal_conf_uplink *
bal_conf_last_uplink(struct bal_conf_reader *r)
{
	return &r->conf.uplinks[r->conf.n_uplinks - 1];
}

/*
 * Take @key with the value @text into the section of @arg, a reader; a mistake
 * is reported.  A handler of inih: @section is unused, and it returns 1.
 */
int bal_conf_take_key(void *arg, const char *section, const char *key,
		      const char *text);

/* The header of section @name ends the one before; NULL: it is damaged. */
void bal_conf_begin_section(void *arg, const char *name);
/* Check what can be checked only when all keys of a section are known. */
void bal_conf_end_section(struct bal_conf_reader *r);

/* `over` in a circle: no packet would ever leave. */
void bal_conf_check_circles(struct bal_conf_reader *r);

#endif
