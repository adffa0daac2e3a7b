// SPDX-License-Identifier: GPL-2.0-or-later
/* field_print - writes keys and values of the state file. */
#include <inttypes.h>

#include "base/show.h"
#include "state/field_internal.h"

#define LATE BAL_STATE_LATE " "

/* Keys of bal_settings_key() that the first format has. */
#define N_TOLD 25
_Static_assert(BAL_SET_FAILBACK_DRAIN == UINT64_C(1) << (N_TOLD - 1),
	       "a new key of an uplink goes behind the old ones");

#define WEIGHT_FIRST 255 /* the largest of the first format */

/* The first format has `balance`, with yes and no. */
static void
print_one(const struct bal_settings *options, size_t i, const char *value,
	  FILE *out)
{
	const bool older = UINT64_C(1) << i == BAL_SET_SHARE && options->share;
	const bool late = i >= N_TOLD || (UINT64_C(1) << i == BAL_SET_SHARE && !older) ||
			  (UINT64_C(1) << i == BAL_SET_WEIGHT &&
			   (!options->weight || options->weight > WEIGHT_FIRST));

	fprintf(out, "%s" TOLD "%s = %s\n", late ? LATE : "",
		older ? "balance" : bal_settings_key(i), value);
}

static void
print_options(const struct bal_settings *options, FILE *out)
{
	char value[BAL_SETTING_STRLEN], target[BAL_TARGET_STRLEN];
	const char *rest;

	for (size_t i = 0; bal_settings_key(i); i++) {
		rest = bal_settings_get(options, i, value, sizeof(value));
		if (rest && UINT64_C(1) << i != BAL_SET_TARGETS) {
			print_one(options, i, rest, out);
			continue;
		}
		while (rest && bal_next_word(&rest, target, sizeof(target)) > 0)
			fprintf(out, TOLD "targets = %s\n", target);
	}
}

/* "KEY = ", as the format has it. */
static void
begin(const struct bal_field *field, FILE *out)
{
	fprintf(out, "%s%s = ", field->late ? LATE : "", field->name);
}

/* The format cannot hold the start of a comment or a control character. */
static void
print_reason(const struct bal_field *field, const char *reason, FILE *out)
{
	char clean[sizeof(((struct bal_uplink_state *)0)->reason)];

	if (!*reason)
		return;
	snprintf(clean, sizeof(clean), "%s", reason);
	bal_clean(clean);
	for (char *c = clean; *c; c++)
		if (*c == ';')
			*c = ',';
	begin(field, out);
	fprintf(out, "%s\n", clean);
}

static void
print_mode(const struct bal_state *state, FILE *out)
{
	if (state->has_mode)
		fprintf(out, "mode = %s\n", bal_mode_name(state->mode));
}

static void
print_sysctl(const struct bal_field *field, int32_t value, FILE *out)
{
	if (value == -1)
		return;
	begin(field, out);
	fprintf(out, "%" PRId32 "\n", value);
}

static void
print_addr(const struct bal_field *field, const struct bal_addr *a, FILE *out)
{
	char buf[BAL_ADDR_STRLEN];

	if (bal_addr_none(a))
		return;
	begin(field, out);
	fputs(bal_addr_host_str(a, buf), out);
	if (field->kind == KIND_PREFIX)
		fprintf(out, "/%u", a->len);
	fputc('\n', out);
}

static void
print_number(const struct bal_field *field, const void *member, FILE *out)
{
	uint64_t n;

	if (field->kind == KIND_U64)
		n = *(const uint64_t *)member;
	else if (field->kind == KIND_INT)
		n = *(const int *)member > 0 ? *(const unsigned *)member : 0;
	else
		n = *(const uint32_t *)member;
	if (!n)
		return;
	begin(field, out);
	fprintf(out, "%" PRIu64 "\n", n);
}

/* @field as a word; NULL: as in the zero state, not written. */
static const char *
word_of(const struct bal_field *field, const void *member)
{
	switch (field->kind) {
	case KIND_ADMIN:
		return *(const bool *)member ? "up" : "down";
	case KIND_BOOL:
		return *(const bool *)member ? "yes" : NULL;
	case KIND_HEALTH:
		return bal_health_name(*(const enum bal_health *)member);
	case KIND_IFNAME:
		return *(const char *)member ? member : NULL;
	default:
		return NULL;
	}
}

static void
print_word(const struct bal_field *field, const void *member, FILE *out)
{
	const char *word = word_of(field, member);

	if (!word)
		return;
	begin(field, out);
	fprintf(out, "%s\n", word);
}

static void
print_field(const struct bal_field *field, const void *member, FILE *out)
{
	switch (field->kind) {
	case KIND_ADMIN:
	case KIND_BOOL:
	case KIND_HEALTH:
	case KIND_IFNAME:
		print_word(field, member, out);
		break;
	case KIND_MODE:
		print_mode(member, out);
		break;
	case KIND_HOST:
	case KIND_PREFIX:
		print_addr(field, member, out);
		break;
	case KIND_REASON:
		print_reason(field, member, out);
		break;
	case KIND_SYSCTL:
		print_sysctl(field, *(const int32_t *)member, out);
		break;
	default:
		print_number(field, member, out);
	}
}

static void
print_fields(const struct bal_field_table *table, const void *of, FILE *out)
{
	for (size_t i = 0; i < table->n; i++)
		print_field(&table->v[i], bal_field_member(&table->v[i], of),
			    out);
}

void
bal_uplink_state_print(const struct bal_uplink_state *u, FILE *out)
{
	print_fields(&bal_fields_of_uplink, u, out);
	bal_health_print(&u->record, "judge", out);
	bal_health_print(&u->record6, LATE "judge6", out);
	bal_rtts_print(&u->rtts, out);
	bal_trace_print(&u->trace, out);
	print_options(&u->options, out);
	bal_saved_print(u, out);
}

static void
print_lease(const struct bal_lease *lease, FILE *out)
{
	char gateway[BAL_ADDR_STRLEN], servers[BAL_SERVERS_STRLEN];
	char prefix[BAL_ADDR_STRLEN];

	if (!bal_addr_none(&lease->gateway))
		fprintf(out, LATE LEASE "%s = %s\n", lease->dev,
			bal_addr_host_str(&lease->gateway, gateway));
	if (lease->servers.n)
		fprintf(out, LATE NAMES "%s = %s\n", lease->dev,
			bal_servers_str(&lease->servers, 0, servers));
	if (!bal_addr_none(&lease->prefix6))
		fprintf(out, LATE PREFIX6 "%s = %s\n", lease->dev,
			bal_addr_str(&lease->prefix6, prefix));
}

void
bal_state_print(const struct bal_state *state, FILE *out)
{
	fprintf(out, LATE FORMAT " = %d\n", BAL_STATE_FORMAT);
	print_fields(&bal_fields_of_all, state, out);
	for (size_t i = 0; i < state->n_tunnels; i++)
		bal_tunnel_print(&state->tunnels[i], out);
	for (size_t i = 0; i < state->n_leases; i++)
		print_lease(&state->leases[i], out);
	for (size_t i = 0; i < state->n_formers; i++) {
		fputs(LATE, out);
		bal_former_print(&state->formers[i], out);
	}
	for (size_t i = 0; i < state->n_groups; i++) {
		fputs(LATE, out);
		bal_group_state_print(&state->groups[i], out);
	}
}
