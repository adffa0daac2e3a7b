// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_policy - the sections [group NAME] and [rule NAME] of bal.conf. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "config/conf_internal.h"
#include "config/policy_key.h"
#include "config/policy_value.h"

static struct bal_conf_group *
last_group(struct bal_conf_reader *r)
{
	return &r->conf.policy.groups[r->conf.policy.n_groups - 1];
}

static struct bal_conf_rule *
last_rule(struct bal_conf_reader *r)
{
	return &r->conf.policy.rules[r->conf.policy.n_rules - 1];
}

/* Room for one more than @n of @size bytes in *@list: 8, 16, 32 ... */
static bool
make_room(struct bal_conf_reader *r, void **list, size_t n, size_t size)
{
	void *moved;

	if (n && (n < 8 || n & (n - 1)))
		return true;
	moved = reallocarray(*list, n < 8 ? 8 : n * 2, size);
	r->oom |= !moved;
	if (moved)
		*list = moved;
	return moved;
}

/* 0: @name can be that of a new section of @kind.  -1: reported. */
static int
check_name(struct bal_conf_reader *r, const char *kind, const char *name)
{
	const unsigned line = r->lines.number;
	struct bal_err err;

	if (bal_is_quoted(name))
		bal_lines_fault(&r->lines, line,
				"section \"[%s %s]\" has quotes, did you mean "
				"\"[%s %.*s]\"?",
				kind, name, kind, (int)strlen(name) - 2,
				name + 1);
	else if (!*name)
		bal_lines_fault(&r->lines, line,
				"section \"[%s]\" has no name", kind);
	else if (bal_policy_check_name(name, &err) < 0)
		bal_lines_fault(&r->lines, line, "section \"[%s %s]\": %s",
				kind, name, err.msg);
	else
		return 0;
	return -1;
}

static void
tell_twice(struct bal_conf_reader *r, const char *kind, const char *name,
	   unsigned first)
{
	const struct bal_conf_place at = bal_conf_place(&r->conf, first);

	bal_lines_fault(&r->lines, r->lines.number,
			"section \"[%s %s]\" is there twice, first in line %u%s%s",
			kind, name, at.line, r->conf.n_parts ? " of " : "",
			r->conf.n_parts ? at.path : "");
}

static void
tell_many(struct bal_conf_reader *r, const char *kind, const char *name,
	  int most)
{
	bal_lines_fault(&r->lines, r->lines.number,
			"section \"[%s %s]\" is one more than %d", kind, name,
			most);
}

enum bal_conf_section
bal_conf_begin_group(struct bal_conf_reader *r, const char *name)
{
	struct bal_policy *p = &r->conf.policy;
	const struct bal_conf_group *twin = bal_policy_group(p, name);
	void *list = p->groups;

	if (check_name(r, "group", name) < 0)
		return SECTION_BAD;
	if (bal_policy_is_reserved(name)) {
		bal_lines_fault(&r->lines, r->lines.number,
				"section \"[group %s]\": that word has a "
				"meaning of its own",
				name);
		return SECTION_BAD;
	}
	if (twin)
		tell_twice(r, "group", name, twin->line);
	else if (p->n_groups == BAL_GROUPS_MAX)
		tell_many(r, "group", name, BAL_GROUPS_MAX);
	if (twin || p->n_groups == BAL_GROUPS_MAX ||
	    !make_room(r, &list, p->n_groups, sizeof(*p->groups)))
		return SECTION_BAD;
	p->groups = list;
	p->groups[p->n_groups++] =
		(struct bal_conf_group){ .line = r->lines.number };
	(void)bal_copy(last_group(r)->name, BAL_IFNAMSIZ, name);
	return SECTION_GROUP;
}

enum bal_conf_section
bal_conf_begin_rule(struct bal_conf_reader *r, const char *name)
{
	struct bal_policy *p = &r->conf.policy;
	const struct bal_conf_rule *twin = NULL;
	void *list = p->rules;

	if (check_name(r, "rule", name) < 0)
		return SECTION_BAD;
	for (size_t i = 0; i < p->n_rules; i++)
		if (!strcmp(p->rules[i].name, name))
			twin = &p->rules[i];
	if (twin)
		tell_twice(r, "rule", name, twin->line);
	else if (p->n_rules == BAL_RULES_MAX)
		tell_many(r, "rule", name, BAL_RULES_MAX);
	if (twin || p->n_rules == BAL_RULES_MAX ||
	    !make_room(r, &list, p->n_rules, sizeof(*p->rules)))
		return SECTION_BAD;
	p->rules = list;
	p->rules[p->n_rules++] =
		(struct bal_conf_rule){ .line = r->lines.number };
	(void)bal_copy(last_rule(r)->name, BAL_IFNAMSIZ, name);
	r->faults_before = r->lines.faults;
	return SECTION_RULE;
}

static int
set_key(struct bal_conf_reader *r, const char *key, const char *text,
	struct bal_err *err)
{
	if (r->section == SECTION_GROUP)
		return bal_policy_group_set(last_group(r), r->lines.number, key,
					    text, err);
	return bal_policy_rule_set(last_rule(r), r->lines.number, key, text,
				   err);
}

void
bal_conf_take_policy(struct bal_conf_reader *r, const char *key,
		     const char *text)
{
	const bool group = r->section == SECTION_GROUP;
	const int i = group ? bal_policy_group_number(key) :
			      bal_policy_rule_number(key);
	struct bal_err err = { 0 };

	if (i >= 0 &&
	    !(group ? bal_policy_group_adds : bal_policy_rule_adds)((size_t)i) &&
	    bal_conf_is_repeated(r, &r->seen, (size_t)i, key))
		return;
	if (set_key(r, key, text, &err) < 0)
		bal_conf_tell_value(r, text, &err);
}

static bool
selects(const struct bal_conf_rule *rule)
{
	return rule->n_from || rule->n_to || rule->iif[0] || rule->proto ||
	       rule->n_sport || rule->n_dport || rule->has_uid ||
	       rule->has_mark || !bal_policy_is_plain(rule);
}

static void
check_selector(struct bal_conf_reader *r, const struct bal_conf_rule *rule)
{
	if (!selects(rule))
		bal_lines_fault(&r->lines, rule->line,
				"rule \"%s\" selects nothing: none of from, "
				"to, iif, proto, sport, dport, uid, mark, dscp",
				rule->name);
	else if (!bal_policy_is_of(rule, AF_INET) &&
		 !bal_policy_is_of(rule, AF_INET6))
		bal_lines_fault(&r->lines, rule->line,
				"rule \"%s\" selects nothing: what it selects "
				"by is of IPv4 here and of IPv6 there",
				rule->name);
	if ((rule->n_sport || rule->n_dport) &&
	    !bal_policy_has_ports(rule->proto))
		bal_lines_fault(&r->lines, rule->port_line,
				"rule \"%s\": its protocol has no ports",
				rule->name);
	if (rule->has_uid && rule->iif[0] && strcmp(rule->iif, "lo") != 0)
		bal_lines_fault(&r->lines, rule->uid_line,
				"rule \"%s\": what comes in by %s has no uid, "
				"only the box's own sockets have",
				rule->name, rule->iif);
	if (rule->nft_key &&
	    (rule->has_uid || strcmp(rule->iif, "lo") == 0))
		bal_lines_fault(&r->lines, rule->nft_line,
				"rule \"%s\": %s is for what is forwarded, not "
				"for the box's own sockets",
				rule->name, rule->nft_key);
	if (bal_policy_parts(rule) > BAL_RULE_PARTS_MAX)
		bal_lines_fault(&r->lines, rule->line,
				"rule \"%s\" would be %zu rules of the kernel, "
				"more than %d",
				rule->name, bal_policy_parts(rule),
				BAL_RULE_PARTS_MAX);
}

void
bal_conf_end_rule(struct bal_conf_reader *r)
{
	struct bal_conf_rule *rule = last_rule(r);

	/* What it lacks may be what was refused. */
	if (r->lines.faults == r->faults_before) {
		check_selector(r, rule);
		if (!rule->group[0])
			bal_lines_fault(&r->lines, rule->line,
					"rule \"%s\" has no group",
					rule->name);
	}
	rule->wrong = r->lines.faults != r->faults_before;
}
