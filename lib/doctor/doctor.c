// SPDX-License-Identifier: GPL-2.0-or-later
/* doctor - runs every rule, and sorts the findings; pure. */
#include "doctor/doctor.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/internal.h"

static const struct bal_doctor_rule *const chapters[] = {
	bal_doctor_rules_box,	    bal_doctor_rules_kernel,
	bal_doctor_rules_rules,	    bal_doctor_rules_routing,
	bal_doctor_rules_ways,	    bal_doctor_rules_marks,
	bal_doctor_rules_tunnels,   bal_doctor_rules_names,
	bal_doctor_rules_gateway,   bal_doctor_rules_uplinks,
	bal_doctor_rules_stanzas,   bal_doctor_rules_stanza_up,
	bal_doctor_rules_unused,    bal_doctor_rules_managers,
};

void
bal_doctor_find(struct bal_diagnosis *d, enum bal_severity severity,
		const char *id, const char *dev, const char *why)
{
	struct bal_finding *finding = BAL_PUSH(d->arena, &d->findings);

	if (!finding)
		return;
	finding->severity = severity;
	finding->id = id;
	finding->why = why;
	finding->what = finding->fix = "";
	if (*dev)
		bal_doctor_also(d, dev);
}

void
bal_doctor_also(struct bal_diagnosis *d, const char *dev)
{
	const char **slot;

	/* Without memory there is none; the end reports that. */
	if (d->arena->oom || !d->findings.n)
		return;
	slot = BAL_PUSH(d->arena, &d->findings.v[d->findings.n - 1].devs);
	if (slot)
		*slot = dev;
}

static void set_text(struct bal_diagnosis *d, const char **out, const char *fmt,
		     va_list ap) BAL_PRINTF(3, 0);

static void
set_text(struct bal_diagnosis *d, const char **out, const char *fmt, va_list ap)
{
	char *text = NULL, *kept = NULL;
	int len = vasprintf(&text, fmt, ap);

	if (len < 0) {
		d->arena->oom = true;
		return;
	}
	kept = bal_arena_alloc(d->arena, (size_t)len + 1);
	if (kept) {
		memcpy(kept, text, (size_t)len + 1);
		*out = kept;
	}
	free(text);
}

void
bal_doctor_what(struct bal_diagnosis *d, const char *fmt, ...)
{
	va_list ap;

	if (d->arena->oom || !d->findings.n)
		return;
	va_start(ap, fmt);
	set_text(d, &d->findings.v[d->findings.n - 1].what, fmt, ap);
	va_end(ap);
}

void
bal_doctor_fix(struct bal_diagnosis *d, const char *fmt, ...)
{
	va_list ap;

	if (d->arena->oom || !d->findings.n)
		return;
	va_start(ap, fmt);
	set_text(d, &d->findings.v[d->findings.n - 1].fix, fmt, ap);
	va_end(ap);
}

bool
bal_doctor_is_plain(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "0123456789_-/.,:@+=")] == '\0';
}

void
bal_doctor_put_word(FILE *out, const char *text)
{
	if (*text && bal_doctor_is_plain(text)) {
		fputs(text, out);
		return;
	}
	fputc('\'', out);
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fputc(*text, out);
	fputc('\'', out);
}

const char *
bal_doctor_word(struct bal_diagnosis *d, const char *text)
{
	char *quoted = NULL, *kept = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&quoted, &len);

	if (!out) {
		d->arena->oom = true;
		return "";
	}
	bal_doctor_put_word(out, text);
	if (fclose(out) == 0)
		kept = bal_arena_alloc(d->arena, len + 1);
	if (kept)
		memcpy(kept, quoted, len + 1);
	else
		d->arena->oom = true;
	free(quoted);
	return kept ? kept : "";
}

bool
bal_doctor_conf_wrong(const struct bal_facts *f)
{
	return f->trouble && f->trouble->faults;
}

bool
bal_doctor_probed(const struct bal_facts *f)
{
	return f->watch || f->cron || f->timed;
}

bool
bal_doctor_has_address(const struct bal_facts *f, const struct bal_link *link)
{
	for (size_t i = 0; i < f->snap->addrs.n; i++)
		if (f->snap->addrs.v[i].ifindex == link->ifindex)
			return true;
	return false;
}

bool
bal_doctor_any_up(const struct bal_facts *f)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++)
		if (f->uplinks->v[i].admin_up)
			return true;
	return false;
}

static bool
is_about(const struct bal_finding *f, const char *dev)
{
	for (size_t i = 0; i < f->devs.n; i++)
		if (strcmp(f->devs.v[i], dev) == 0)
			return true;
	return false;
}

bool
bal_doctor_found(const struct bal_diagnosis *d, const char *id, const char *dev)
{
	for (size_t i = 0; i < d->findings.n; i++)
		if (strcmp(d->findings.v[i].id, id) == 0 &&
		    is_about(&d->findings.v[i], dev))
			return true;
	return false;
}

static bool
is_same(const struct bal_finding *a, const struct bal_finding *b)
{
	return a->severity == b->severity && !strcmp(a->id, b->id) &&
	       !strcmp(a->what, b->what) && !strcmp(a->why, b->why) &&
	       !strcmp(a->fix, b->fix);
}

/* Merge findings of several uplinks with the same text. */
static void
merge(struct bal_diagnosis *d)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->findings.n; i++) {
		struct bal_finding *f = &d->findings.v[i], *same = NULL;
		const char **slot;

		for (size_t k = 0; k < kept && !same; k++)
			if (is_same(&d->findings.v[k], f))
				same = &d->findings.v[k];
		if (!same)
			d->findings.v[kept++] = *f;
		for (size_t n = 0; same && n < f->devs.n; n++)
			if (!is_about(same, f->devs.v[n]) &&
			    (slot = BAL_PUSH(d->arena, &same->devs)))
				*slot = f->devs.v[n];
	}
	d->findings.n = kept;
}

/* The worst first; stable, there are few. */
static void
sort(struct bal_diagnosis *d)
{
	for (size_t i = 1; i < d->findings.n; i++) {
		struct bal_finding moved = d->findings.v[i];
		size_t k = i;

		for (; k > 0 && d->findings.v[k - 1].severity < moved.severity;
		     k--)
			d->findings.v[k] = d->findings.v[k - 1];
		d->findings.v[k] = moved;
	}
}

int
bal_doctor_check(const struct bal_facts *facts, struct bal_arena *arena,
		 struct bal_diagnosis *out, struct bal_err *err)
{
	struct bal_diagnosis d = { .arena = arena, .facts = facts };

	for (size_t c = 0; c < sizeof(chapters) / sizeof(chapters[0]); c++)
		for (const struct bal_doctor_rule *r = chapters[c]; r->check; r++)
			if (!r->by_conf || !bal_doctor_conf_wrong(facts))
				r->check(facts, &d);
	merge(&d);
	if (arena->oom)
		return bal_err_nomem(err);
	sort(&d);
	*out = d;
	return 0;
}

bool
bal_doctor_problem(const struct bal_diagnosis *d)
{
	/* The worst is the first one. */
	return d->findings.n && d->findings.v[0].severity > BAL_SEVERITY_NOTE;
}

void
bal_doctor_hush(struct bal_diagnosis *d)
{
	d->quiet = true;
	while (d->findings.n &&
	       d->findings.v[d->findings.n - 1].severity == BAL_SEVERITY_NOTE)
		d->findings.n--;
}
