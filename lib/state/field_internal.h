/* field_internal - what reads and writes the keys of the state file. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STATE_FIELD_INTERNAL_H
#define BAL_STATE_FIELD_INTERNAL_H

#include <stddef.h>

#include "state/field.h"
#include "state/line.h"

#define TOLD "told."
#define LEASE "lease."
#define NAMES "names."
#define PREFIX6 "prefix6."
#define FORMAT "format"

enum bal_field_kind {
	KIND_ADMIN,
	KIND_BOOL,
	KIND_MODE, /* member is the state */
	KIND_HEALTH,
	KIND_HOST,   /* an address without its prefix length */
	KIND_PREFIX, /* an address with it, which may be that of a host */
	KIND_IFNAME,
	KIND_REASON,
	KIND_TABLE,
	KIND_U32,
	KIND_U64,
	KIND_INT,    /* not negative */
	KIND_SYSCTL, /* -1: none */
};

struct bal_field {
	const char *name;
	enum bal_field_kind kind;
	size_t offset;
	uint64_t max;
	bool late; /* not of the first format */
};

struct bal_field_table {
	const struct bal_field *v; /* in the order in which they are written */
	size_t n;
};

/* The keys of [uplink DEV], in a struct bal_uplink_state; and of [bal]. */
extern const struct bal_field_table bal_fields_of_uplink, bal_fields_of_all;

/* The member of the record @of that @field sets. */
static inline void *
bal_field_member(const struct bal_field *field, const void *of)
{
	size_t at = field->kind == KIND_MODE ? 0 : field->offset;

	return (char *)(uintptr_t)of + at;
}

#endif
