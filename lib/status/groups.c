// SPDX-License-Identifier: GPL-2.0-or-later
/* groups - the groups of bal.conf, as lines and as JSON. */
#include "status/groups.h"

#include <inttypes.h>
#include <string.h>
#include <sys/socket.h>

#include "base/show.h"

static void
add_name(bal_name_list *list, const char *name, struct bal_arena *arena)
{
	const char **slot = BAL_PUSH(arena, list);

	if (slot)
		*slot = name;
}

static const char *
fallback_word(const struct bal_conf_group *conf)
{
	switch (conf->fallback) {
	case BAL_FALLBACK_GROUP:
		return conf->fallback_group;
	case BAL_FALLBACK_MAIN:
		return "main";
	case BAL_FALLBACK_UNREACHABLE:
		return "unreachable";
	case BAL_FALLBACK_PROHIBIT:
		return "prohibit";
	case BAL_FALLBACK_BLACKHOLE:
		return "blackhole";
	case BAL_FALLBACK_NEXT:
		break;
	}
	return "next";
}

/* Those that the plan sends new connections of @family by. */
static void
find_used(bal_name_list *used, const struct bal_group *group, int family,
	  struct bal_arena *arena)
{
	const struct bal_uplink *best = bal_group_best_of(group, family);

	for (size_t i = 0; i < group->members.n; i++)
		if (bal_group_spreads_over(group, group->members.v[i], best,
					   family))
			add_name(used, group->members.v[i]->name, arena);
}

static void
find_all_used(struct bal_status_group *g, const struct bal_group *group,
	      struct bal_arena *arena)
{
	find_used(&g->in_use, group, AF_INET, arena);
	find_used(&g->in_use6, group, AF_INET6, arena);
	for (size_t i = 0; i < group->members.n; i++)
		g->six |= group->members.v[i]->six;
}

void
bal_status_groups(const struct bal_policy *policy, const bal_group_list *groups,
		  struct bal_arena *arena, bal_status_group_list *out)
{
	for (size_t i = 0; i < policy->n_groups; i++) {
		const struct bal_conf_group *conf = &policy->groups[i];
		const struct bal_group *group =
			bal_groups_find(groups, conf->name);
		struct bal_status_group *g = BAL_PUSH(arena, out);

		if (!g)
			return;
		*g = (struct bal_status_group){
			.name = conf->name,
			.mode = conf->best ? "best" : bal_mode_name(conf->mode),
			.table = group ? group->table : 0,
			.fallback = fallback_word(conf),
			.has_drain = conf->has_drain,
			.drain_ms = conf->drain_ms,
		};
		for (size_t k = 0; k < conf->n_uplinks; k++)
			add_name(&g->uplinks, conf->uplinks[k], arena);
		if (group)
			find_all_used(g, group, arena);
	}
}

static void
put_used(FILE *out, const bal_name_list *used)
{
	for (size_t k = 0; k < used->n; k++) {
		fputs(k ? ", " : "by ", out);
		bal_put_clean(out, used->v[k]);
	}
}

static bool
is_same(const bal_name_list *a, const bal_name_list *b)
{
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (strcmp(a->v[i], b->v[i]) != 0)
			return false;
	return a->n == b->n;
}

void
bal_status_groups_text(const bal_status_group_list *groups, FILE *out)
{
	for (size_t i = 0; i < groups->n; i++) {
		const struct bal_status_group *g = &groups->v[i];

		fprintf(out, "group %s, %s: ", g->name, g->mode);
		if (!g->in_use.n)
			fprintf(out, "no uplink of it can be used, fallback is %s",
				g->fallback);
		put_used(out, &g->in_use);
		if (g->six && !is_same(&g->in_use, &g->in_use6)) {
			fputs("; IPv6 ", out);
			put_used(out, &g->in_use6);
			fputs(g->in_use6.n ? "" : "by none", out);
		}
		fputc('\n', out);
	}
}

static void
put_names(FILE *out, const char *key, const bal_name_list *names)
{
	fprintf(out, ",\"%s\":[", key);
	for (size_t i = 0; i < names->n; i++) {
		if (i)
			fputc(',', out);
		bal_json_text(out, names->v[i]);
	}
	fputc(']', out);
}

static void
put_drain(FILE *out, const struct bal_status_group *g)
{
	if (!g->has_drain)
		return;
	if (g->drain_ms == BAL_DRAIN_NEVER)
		fputs(",\"failback_drain_ms\":null", out);
	else
		fprintf(out, ",\"failback_drain_ms\":%" PRIu32, g->drain_ms);
}

void
bal_status_groups_json(const bal_status_group_list *groups, FILE *out)
{
	fputs("\"groups\":[", out);
	for (size_t i = 0; i < groups->n; i++) {
		const struct bal_status_group *g = &groups->v[i];

		fputs(i ? ",{" : "{", out);
		bal_json_string(out, "name", g->name);
		fputc(',', out);
		bal_json_string(out, "mode", g->mode);
		fprintf(out, ",\"table\":%" PRIu32, g->table);
		put_names(out, "members", &g->uplinks);
		put_names(out, "in_use", &g->in_use);
		if (g->six)
			put_names(out, "in_use_ipv6", &g->in_use6);
		fputc(',', out);
		bal_json_string(out, "fallback", g->fallback);
		put_drain(out, g);
		fputc('}', out);
	}
	fputc(']', out);
}

/* What `ip rule` cannot say of it: only what was given. */
static void
put_rule(FILE *out, const struct bal_conf_rule *rule)
{
	fputc('{', out);
	bal_json_string(out, "name", rule->name);
	fputc(',', out);
	bal_json_string(out, "group", rule->group);
	if (rule->sticky_ms)
		fprintf(out, ",\"sticky_ms\":%" PRIu32, rule->sticky_ms);
	if (rule->has_dscp)
		fprintf(out, ",\"dscp\":%u", rule->dscp);
	if (rule->from_set[0]) {
		fputc(',', out);
		bal_json_string(out, "from_set", rule->from_set);
	}
	if (rule->to_set[0]) {
		fputc(',', out);
		bal_json_string(out, "to_set", rule->to_set);
	}
	fputc('}', out);
}

void
bal_status_rules_json(const struct bal_policy *policy, FILE *out)
{
	fputs("\"rules\":[", out);
	for (size_t i = 0; i < policy->n_rules; i++) {
		if (i)
			fputc(',', out);
		put_rule(out, &policy->rules[i]);
	}
	fputc(']', out);
}
