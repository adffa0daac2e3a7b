// SPDX-License-Identifier: GPL-2.0-or-later
/* stanza_up - devices that are not uplinks, or not as in their stanza. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/show.h"
#include "doctor/stanza.h"
#include "plan/agree.h"
#include "plan/merge.h"

/* Keys that are options of bal-up. */
#define SET_BY_OPTION                                                        \
	(BAL_SET_GATEWAY | BAL_SET_SHARE | BAL_SET_OVER | BAL_SET_WEIGHT | \
	 BAL_SET_PRIORITY)

/* As ifupdown names it for the hook. */
static void
put_variable(FILE *out, const char *key, const char *value)
{
	fputs(" IF_", out);
	for (; *key; key++)
		fputc(toupper((unsigned char)*key), out);
	fputc('=', out);
	bal_put_word(out, value);
}

static void
put_option(FILE *out, const char *key, const char *value,
	   const struct bal_settings *set)
{
	if (UINT64_C(1) << bal_settings_number(key) == BAL_SET_SHARE) {
		fputs(set->share == BAL_SHARE_NO ? " --no-share" : "", out);
		return;
	}
	fprintf(out, " --%s ", key);
	bal_put_word(out, value);
}

/* All targets, from however many lines. */
static const char *
all_targets(const struct bal_settings *set, char *buf)
{
	const size_t i = (size_t)__builtin_ctzll(BAL_SET_TARGETS);

	return bal_settings_get(set, i, buf, BAL_SETTING_STRLEN);
}

/* Option number @k of @s as an option of ifupdown, or of bal-up. */
static void
put_one(FILE *out, const struct bal_stanza *s, size_t k,
	const struct bal_settings *set, bool as_hook)
{
	const struct bal_stanza_option *o = &s->options.v[k];
	char key[BAL_STANZA_KEY_MAX], variable[BAL_STANZA_KEY_MAX + 4],
		all[BAL_SETTING_STRLEN];
	const char *value = o->value;

	if (!bal_stanza_key(o->name, key)) {
		/* bal-gateway takes precedence. */
		if (strcmp(o->name, "gateway") != 0 ||
		    set->has & BAL_SET_GATEWAY)
			return;
		snprintf(variable, sizeof(variable), "gateway");
		(void)bal_copy(key, sizeof(key), variable);
	} else if (!bal_stanza_known(key) || strcmp(key, "strict") == 0 ||
		   bal_stanza_said_before(s, k, key)) {
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

void
bal_stanza_fix_by_bal_up(struct bal_diagnosis *d, const char *dev,
			  const struct bal_stanza *s,
			  const struct bal_settings *set)
{
	/* --no-share has no opposite. */
	const bool as_hook = set->has & ~(uint64_t)SET_BY_OPTION ||
			     (set->has & BAL_SET_SHARE &&
			      set->share != BAL_SHARE_NO);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out) {
		d->arena->oom = true;
		return;
	}
	fputs(as_hook ? "env IFACE=" : "bal-up ", out);
	bal_put_word(out, dev);
	fputs(as_hook ? " PHASE=post-up" : "", out);
	for (size_t k = 0; k < s->options.n; k++)
		put_one(out, s, k, set, as_hook);
	fputs(as_hook ? " bal-up" : "", out);
	if (fclose(out) == 0)
		bal_doctor_fix(d, "%s", text);
	else
		d->arena->oom = true;
	free(text);
}

bool
bal_stanza_is_elsewhere(const struct bal_facts *f, const struct bal_stanza *s)
{
	for (size_t i = 0; i < f->configured.n; i++)
		if (strcmp(f->configured.v[i].dev, s->name) == 0 &&
		    strcmp(f->configured.v[i].stanza, s->name) != 0)
			return true;
	return false;
}

bool
bal_stanza_makes_uplink(const struct bal_facts *f, const struct bal_stanza *s,
			struct bal_settings *set)
{
	struct bal_err ignored;
	char key[BAL_STANZA_KEY_MAX];
	bool any = false;

	for (size_t i = 0; i < s->options.n; i++) {
		any |= bal_stanza_key(s->options.v[i].name, key) &&
		       bal_stanza_known(key);
		if (bal_stanza_take(f, s, i, set, &ignored) < 0)
			return false;
	}
	return any && bal_settings_agree(set, &ignored) == 0;
}

/* The checks of bal-up: options may be valid only one by one. */
static bool
goes_with_conf(const struct bal_facts *f, const char *dev,
	       const struct bal_settings *set, struct bal_err *why)
{
	struct bal_uplink_state us = { .options = *set };
	const struct bal_state alone = { .uplinks = &us, .n_uplinks = 1 };
	struct bal_conf conf = *f->conf;

	conf.settles = false;
	(void)bal_copy(us.name, sizeof(us.name), dev);
	return bal_uplinks_agree(&conf, &alone, why) == 0;
}

static void
contradictions(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];
		struct bal_settings set = { 0 };
		struct bal_err why;

		if (!bal_stanza_makes_uplink(f, s, &set) ||
		    goes_with_conf(f, bal_stanza_device(f, s), &set, &why))
			continue;
		bal_stanza_refuse(f, d, s, s->path, s->line);
		bal_doctor_what(d,
				"with bal.conf, options of its stanza "
				"contradict each other: %s",
				why.msg);
	}
}

static void
no_uplink(const struct bal_facts *f, struct bal_diagnosis *d,
	  const struct bal_stanza *s)
{
	const char *dev = bal_stanza_device(f, s);
	const struct bal_link *link = bal_snapshot_link(f->snap, dev);
	const bool configured = bal_stanza_use(f, s);
	struct bal_settings set = { 0 };
	struct bal_err ignored;

	if (!link || !(link->up || configured) || bal_stanza_is_uplink(f, s) ||
	    /* ifup merges two stanzas of one interface. */
	    bal_doctor_found(d, "no-uplink", dev) ||
	    !bal_stanza_makes_uplink(f, s, &set) ||
	    !goes_with_conf(f, dev, &set, &ignored))
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "no-uplink", dev,
			"Its stanza has been changed since ifup, or ifup or "
			"bal-up failed, or bal-down was called: bal does not "
			"use it. bal-up makes an uplink of it without an "
			"interruption; ifdown would cut off sessions by "
			"it, and a mistake in the stanza leave it down. If it "
			"is to be none for good, take the bal- lines out of "
			"its stanza.");
	bal_doctor_what(d, "it is up and has bal- options in its stanza, and "
			   "is no uplink");
	/* There is nothing to interrupt, and ifup does all the rest. */
	if (!configured && !bal_doctor_has_address(f, link))
		bal_doctor_fix(d, "ifup %s", bal_doctor_word(d, dev));
	else if (!bal_stanza_fix_by_lease(f, d, s, &set))
		bal_stanza_fix_by_bal_up(d, dev, s, &set);
}

static void
no_uplinks(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->stanzas.n; i++)
		if (!bal_stanza_is_elsewhere(f, &f->stanzas.v[i]))
			no_uplink(f, d, &f->stanzas.v[i]);
}

/* With several, bal-up runs for each in turn, and the last one counts. */
static bool
is_only_one(const struct bal_facts *f, const struct bal_stanza *s)
{
	char key[BAL_STANZA_KEY_MAX];

	for (size_t i = 0; i < f->stanzas.n; i++) {
		const struct bal_stanza *other = &f->stanzas.v[i];

		if (other == s || strcmp(other->name, s->name) != 0)
			continue;
		for (size_t k = 0; k < other->options.n; k++)
			if (bal_stanza_key(other->options.v[k].name, key))
				return false;
	}
	return true;
}

/* Option number @i: set in @set, and not in @requested, or otherwise? */
bool
bal_stanza_is_other(const struct bal_settings *set, const struct bal_settings *requested,
	 size_t i)
{
	char said[BAL_SETTING_STRLEN], known[BAL_SETTING_STRLEN];

	if (!bal_settings_get(set, i, said, sizeof(said)))
		return false;
	return !bal_settings_get(requested, i, known, sizeof(known)) ||
	       strcmp(said, known) != 0;
}

/*
 * List the keys of @set that differ in @now, as in a stanza; returns how many.
 */
static size_t
put_others(FILE *out, const struct bal_settings *set,
	   const struct bal_settings *now)
{
	const char *key;
	size_t n = 0;

	for (size_t i = 0; (key = bal_settings_key(i)); i++) {
		if (!bal_stanza_is_other(set, now, i))
			continue;
		fputs(n++ ? ", bal-" : "bal-", out);
		for (; *key; key++)
			fputc(*key == '_' ? '-' : *key, out);
	}
	return n;
}

/*
 * The options in force, from any source: an option that is set nowhere has its
 * default or, for a gateway that @set names, the one found.
 */
static struct bal_settings
in_force(const struct bal_facts *f, const struct bal_uplink_state *us,
	 const struct bal_settings *set)
{
	const struct bal_uplink *up = bal_facts_uplink(f, us->name);
	struct bal_settings now = bal_uplink_settings(f->conf, us, us->name);

	if (up && !(now.has & BAL_SET_OVER))
		(void)bal_copy(now.over, sizeof(now.over), up->set.over);
	if (up && !(now.has & BAL_SET_GATEWAY) && !bal_addr_none(&set->gateway))
		now.gateway = up->v4.gateway;
	now.has = UINT64_MAX;
	return now;
}

static void
differ(const struct bal_facts *f, struct bal_diagnosis *d,
       const struct bal_stanza *s, const struct bal_uplink_state *us)
{
	struct bal_settings set = { 0 }, now, requested;
	struct bal_err ignored;
	char *keys = NULL;
	size_t len = 0, n;
	FILE *out;

	if (!bal_stanza_makes_uplink(f, s, &set) ||
	    !goes_with_conf(f, us->name, &set, &ignored))
		return;
	out = open_memstream(&keys, &len);
	if (!out) {
		d->arena->oom = true;
		return;
	}
	now = in_force(f, us, &set);
	/* `auto` leaves it to bal.conf, as long as nothing else was requested. */
	requested = set;
	requested.has &= ~bal_settings_auto(&set) | bal_uplink_requested(&us->options);
	n = put_others(out, &requested, &now);
	if (fclose(out) != 0)
		d->arena->oom = true;
	if (n && !d->arena->oom) {
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "stanza-differs",
				us->name,
				"The stanza has been changed since ifup, or "
				"bal-up was given other options. ifup "
				"does nothing for an interface that is up: "
				"bal-up makes it hold, without an "
				"interruption.");
		bal_doctor_what(d, "what its stanza says of %s is not in force",
				keys);
		bal_stanza_fix_by_bal_up(d, us->name, s, &set);
	}
	free(keys);
}

static void
stanzas_differ(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];
		const struct bal_uplink_state *us =
			bal_state_find(f->state, bal_stanza_device(f, s));

		if (us && us->admin_up &&
		    bal_snapshot_link(f->snap, us->name) &&
		    !bal_stanza_is_elsewhere(f, s) && is_only_one(f, s))
			differ(f, d, s, us);
	}
}

bool
bal_stanza_is_for_bal(const struct bal_stanza *s)
{
	char key[BAL_STANZA_KEY_MAX];

	for (size_t i = 0; i < s->options.n; i++)
		if (bal_stanza_key(s->options.v[i].name, key) ||
		    strstr(s->options.v[i].value, "bal-up"))
			return true;
	return false;
}

static void
nothing_begun(const struct bal_facts *f, struct bal_diagnosis *d)
{
	if (!f->looked || f->state->n_uplinks || f->conf->n_uplinks ||
	    f->ifup_fault)
		return;
	for (size_t i = 0; i < f->stanzas.n; i++)
		if (bal_stanza_is_for_bal(&f->stanzas.v[i]))
			return;
	for (size_t i = 0; i < f->clients.n; i++)
		if (f->clients.v[i].calls_bal)
			return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "no-uplinks", "",
			"bal uses the devices that it is called for, and was "
			"called for none: a bal-gateway line in the stanza of "
			"each does it, from the next ifup on. QUICK START in "
			"man bal shows all of it.");
	bal_doctor_what(d, "there is no uplink, and nothing that makes one");
	bal_doctor_fix(d, "editor /etc/network/interfaces");
}

/* Its stanzas are written, and it waits for them. */
static void
nothing_up(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && !f->state->n_uplinks && !f->ifup_fault &&
			   i < f->stanzas.n; i++) {
		const struct bal_stanza *s = &f->stanzas.v[i];
		const char *dev = bal_stanza_device(f, s);

		if (!bal_stanza_is_for_bal(s) || bal_stanza_is_elsewhere(f, s) ||
		    !bal_snapshot_link(f->snap, dev) ||
		    bal_doctor_found(d, "no-uplink", dev) ||
		    bal_doctor_found(d, "no-uplinks", dev))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_NOTE, "no-uplinks", dev,
				"The device is there, and ifup makes it an "
				"uplink: at boot where it is auto, when it is "
				"plugged in where it is allow-hotplug, or now.");
		bal_doctor_what(d, "there is no uplink, and its stanza makes it "
				   "one");
		bal_doctor_fix(d, "ifup %s", bal_doctor_word(d, s->name));
	}
}

const struct bal_doctor_rule bal_doctor_rules_stanza_up[] = {
	{ contradictions, true }, { no_uplinks, true },
	{ stanzas_differ, true },
	{ nothing_begun, true },
	{ nothing_up, true },
	{ NULL, false },
};
