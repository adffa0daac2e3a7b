// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor_stanzas - what stanzas of interfaces(5) say of uplinks, and do not. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "doctor_parts.h"
#include "hook.h"
#include "near.h"

#define KEY_MAX 40

/* What bal-up has options for. */
#define SET_BY_OPTION                                                        \
	(BAL_SET_GATEWAY | BAL_SET_BALANCE | BAL_SET_OVER | BAL_SET_WEIGHT | \
	 BAL_SET_PRIORITY)

/* --- options ---------------------------------------------------------------- */

/*
 * "timeout_min" of BAL-timeout-min, as a hook has it from ifupdown; false for
 * what is not for bal.
 */
static bool
read_key(const char *name, char *key)
{
	size_t i;

	if (strncasecmp(name, "bal-", 4) != 0 &&
	    strncasecmp(name, "bal_", 4) != 0)
		return false;
	/* What is cut is longer than any that is known. */
	for (i = 0; name[4 + i] && i < KEY_MAX - 1; i++)
		key[i] = name[4 + i] == '-' ?
				 '_' :
				 (char)tolower((unsigned char)name[4 + i]);
	key[i] = '\0';
	return true;
}

static bool
is_known(const char *key)
{
	const char *known;

	for (size_t i = 0; (known = bal_hook_option(i)); i++)
		if (strcmp(key, known) == 0)
			return true;
	return false;
}

/*
 * The option that @name may be meant for, as the manual writes it, into @near
 * of KEY_MAX + 4; false: there is none.  Its first @skip letters are right.
 */
static bool
find_near(const char *name, size_t skip, char *near)
{
	char like[KEY_MAX + 4];
	const char *known;

	*near = '\0';
	for (size_t i = 0; (known = bal_hook_option(i)); i++) {
		snprintf(like, sizeof(like), "bal-%s", known);
		for (char *c = like; *c; c++)
			if (*c == '_')
				*c = '-';
		if (bal_nearer(name + skip, *near ? near + skip : NULL,
			       like + skip) == like + skip)
			(void)bal_copy(near, sizeof(like), like);
	}
	return *near;
}

/* --- the devices of a stanza ------------------------------------------------- */

/* How ifupdown has brought a device up by @s; NULL: it has not. */
static const struct bal_configured *
use_of(const struct bal_facts *f, const struct bal_stanza *s)
{
	for (size_t i = 0; i < f->configured.n; i++)
		if (strcmp(f->configured.v[i].stanza, s->name) == 0)
			return &f->configured.v[i];
	return NULL;
}

/* The one that uses @s, else the one of its name. */
static const char *
device_of(const struct bal_facts *f, const struct bal_stanza *s)
{
	const struct bal_configured *use = use_of(f, s);

	return use ? use->dev : s->name;
}

static bool
is_uplink(const struct bal_facts *f, const struct bal_stanza *s)
{
	return bal_state_find(f->state, device_of(f, s));
}

/* --- rules ------------------------------------------------------------------ */

static void
edit(struct bal_diagnosis *d, const struct bal_stanza *s, unsigned line)
{
	bal_doctor_mend(d, "editor +%u %s", line, bal_doctor_word(d, s->path));
}

static void
unknown_option(const struct bal_facts *f, struct bal_diagnosis *d,
	       const struct bal_stanza *s, const struct bal_stanza_option *o)
{
	char key[KEY_MAX], near[KEY_MAX + 4];
	const bool ours = read_key(o->name, key);
	bool hint;

	if (ours && is_known(key))
		return;
	hint = find_near(o->name, ours ? strlen("bal-") : 0, near);
	if (!ours && !hint)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "stanza-option", device_of(f, s),
			"ifupdown takes any option, and bal passes over what "
			"it does not know: what is meant does not hold. "
			"bal.conf(5) lists the keys. What is changed in the "
			"file holds after the next ifup.");
	bal_doctor_what(d, "its stanza has an unknown option %s%s%s%s", o->name,
			hint ? ", did you mean " : "", near, hint ? "?" : "");
	/* A slash would end what sed(1) looks for. */
	if (hint && bal_doctor_is_plain(o->name) && !strchr(o->name, '/'))
		bal_doctor_mend(d, "sed -i '%us/%s/%s/' %s", o->line, o->name,
				near, bal_doctor_word(d, s->path));
	else
		edit(d, s, o->line);
}

static void
unknown_options(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; i < f->stanzas.n; i++)
		for (size_t k = 0; k < f->stanzas.v[i].options.n; k++)
			unknown_option(f, d, &f->stanzas.v[i],
				       &f->stanzas.v[i].options.v[k]);
}

/* A finding about line @line of @s, of which a hook refuses something. */
static void
refuse(const struct bal_facts *f, struct bal_diagnosis *d,
       const struct bal_stanza *s, unsigned line)
{
	bal_doctor_find(
		d, BAL_SEVERITY_RISK, "stanza-value", device_of(f, s),
		is_uplink(f, s) ?
			"It is an uplink as long as it is up: at the next ifup "
			"the hook refuses the whole stanza, and it is none." :
			"The hook refuses the whole stanza for it: the "
			"interface comes up, and is no uplink. When it is "
			"mended, bal-doctor says how it becomes one.");
	edit(d, s, line);
}

/* Does one before number @k of @s say @key? */
static bool
is_said_before(const struct bal_stanza *s, size_t k, const char *key)
{
	char other[KEY_MAX];

	while (k--)
		if (read_key(s->options.v[k].name, other) &&
		    strcmp(other, key) == 0)
			return true;
	return false;
}

/* -1 with the reason: the value of number @k is refused. */
static int
take_value(const struct bal_stanza *s, size_t k, struct bal_settings *set,
	   struct bal_err *why)
{
	const struct bal_stanza_option *o = &s->options.v[k];
	char key[KEY_MAX];

	if (!read_key(o->name, key) || !is_known(key) ||
	    strcmp(key, "strict") == 0)
		return 0;
	/* ifupdown makes one value of both, which only a list can be. */
	if (strcmp(key, "targets") != 0 && is_said_before(s, k, key))
		return bal_err(why, BAL_ECONF, "it is there twice");
	return bal_settings_set(set, ~0u, key, o->value, why);
}

/* Its own value is passed over alone. */
static void
strict_value(const struct bal_facts *f, struct bal_diagnosis *d,
	     const struct bal_stanza *s, const struct bal_stanza_option *o)
{
	char key[KEY_MAX];
	struct bal_err why;
	bool strict;

	if (!read_key(o->name, key) || strcmp(key, "strict") != 0 ||
	    bal_parse_bool(o->value, &strict, &why) == 0)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "stanza-value", device_of(f, s),
			"As it is, it means no.");
	bal_doctor_what(d, "option %s of its stanza: %s%s", o->name, why.msg,
			bal_hook_hint(o->value));
	edit(d, s, o->line);
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
			if (take_value(s, k, &set, &why) == 0)
				continue;
			good = false;
			refuse(f, d, s, o->line);
			bal_doctor_what(d,
					"option %s of its stanza is refused: "
					"%s%s",
					o->name, why.msg,
					bal_hook_hint(o->value));
		}
		if (!good || bal_settings_agree(&set, &why) == 0)
			continue;
		refuse(f, d, s, s->line);
		bal_doctor_what(d, "options of its stanza: %s", why.msg);
	}
}

/* --- the command that makes an uplink of it ---------------------------------- */

/* As ifupdown tells the hook. */
static void
put_variable(FILE *out, const char *key, const char *value)
{
	fputs(" IF_", out);
	for (; *key; key++)
		fputc(toupper((unsigned char)*key), out);
	fputc('=', out);
	bal_doctor_put_word(out, value);
}

static void
put_option(FILE *out, const char *key, const char *value,
	   const struct bal_settings *set)
{
	if (strcmp(key, "balance") == 0) {
		fputs(set->balance ? "" : " --no-balance", out);
		return;
	}
	fprintf(out, " --%s ", key);
	bal_doctor_put_word(out, value);
}

/* All targets that were said, by however many lines. */
static const char *
all_targets(const struct bal_settings *set, char *buf)
{
	const size_t i = (size_t)__builtin_ctz(BAL_SET_TARGETS);

	return bal_settings_get(set, i, buf, BAL_SETTING_STRLEN);
}

/* Number @k of @s in the words of ifupdown, or of bal-up. */
static void
put_one(FILE *out, const struct bal_stanza *s, size_t k,
	const struct bal_settings *set, bool as_hook)
{
	const struct bal_stanza_option *o = &s->options.v[k];
	char key[KEY_MAX], variable[KEY_MAX + 4], all[BAL_SETTING_STRLEN];
	const char *value = o->value;

	if (!read_key(o->name, key)) {
		/* What is said by bal-gateway comes first. */
		if (strcmp(o->name, "gateway") != 0 ||
		    set->has & BAL_SET_GATEWAY)
			return;
		snprintf(variable, sizeof(variable), "gateway");
		(void)bal_copy(key, sizeof(key), variable);
	} else if (!is_known(key) || strcmp(key, "strict") == 0 ||
		   is_said_before(s, k, key)) {
		return;
	} else {
		snprintf(variable, sizeof(variable), "bal_%s", key);
	}
	if (strcmp(key, "targets") == 0)
		value = all_targets(set, all);
	if (as_hook)
		put_variable(out, variable, value);
	else
		put_option(out, key, value, set);
}

/*
 * Without an interruption: who sits far away may have no other way in, and
 * ifdown takes that, too.
 */
static void
mend_by_bal_up(struct bal_diagnosis *d, const char *dev,
	       const struct bal_stanza *s, const struct bal_settings *set)
{
	const bool as_hook = set->has & ~(unsigned)SET_BY_OPTION;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out) {
		d->arena->oom = true;
		return;
	}
	fputs(as_hook ? "env IFACE=" : "bal-up ", out);
	bal_doctor_put_word(out, dev);
	fputs(as_hook ? " PHASE=post-up" : "", out);
	for (size_t k = 0; k < s->options.n; k++)
		put_one(out, s, k, set, as_hook);
	fputs(as_hook ? " bal-up" : "", out);
	if (fclose(out) == 0)
		bal_doctor_mend(d, "%s", text);
	else
		d->arena->oom = true;
	free(text);
}

static bool
has_address(const struct bal_facts *f, const struct bal_link *link)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++)
		if (f->snap->addrs.v[i].ifindex == link->ifindex)
			return true;
	return false;
}

/* Is the device of that name up by another stanza? */
static bool
is_elsewhere(const struct bal_facts *f, const struct bal_stanza *s)
{
	for (size_t i = 0; i < f->configured.n; i++)
		if (strcmp(f->configured.v[i].dev, s->name) == 0 &&
		    strcmp(f->configured.v[i].stanza, s->name) != 0)
			return true;
	return false;
}

/* Two stanzas of one interface are one for ifup. */
static bool
was_found(const struct bal_diagnosis *d, const char *dev)
{
	for (size_t i = 0; i < d->findings.n; i++)
		if (strcmp(d->findings.v[i].id, "no-uplink") == 0 &&
		    d->findings.v[i].devs.n &&
		    strcmp(d->findings.v[i].devs.v[0], dev) == 0)
			return true;
	return false;
}

/* Does it say anything of an uplink, and all of it right? */
static bool
makes_uplink(const struct bal_stanza *s, struct bal_settings *set)
{
	struct bal_err ignored;
	char key[KEY_MAX];
	bool any = false;

	for (size_t i = 0; i < s->options.n; i++) {
		any |= read_key(s->options.v[i].name, key) && is_known(key);
		if (take_value(s, i, set, &ignored) < 0)
			return false;
	}
	return any && bal_settings_agree(set, &ignored) == 0;
}

static void
no_uplink(const struct bal_facts *f, struct bal_diagnosis *d,
	  const struct bal_stanza *s)
{
	const char *dev = device_of(f, s);
	const struct bal_link *link = bal_snapshot_link(f->snap, dev);
	const bool configured = use_of(f, s);
	struct bal_settings set = { 0 };

	if (!link || !(link->up || configured) || is_uplink(f, s) ||
	    was_found(d, dev) || !makes_uplink(s, &set))
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "no-uplink", dev,
			"Its stanza has been changed since ifup, or ifup or "
			"bal-up failed, or bal-down was called: bal does not "
			"use it. bal-up makes an uplink of it without an "
			"interruption; ifdown would cut off who comes in by "
			"it, and a mistake in the stanza leave it down.");
	bal_doctor_what(d, "it is up and has bal- options in its stanza, and "
			   "is no uplink");
	/* There is nothing to interrupt, and ifup does all the rest. */
	if (!configured && !has_address(f, link))
		bal_doctor_mend(d, "ifup %s", bal_doctor_word(d, dev));
	else
		mend_by_bal_up(d, dev, s, &set);
}

static void
no_uplinks(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->stanzas.n; i++)
		if (!is_elsewhere(f, &f->stanzas.v[i]))
			no_uplink(f, d, &f->stanzas.v[i]);
}

const struct bal_doctor_rule bal_doctor_rules_stanzas[] = {
	{ unknown_options, false },
	{ refused_values, false },
	{ no_uplinks, true },
	{ NULL, false },
};
