// SPDX-License-Identifier: GPL-2.0-or-later
/* meaning - rules of the kernel, and what comes of them, in words. */
#include <inttypes.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "explain/internal.h"
#include "kinds/rule.h"

/* As ip rule prints it, without its priority. */
static void
as_ip(const struct bal_rule *rule, char *buf, size_t size)
{
	char text[BAL_MEANING_LEN] = "";
	FILE *out = fmemopen(text, sizeof(text), "w");
	const char *rest;

	if (!out)
		return;
	bal_print_rule(out, rule);
	(void)fclose(out);
	text[sizeof(text) - 1] = '\0';
	rest = strchr(text + strlen("priority "), ' ');
	snprintf(buf, size, "%s", rest ? rest + 1 : "");
}

/* "group bank", the uplink, or as rt_tables has it. */
static void
table_word(const struct bal_explain_view *view, const struct bal_rule *rule,
	   char *buf, size_t size)
{
	const struct bal_group *group = bal_explain_group(view, rule);
	const char *name = bal_tables_name(view->tables, rule->table);

	if (group && group != view->groups.v)
		snprintf(buf, size, "%s %s",
			 bal_policy_group(&view->pass->in.conf.policy,
					  group->name) ?
				 "group" :
				 "uplink",
			 group->name);
	else if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "table %" PRIu32, rule->table);
}

/* "group bank", and the other things that a [rule] may lead to. */
static void
lead_word(const struct bal_explain_view *view, const struct bal_rule *rule,
	  char *buf, size_t size)
{
	if (rule->action == BAL_RULE_LOOKUP)
		table_word(view, rule, buf, size);
	else
		snprintf(buf, size, "%s",
			 rule->action == BAL_RULE_UNREACHABLE ? "unreachable" :
								"another way");
}

/* The group whose destinations stand at the @k-th place behind all [rule]s. */
static const struct bal_conf_group *
destinations_at(const struct bal_explain_view *view, size_t k)
{
	const struct bal_policy *policy = &view->pass->in.conf.policy;
	const size_t i = k - policy->n_rules + 1;

	return i < view->groups.n ?
		       bal_policy_group(policy, view->groups.v[i].name) :
		       NULL;
}

/* What nftables looks at, which no rule of the kernel says. */
static void
class_words(const struct bal_conf_rule *conf, char *buf, size_t size)
{
	size_t len = 0;

	buf[0] = '\0';
	if (conf->has_dscp)
		len += (size_t)snprintf(buf, size, " dscp %u", conf->dscp);
	if (conf->from_set[0])
		len += (size_t)snprintf(buf + len, size - len, " from set:%s",
					conf->from_set);
	if (conf->to_set[0])
		len += (size_t)snprintf(buf + len, size - len, " to set:%s",
					conf->to_set);
	if (conf->sticky_ms)
		(void)snprintf(buf + len, size - len, " sticky");
}

static bool
policy_meaning(const struct bal_explain_view *view,
	       const struct bal_rule *rule, uint32_t offset, char *buf)
{
	const struct bal_conf *all = &view->pass->in.conf;
	const struct bal_conf_rule *conf = bal_explain_conf_rule(view, rule);
	const struct bal_conf_group *group = NULL;
	char lead[BAL_TABLE_NAMELEN + 16], class[96] = "";
	struct bal_conf_place at;

	if (!conf && bal_explain_is_planned(view, rule))
		group = destinations_at(view, (offset - BAL_RULE_POLICY + 1) /
						      BAL_RULE_POLICY_STEP);
	lead_word(view, rule, lead, sizeof(lead));
	if (conf)
		at = bal_conf_place(all, conf->line);
	else if (group)
		at = bal_conf_place(all, group->destinations_line ?
						 group->destinations_line :
						 group->line);
	if (conf)
		class_words(conf, class, sizeof(class));
	if (conf)
		snprintf(buf, BAL_MEANING_LEN, "[rule %s] at %s:%u, %s%s%s",
			 conf->name, at.path, at.line, lead,
			 bal_explain_is_class(view, rule) ? ", by nft" : "",
			 bal_explain_is_class(view, rule) ? class : "");
	else if (group)
		snprintf(buf, BAL_MEANING_LEN,
			 "destinations of [group %s] at %s:%u, %s",
			 group->name, at.path, at.line, lead);
	return conf || group;
}

/* %d is the table's uplink, %f, %t and %o what is selected. */
static const struct role {
	uint32_t offset;
	const char *what;
} roles[] = {
	{ BAL_RULE_INNER_LONGER, "main, for longer prefixes inside %t" },
	{ BAL_RULE_INNER_PAST_MAIN, "%t is not for main to decide" },
	{ BAL_RULE_LONGER, "main, for longer prefixes inside %t" },
	{ BAL_RULE_PAST_MAIN, "%t is not for main to decide" },
	{ BAL_RULE_MAIN, "main, but for its default routes" },
	{ BAL_RULE_NOT_INBOUND, "of no connection that came in by an uplink" },
	{ BAL_RULE_INBOUND, "of a connection that came in by %d" },
	{ BAL_RULE_FORWARDED, "forwarded, no socket of this box" },
	{ BAL_RULE_FROM, "bound to %f, an address of %d" },
	{ BAL_RULE_SMOOTH, "of a smoothed tunnel whose line is gone: %d" },
	{ BAL_RULE_FROM_ONLY, "bound to %f: never by another uplink" },
	{ BAL_RULE_UNBOUND, "bound to no address" },
	{ BAL_RULE_UNMARKED, "without a mark" },
	{ BAL_RULE_SLOT, "of a connection that left by %d" },
	{ BAL_RULE_OIF, "bound to the device %o" },
	{ BAL_RULE_OWN_UNMARKED, "without a mark of its own" },
	{ BAL_RULE_OWN_MARK, "with a socket's own mark, of %d" },
	{ BAL_RULE_BALANCING, "the rest: balancing" },
	{ BAL_RULE_LAST_MAIN, "the end: main" },
	{ BAL_RULE_LAST_DEFAULT, "the last resort: default" },
};

static void
fill(const struct bal_explain_view *view, const struct bal_rule *r,
     const char *what, char *buf)
{
	FILE *out = fmemopen(buf, BAL_MEANING_LEN, "w");
	char word[BAL_TABLE_NAMELEN + 16];

	for (; out && *what; what++) {
		if (*what != '%') {
			fputc(*what, out);
			continue;
		}
		what++;
		if (*what == 't')
			bal_addr_str(&r->dst, word);
		else if (*what == 'f')
			bal_addr_host_str(&r->src, word);
		else if (*what == 'o')
			snprintf(word, sizeof(word), "%s", r->oif);
		else
			table_word(view, r, word, sizeof(word));
		fputs(word, out);
	}
	if (out)
		(void)fclose(out);
}

static const char *
role_of(const struct bal_explain_view *view, const struct bal_rule *rule)
{
	const uint32_t first = view->pass->in.conf.globals.rule_priority;
	const uint32_t offset = rule->priority - first;

	if (rule->action == BAL_RULE_GOTO && rule->target == first)
		return "here bal's rules begin";
	if (rule->action == BAL_RULE_NOP && rule->priority >= first)
		return "nothing";
	if (offset == BAL_RULE_UNDERLAY && rule->action == BAL_RULE_LOOKUP)
		return rule->sport.first ?
			       "of a smoothed WireGuard tunnel: %d" :
			       "to the server of a tunnel over any line: %d";
	if (offset >= BAL_RULE_SUBNET && offset < BAL_RULE_OWN_UNMARKED)
		return "%t, which uplinks share: %d";
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (roles[i].offset == offset)
			return roles[i].what;
	return NULL;
}

const char *
bal_explain_meaning(const struct bal_explain_view *view,
		    const struct bal_rule *rule, char *buf)
{
	const uint32_t first = view->pass->in.conf.globals.rule_priority;
	const bool ours = rule->protocol == BAL_PROTO;
	const char *what = ours ? role_of(view, rule) : NULL;
	size_t len;

	buf[0] = '\0';
	if (what) {
		fill(view, rule, what, buf);
		return buf;
	}
	if (ours && policy_meaning(view, rule, rule->priority - first, buf))
		return buf;
	snprintf(buf, BAL_MEANING_LEN, "%s",
		 ours ? "bal's, of another bal.conf: " :
		 rule->protocol == RTPROT_KERNEL ? "the kernel's own: " :
						   "not bal's: ");
	len = strlen(buf);
	as_ip(rule, buf + len, BAL_MEANING_LEN - len);
	return buf;
}

/* The mark that it lacks may be one that nftables would have set. */
static void
mark_word(const struct bal_explain_view *view, const struct bal_rule *rule,
	  char *buf)
{
	if (view->packet->mark)
		snprintf(buf, BAL_MEANING_LEN, "marked 0x%" PRIx32,
			 view->packet->mark);
	else
		snprintf(buf, BAL_MEANING_LEN, "without a mark%s",
			 bal_explain_is_class(view, rule) ? " of nft" : "");
}

static void
not_word(const struct bal_packet *p, const struct bal_rule *rule, char *buf)
{
	if (!rule->iif[0])
		snprintf(buf, BAL_MEANING_LEN, "it is all that this one excludes");
	else if (p->iif)
		snprintf(buf, BAL_MEANING_LEN, "came by %s", p->iif->name);
	else
		snprintf(buf, BAL_MEANING_LEN, "of this box");
}

static const char *
addr_word(const struct bal_addr *a, char *buf)
{
	return bal_addr_none(a) ? "bound to no address" :
				  bal_addr_str(a, buf);
}

/* What the packet is, where a rule asks for something else. */
static void
misfit_word(const struct bal_explain_view *view, const struct bal_step *step,
	    char *buf)
{
	const struct bal_packet *p = view->packet;
	char a[BAL_ADDR_STRLEN];

	if (step->misfit == BAL_MISFIT_IIF)
		snprintf(buf, BAL_MEANING_LEN, "%s%s",
			 p->iif ? "came by " : "of this box",
			 p->iif ? p->iif->name : "");
	else if (step->misfit == BAL_MISFIT_FROM)
		snprintf(buf, BAL_MEANING_LEN, "%s%s",
			 bal_addr_none(&p->src) ? "" : "from ",
			 addr_word(&p->src, a));
	else if (step->misfit == BAL_MISFIT_TO)
		snprintf(buf, BAL_MEANING_LEN, "to %s", bal_addr_str(&p->dst, a));
	else if (step->misfit == BAL_MISFIT_PROTO)
		snprintf(buf, BAL_MEANING_LEN, "%s",
			 p->proto ? bal_explain_proto(p->proto, a) :
				    "no proto is given");
	else if (step->misfit == BAL_MISFIT_SPORT)
		snprintf(buf, BAL_MEANING_LEN, "from port %u", p->sport);
	else if (step->misfit == BAL_MISFIT_DPORT)
		snprintf(buf, BAL_MEANING_LEN, "to port %u", p->dport);
	else if (step->misfit == BAL_MISFIT_UID)
		snprintf(buf, BAL_MEANING_LEN, "of user %" PRIu32, p->uid);
	else if (step->misfit == BAL_MISFIT_MARK)
		mark_word(view, step->rule, buf);
	else if (step->misfit == BAL_MISFIT_OIF)
		snprintf(buf, BAL_MEANING_LEN, "bound to %s",
			 p->oif ? p->oif->name : "no device");
	else if (step->misfit == BAL_MISFIT_NOT)
		not_word(p, step->rule, buf);
	else
		snprintf(buf, BAL_MEANING_LEN,
			 "it selects what is not known here");
}

const char *
bal_explain_reason(const struct bal_explain_view *view,
		   const struct bal_step *step, char *buf)
{
	switch (step->end) {
	case BAL_STEP_MISFIT:
		misfit_word(view, step, buf);
		break;
	case BAL_STEP_NO_ROUTE:
	case BAL_STEP_THROWN:
		snprintf(buf, BAL_MEANING_LEN, "no route there");
		break;
	case BAL_STEP_SUPPRESSED:
		snprintf(buf, BAL_MEANING_LEN, "nothing longer than /%d there",
			 step->rule->suppress_prefixlen);
		break;
	case BAL_STEP_GOTO:
		snprintf(buf, BAL_MEANING_LEN, "on at %" PRIu32,
			 step->rule->target);
		break;
	case BAL_STEP_UNRESOLVED:
		snprintf(buf, BAL_MEANING_LEN, "there is no rule %" PRIu32,
			 step->rule->target);
		break;
	default:
		buf[0] = '\0';
	}
	return buf;
}
