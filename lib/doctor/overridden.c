// SPDX-License-Identifier: GPL-2.0-or-later
/* overridden - what bal.conf says of an uplink, and its stanza says otherwise. */
#include <stdlib.h>
#include <string.h>

#include "doctor/stanza.h"
#include "plan/merge.h"

/* The line that sets key number @i of @dev, and its stanza; NULL: none. */
static const struct bal_stanza_option *
line_that_says(const struct bal_facts *f, const char *dev, size_t i,
	       const struct bal_stanza **stanza)
{
	char key[BAL_STANZA_KEY_MAX];

	for (size_t n = 0; n < f->stanzas.n; n++) {
		const struct bal_stanza *s = &f->stanzas.v[n];

		if (strcmp(bal_stanza_device(f, s), dev) != 0 ||
		    bal_stanza_is_elsewhere(f, s))
			continue;
		for (size_t k = 0; k < s->options.n; k++)
			if (bal_stanza_key(s->options.v[k].name, key) &&
			    bal_settings_number(key) == (int)i) {
				*stanza = s;
				return &s->options.v[k];
			}
	}
	return NULL;
}

/* Does every option in @options that differs from @section come from @s? */
static bool
is_by_stanza(const struct bal_facts *f, const struct bal_stanza *s,
	     const struct bal_settings *section, const struct bal_settings *options)
{
	char known[BAL_SETTING_STRLEN];
	struct bal_settings set = { 0 };

	if (!bal_stanza_makes_uplink(f, s, &set))
		return false;
	for (size_t i = 0; bal_settings_key(i); i++)
		if (bal_settings_get(options, i, known, sizeof(known)) &&
		    bal_stanza_is_other(section, options, i) &&
		    bal_stanza_is_other(options, &set, i))
			return false;
	return true;
}

/* Options of bal.conf's section that were overridden; and how, as two lists. */
struct overridden {
	FILE *said, *options;
	size_t n, first;
};

static void
list_overridden(struct overridden *o, const struct bal_settings *section,
		const struct bal_settings *options)
{
	char said[BAL_SETTING_STRLEN], known[BAL_SETTING_STRLEN];
	const char *key;

	for (size_t i = 0; (key = bal_settings_key(i)); i++) {
		if (!(bal_uplink_requested(options) & UINT64_C(1) << i) ||
		    !bal_settings_get(options, i, known, sizeof(known)) ||
		    !bal_stanza_is_other(section, options, i))
			continue;
		if (!o->n++)
			o->first = i;
		fprintf(o->said, "%s%s = %s", o->n > 1 ? ", " : "", key,
			bal_settings_get(section, i, said, sizeof(said)));
		fprintf(o->options, "%s%s = %s", o->n > 1 ? ", " : "", key, known);
	}
}

static void
tell_overridden(const struct bal_facts *f, struct bal_diagnosis *d,
		const struct bal_conf_uplink *section,
		const struct bal_uplink_state *us, const struct overridden *o,
		const char *said, const char *options)
{
	const struct bal_stanza *s = NULL;
	const struct bal_stanza_option *line =
		line_that_says(f, us->name, o->first, &s);
	const bool alone = o->n == 1;

	bal_doctor_find(d, BAL_SEVERITY_NOTE, "overridden", us->name,
			"What a stanza or bal-up says comes before bal.conf. "
			"Say it in one place.");
	/* For one key the value is enough. */
	bal_doctor_what(d, "%s of bal.conf %s not in force: %s %s", said,
			alone ? "is" : "are",
			s && is_by_stanza(f, s, &section->set, &us->options) ?
				"its stanza says" :
				"bal-up was given",
			alone ? strstr(options, " = ") + 3 : options);
	if (line)
		bal_stanza_fix_by_editor(d, line->path, line->line);
	else
		bal_doctor_fix(d, "editor %s",
				bal_doctor_word(d, f->conf_path));
}

static void
overridden(const struct bal_facts *f, struct bal_diagnosis *d,
	   const struct bal_conf_uplink *section)
{
	const struct bal_uplink_state *us =
		bal_state_find(f->state, section->name);
	char *said = NULL, *options = NULL;
	size_t said_len = 0, options_len = 0;
	struct overridden o = { 0 };
	bool failed;

	if (!us || !us->admin_up)
		return;
	o.said = open_memstream(&said, &said_len);
	o.options = open_memstream(&options, &options_len);
	if (o.said && o.options)
		list_overridden(&o, &section->set, &us->options);
	failed = !o.said || fclose(o.said) != 0;
	failed |= !o.options || fclose(o.options) != 0;
	if (failed)
		d->arena->oom = true;
	else if (o.n)
		tell_overridden(f, d, section, us, &o, said, options);
	free(said);
	free(options);
}

static void
sections_overridden(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->conf->n_uplinks; i++)
		overridden(f, d, &f->conf->uplinks[i]);
}

const struct bal_doctor_rule bal_doctor_rules_overridden[] = {
	{ sections_overridden, true },
	{ NULL, false },
};
