// SPDX-License-Identifier: GPL-2.0-or-later
/* field - reads one key and value of the state file. */
#include "state/field.h"

#include <string.h>

#include "state/field_internal.h"

#define SAVED "saved"
#define JUDGE "judge"
#define RTTS "rtts"
#define TRACE "trace"
#define JUDGE6 "judge6"
#define TUNNEL "tunnel"
#define FORMER "former"
#define GROUP "group"

/* Most keys differ in their first letter: no call for those. */
static bool
is_key(const char *key, const char *name)
{
	return *key == *name && strcmp(key, name) == 0;
}

/* Never a table of the kernel. */
static int
parse_table(const char *text, uint32_t *out, struct bal_err *err)
{
	uint32_t id;

	if (bal_parse_u32(text, 1, UINT32_MAX, &id, err) < 0)
		return -1;
	if (id >= BAL_TABLE_DEFAULT && id <= BAL_TABLE_LOCAL)
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is a table of the kernel's", text);
	*out = id;
	return 0;
}

static int
parse_admin(const char *text, bool *out, struct bal_err *err)
{
	if (strcmp(text, "up") && strcmp(text, "down"))
		return bal_err(err, BAL_ECONF,
			       "\"%.80s\" is neither up nor down", text);
	*out = *text == 'u';
	return 0;
}

static int
parse_text(const char *text, char *out, size_t size, struct bal_err *err)
{
	if (strlen(text) >= size)
		return bal_err(err, BAL_ECONF, "\"%.80s\" is too long", text);
	return bal_copy(out, size, text);
}

static int
parse_number(const struct bal_field *field, const char *text, void *member,
	     struct bal_err *err)
{
	uint64_t min = field->max == BAL_UPLINKS_MAX, n;

	if (bal_state_u64(text, field->max, &n, err) < 0)
		return -1;
	if (n < min)
		return bal_err(err, BAL_ECONF, "\"%.80s\" is too small", text);
	if (field->kind == KIND_U64)
		*(uint64_t *)member = n;
	else if (field->kind == KIND_INT)
		*(int *)member = (int)n;
	else
		*(uint32_t *)member = (uint32_t)n;
	return 0;
}

static int
parse_mode(const char *text, struct bal_state *state, struct bal_err *err)
{
	if (bal_mode_parse(text, &state->mode, err) < 0)
		return -1;
	state->has_mode = true;
	return 0;
}

static int
parse_field(const struct bal_field *field, const char *text, void *member,
	    struct bal_err *err)
{
	switch (field->kind) {
	case KIND_ADMIN:
		return parse_admin(text, member, err);
	case KIND_BOOL:
		return bal_parse_bool(text, member, err);
	case KIND_MODE:
		return parse_mode(text, member, err);
	case KIND_SYSCTL:
		return bal_state_i32(text, member, err);
	case KIND_HEALTH:
		if (bal_health_parse(text, member))
			return 0;
		return bal_err(err, BAL_ECONF, "\"%.80s\" is no health", text);
	case KIND_HOST:
	case KIND_PREFIX:
		if (field->kind == KIND_HOST && strchr(text, '/'))
			return bal_err(err, BAL_ECONF, "\"%.80s\" is no host",
				       text);
		return bal_addr_parse(text, member, err);
	case KIND_IFNAME:
		if (bal_check_ifname(text, err) < 0)
			return -1;
		return bal_copy(member, BAL_IFNAMSIZ, text);
	case KIND_REASON:
		return parse_text(
			text, member,
			sizeof(((struct bal_uplink_state *)0)->reason), err);
	case KIND_TABLE:
		return parse_table(text, member, err);
	case KIND_U32:
	case KIND_U64:
	case KIND_INT:
		return parse_number(field, text, member, err);
	}
	return -1;
}

/* As bal_state_set(), for the keys of a table, in the record @of. */
static int
set_field(const struct bal_field_table *table, void *of,
	  struct bal_state_seen *seen, const char *key, const char *text,
	  struct bal_err *err)
{
	const struct bal_field *field = NULL;
	size_t i = seen->next, tried = 0;

	for (; !field && tried < table->n; i++, tried++)
		if (is_key(key, table->v[i % table->n].name))
			field = &table->v[i % table->n];
	if (!field)
		return 1;
	i = (size_t)(field - table->v);
	if (seen->keys[i])
		return bal_state_twice(key, err);
	seen->keys[i] = seen->any = true;
	seen->next = i + 1;
	return parse_field(field, text, bal_field_member(field, of), err);
}

static int
set_options(struct bal_settings *options, const char *key, const char *text,
	 struct bal_err *err)
{
	const int i = bal_settings_number(key);

	if (i < 0)
		return 1;
	/* `targets` has a line for each, as eight of them do not fit one. */
	if (options->has & UINT64_C(1) << i &&
	    UINT64_C(1) << i != BAL_SET_TARGETS)
		return bal_state_twice(key, err);
	return bal_settings_set(options, UINT64_MAX, key, text, err);
}

int
bal_uplink_state_set(struct bal_uplink_state *u, struct bal_state_seen *seen,
		     const char *key, const char *text, struct bal_err *err)
{
	if (!strncmp(key, TOLD, strlen(TOLD)))
		return set_options(&u->options, key + strlen(TOLD), text, err);
	if (is_key(key, SAVED))
		return bal_saved_set(u, text, err);
	if (is_key(key, JUDGE))
		return bal_health_set(&u->record, text, err);
	if (is_key(key, RTTS))
		return bal_rtts_set(&u->rtts, text, err);
	if (is_key(key, TRACE))
		return bal_trace_set(&u->trace, text, err);
	if (is_key(key, JUDGE6))
		return bal_health_set(&u->record6, text, err);
	return set_field(&bal_fields_of_uplink, u, seen, key, text, err);
}

static int
set_lease(struct bal_state *state, const char *dev, const char *text,
	  struct bal_err *err)
{
	struct bal_addr gateway;

	if (bal_state_lease(state, dev))
		return bal_state_twice(dev, err);
	if (bal_addr_parse(text, &gateway, err) < 0)
		return -1;
	return bal_state_set_lease(state, dev, &gateway, err);
}

static int
set_names(struct bal_state *state, const char *dev, const char *text,
	  struct bal_err *err)
{
	struct bal_servers servers = { 0 };

	if (bal_state_servers(state, dev))
		return bal_state_twice(dev, err);
	if (bal_servers_parse(&servers, text, err) < 0)
		return -1;
	return bal_state_set_servers(state, dev, &servers, err);
}

static int
set_prefix6(struct bal_state *state, const char *dev, const char *text,
	    struct bal_err *err)
{
	const struct bal_addr old = bal_state_prefix6(state, dev);
	struct bal_addr prefix;

	if (!bal_addr_none(&old))
		return bal_state_twice(dev, err);
	if (bal_delegated_parse(text, &prefix, err) < 0)
		return -1;
	return bal_state_set_prefix6(state, dev, &prefix, err);
}

int
bal_state_set(struct bal_state *state, struct bal_state_seen *seen,
	      const char *key, const char *text, struct bal_err *err)
{
	if (is_key(key, TUNNEL))
		return bal_tunnel_set(state, text, err);
	if (is_key(key, FORMER))
		return bal_former_set(state, text, err);
	if (is_key(key, GROUP))
		return bal_group_state_set(state, text, err);
	if (!strncmp(key, LEASE, strlen(LEASE)))
		return set_lease(state, key + strlen(LEASE), text, err);
	if (!strncmp(key, NAMES, strlen(NAMES)))
		return set_names(state, key + strlen(NAMES), text, err);
	if (!strncmp(key, PREFIX6, strlen(PREFIX6)))
		return set_prefix6(state, key + strlen(PREFIX6), text, err);
	if (is_key(key, FORMAT))
		return bal_parse_u32(text, 1, UINT32_MAX, &state->format, err);
	return set_field(&bal_fields_of_all, state, seen, key, text, err);
}
