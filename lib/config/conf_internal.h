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
	SECTION_GROUP,
	SECTION_RULE,
	SECTION_MAX,
};

struct bal_conf_reader {
	struct bal_conf conf;
	struct bal_lines lines;
	size_t room; /* of @conf.uplinks */
	size_t uplink; /* of this section, among them */
	bool oom;
	enum bal_conf_section section;
	uint64_t seen;	       /* settings of this section, by number */
	uint64_t seen_globals; /* of [bal] and [check] of this file */
	bool empty;	       /* no key yet, only headings */
	unsigned need_line;    /* of `need` in this section */
	unsigned begun[SECTION_MAX]; /* [bal] and [check] of this file */
	unsigned file; /* how many were begun: some have one place */
	unsigned uplink_line[BAL_UPLINKS_MAX];
	unsigned uplink_file[BAL_UPLINKS_MAX]; /* that named it last */
	unsigned faults_before; /* of this [group] or [rule] */
};

/* Only in SECTION_UPLINK. */
static inline struct bal_conf_uplink *
bal_conf_this_uplink(struct bal_conf_reader *r)
{
	return &r->conf.uplinks[r->uplink];
}

/*
 * Take @key with the value @text into the section of @arg, a reader; a mistake
 * is reported.  A handler of inih: @section is unused, and it returns 1.
 */
int bal_conf_take_key(void *arg, const char *section, const char *key,
		      const char *text);

/* The first line of a file is next: no section, and each may come once. */
void bal_conf_begin_file(struct bal_conf_reader *r);
/* The header of section @name ends the one before; NULL: it is damaged. */
void bal_conf_begin_section(void *arg, const char *name);
/* Check what can be checked only when all keys of a section are known. */
void bal_conf_end_section(struct bal_conf_reader *r);

/* Section [group NAME] or [rule NAME] begins; SECTION_BAD: it is wrong. */
enum bal_conf_section bal_conf_begin_group(struct bal_conf_reader *r,
					   const char *name);
enum bal_conf_section bal_conf_begin_rule(struct bal_conf_reader *r,
					  const char *name);

/* A key of theirs: a mistake is reported. */
void bal_conf_take_policy(struct bal_conf_reader *r, const char *key,
			  const char *text);

/* The last [rule] is complete: what can be said of it alone. */
void bal_conf_end_rule(struct bal_conf_reader *r);

/*
 * All of the file is read: what groups and rules say of each other.  Rules with
 * a fault are dropped, as they would take what is not meant.
 */
void bal_conf_check_policy(struct bal_conf_reader *r);

/*
 * All of the file is read: what `ipv6 = balance` cannot be together with, and
 * what it alone makes use of.
 */
void bal_conf_check_ipv6(struct bal_conf_reader *r);

/* The value @text was refused for @err. */
void bal_conf_tell_value(struct bal_conf_reader *r, const char *text,
			 const struct bal_err *err);

/* Was key number @i, of the bits @seen, given before?  That is reported. */
bool bal_conf_is_repeated(struct bal_conf_reader *r, uint64_t *seen, size_t i,
			  const char *key);

/* `over` in a circle: no packet would ever leave. */
void bal_conf_check_circles(struct bal_conf_reader *r);

#endif
