// SPDX-License-Identifier: GPL-2.0-or-later
/* stanzas - faulty options for uplinks in stanzas of interfaces(5). */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/show.h"
#include "doctor/stanza.h"
#include "hook/hook.h"
#include "base/suggest.h"

/* --- options -------------------------------------------------------------- */

bool
bal_stanza_key(const char *name, char *key)
{
	size_t i;

	if (strncasecmp(name, "bal-", 4) != 0 &&
	    strncasecmp(name, "bal_", 4) != 0)
		return false;
	/* A longer name would be cut, and is not known. */
	for (i = 0; name[4 + i] && i < BAL_STANZA_KEY_MAX - 1; i++)
		key[i] = name[4 + i] == '-' ?
				 '_' :
				 (char)tolower((unsigned char)name[4 + i]);
	key[i] = '\0';
	return true;
}

bool
bal_stanza_known(const char *key)
{
	const char *known;

	for (size_t i = 0; (known = bal_hook_option(i)); i++)
		if (strcmp(key, known) == 0)
			return true;
	return false;
}

/*
 * The option that @name may be meant for, as in the manual, into @near of
 * BAL_STANZA_KEY_MAX + 4; false: there is none.  Its first @skip letters are
 * correct.
 */
static bool
find_near(const char *name, size_t skip, char *near)
{
	char like[BAL_STANZA_KEY_MAX + 4];
	const char *known;

	*near = '\0';
	for (size_t i = 0; (known = bal_hook_option(i)); i++) {
		snprintf(like, sizeof(like), "bal-%s", known);
		for (char *c = like; *c; c++)
			if (*c == '_')
				*c = '-';
		if (bal_suggest_nearer(name + skip, *near ? near + skip : NULL,
			       like + skip) == like + skip)
			(void)bal_copy(near, sizeof(like), like);
	}
	return *near;
}

/* --- the devices of a stanza ---------------------------------------------- */

const struct bal_configured *
bal_stanza_use(const struct bal_facts *f, const struct bal_stanza *s)
{
	for (size_t i = 0; i < f->configured.n; i++)
		if (strcmp(f->configured.v[i].stanza, s->name) == 0)
			return &f->configured.v[i];
	return NULL;
}

const char *
bal_stanza_device(const struct bal_facts *f, const struct bal_stanza *s)
{
	const struct bal_configured *use = bal_stanza_use(f, s);

	/* A device that pppd dialled by it has a name of its own. */
	for (size_t i = 0; i < f->state->n_uplinks; i++)
		if (strcmp(f->state->uplinks[i].stanza, s->name) == 0)
			return f->state->uplinks[i].name;
	return use ? use->dev : s->name;
}

bool
bal_stanza_is_uplink(const struct bal_facts *f, const struct bal_stanza *s)
{
	return bal_state_find(f->state, bal_stanza_device(f, s));
}

/* --- rules ---------------------------------------------------------------- */

void
bal_stanza_fix_by_editor(struct bal_diagnosis *d, const char *path,
			  unsigned line)
{
	bal_doctor_fix(d, "editor +%u %s", line, bal_doctor_word(d, path));
}

/* dhclient adds no second default route: main has that of one device alone. */
bool
bal_stanza_fix_by_lease(const struct bal_facts *f, struct bal_diagnosis *d,
			const struct bal_stanza *s,
			const struct bal_settings *set)
{
	const char *dev = bal_stanza_device(f, s);
	const struct bal_link *link = bal_snapshot_link(f->snap, dev);

	if (strcmp(s->method, "dhcp") != 0 || !bal_addr_none(&set->gateway) ||
	    !link || link->no_arp || bal_doctor_has_default(f, dev))
		return false;
	bal_doctor_why(d, "The gateway of its lease is not known: bal was not "
			  "called then, and table main has no default route by "
			  "it. ifup leases anew, and calls bal.");
	if (strcmp(dev, s->name) == 0)
		bal_doctor_fix(d, "ifdown %s; ifup %s", bal_doctor_word(d, dev),
			       bal_doctor_word(d, dev));
	else
		bal_doctor_fix(d, "ifdown %s; ifup %s=%s",
			       bal_doctor_word(d, dev), bal_doctor_word(d, dev),
			       bal_doctor_word(d, s->name));
	return true;
}

/* A line that many stanzas inherit is looked up once. */
struct looked_up {
	const char *name; /* NULL: none yet */
	char near[BAL_STANZA_KEY_MAX + 4];
	bool ours, known;
};

static void
look_up(struct looked_up *l, const char *name)
{
	char key[BAL_STANZA_KEY_MAX];

	if (l->name && strcmp(l->name, name) == 0)
		return;
	l->name = name;
	l->ours = bal_stanza_key(name, key);
	l->known = l->ours && bal_stanza_known(key);
	if (!l->known)
		(void)find_near(name, l->ours ? strlen("bal-") : 0, l->near);
}

static void
unknown_option(const struct bal_facts *f, struct bal_diagnosis *d,
	       const struct bal_stanza *s, const struct bal_stanza_option *o,
	       struct looked_up *l)
{
	const char *near = l->near;
	bool hint;

	look_up(l, o->name);
	hint = !l->known && *near;
	if (l->known || (!l->ours && !hint))
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "stanza-option",
			bal_stanza_device(f, s),
			"ifupdown takes any option, and bal passes over what "
			"it does not know: what is meant does not hold. "
			"bal.conf(5) lists the keys. When the file is "
			"fixed, bal-doctor names the command that makes it "
			"hold.");
	bal_doctor_what(d, "its stanza has an unknown option %s%s%s%s", o->name,
			hint ? ", did you mean " : "", near, hint ? "?" : "");
	/* A slash would end the pattern of sed(1). */
	if (hint && bal_is_plain(o->name) && !strchr(o->name, '/'))
		bal_doctor_fix(d, "sed -i '%us/%s/%s/' %s", o->line, o->name,
				near, bal_doctor_word(d, o->path));
	else
		bal_stanza_fix_by_editor(d, o->path, o->line);
}

static void
unknown_options(const struct bal_facts *f, struct bal_diagnosis *d)
{
	struct looked_up last = { 0 };

	for (size_t i = 0; i < f->stanzas.n; i++)
		for (size_t k = 0; k < f->stanzas.v[i].options.n; k++)
			unknown_option(f, d, &f->stanzas.v[i],
				       &f->stanzas.v[i].options.v[k], &last);
}

void
bal_stanza_refuse(const struct bal_facts *f, struct bal_diagnosis *d,
		  const struct bal_stanza *s, const char *path, unsigned line)
{
	bal_doctor_find(
		d, BAL_SEVERITY_RISK, "stanza-value", bal_stanza_device(f, s),
		bal_stanza_is_uplink(f, s) ?
			"It is an uplink as long as it is up: at the next ifup "
			"the hook refuses the whole stanza, and it is none." :
			"The hook refuses the whole stanza for it: the "
			"interface comes up, and is no uplink. When it is "
			"fixed, bal-doctor says how it becomes one.");
	bal_stanza_fix_by_editor(d, path, line);
}

bool
bal_stanza_said_before(const struct bal_stanza *s, size_t k, const char *key)
{
	char other[BAL_STANZA_KEY_MAX];

	while (k--)
		if (bal_stanza_key(s->options.v[k].name, other) &&
		    strcmp(other, key) == 0)
			return true;
	return false;
}

int
bal_stanza_take(const struct bal_facts *f, const struct bal_stanza *s, size_t k,
		struct bal_settings *set, struct bal_err *why)
{
	const struct bal_stanza_option *o = &s->options.v[k];
	char key[BAL_STANZA_KEY_MAX];

	if (!bal_stanza_key(o->name, key) || !bal_stanza_known(key) ||
	    strcmp(key, "strict") == 0)
		return 0;
	/* ifupdown joins both values, which only a list allows. */
	if (strcmp(key, "targets") != 0 && bal_stanza_said_before(s, k, key))
		return bal_err(why, BAL_ECONF, "it is there twice");
	if (strcmp(key, "over") == 0 &&
	    strcmp(o->value, bal_stanza_device(f, s)) == 0)
		return bal_err(why, BAL_ECONF, "%s cannot be over itself",
			       o->value);
	return bal_settings_set(set, UINT64_MAX, key, o->value, why);
}

/* Only its value is ignored. */
static void
strict_value(const struct bal_facts *f, struct bal_diagnosis *d,
	     const struct bal_stanza *s, const struct bal_stanza_option *o)
{
	char key[BAL_STANZA_KEY_MAX];
	struct bal_err why;
	bool strict;

	if (!bal_stanza_key(o->name, key) || strcmp(key, "strict") != 0 ||
	    bal_parse_bool(o->value, &strict, &why) == 0)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "stanza-value",
			bal_stanza_device(f, s), "As it is, it means no.");
	bal_doctor_what(d, "option %s of its stanza: %s%s", o->name, why.msg,
			bal_hook_hint(o->value));
	bal_stanza_fix_by_editor(d, o->path, o->line);
}

static void
refused_values(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];
		struct bal_settings set = { 0 };
		struct bal_err why = { 0 };
		bool good = true;

		for (size_t k = 0; k < s->options.n; k++) {
			const struct bal_stanza_option *o = &s->options.v[k];

			strict_value(f, d, s, o);
			if (bal_stanza_take(f, s, k, &set, &why) == 0)
				continue;
			good = false;
			bal_stanza_refuse(f, d, s, o->path, o->line);
			bal_doctor_what(d,
					"option %s of its stanza is refused: "
					"%s%s",
					o->name, why.msg,
					bal_hook_hint(o->value));
		}
		if (!good || bal_settings_agree(&set, &why) == 0)
			continue;
		bal_stanza_refuse(f, d, s, s->path, s->line);
		bal_doctor_what(d, "options of its stanza: %s", why.msg);
	}
}

/* "PATH:LINE: ...": the editor, else ifupdown's own message. */
static void
fix_fault(struct bal_diagnosis *d, const char *fault)
{
	const char *colon = fault;
	char path[1024];

	while ((colon = strchr(colon, ':')) &&
	       !isdigit((unsigned char)colon[1]))
		colon++;
	if (!colon || colon == fault || *fault != '/' ||
	    (size_t)(colon - fault) >= sizeof(path)) {
		bal_doctor_fix(d, "ifquery --list");
		return;
	}
	snprintf(path, sizeof(path), "%.*s", (int)(colon - fault), fault);
	bal_doctor_fix(d, "editor +%lu %s", strtoul(colon + 1, NULL, 10),
			bal_doctor_word(d, path));
}

static void
unreadable(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->ifup_fault)
		return;
	bal_doctor_find(d, BAL_SEVERITY_BROKEN, "interfaces", "",
			"A mistake that ifupdown does not understand keeps it "
			"from reading all the rest: ifup and ifdown fail for "
			"each interface, and at the next boot none comes up.");
	bal_doctor_what(d, "ifup can bring nothing up: %s", f->ifup_fault);
	fix_fault(d, f->ifup_fault);
}

const struct bal_doctor_rule bal_doctor_rules_stanzas[] = {
	{ unreadable, false },
	{ unknown_options, false },
	{ refused_values, false },
	{ NULL, false },
};
