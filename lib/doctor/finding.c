// SPDX-License-Identifier: GPL-2.0-or-later
/* finding - what the rules of doctor share: to add a finding, and common facts. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/show.h"
#include "doctor/internal.h"

static void set_text(struct bal_diagnosis *d, const char **out, const char *fmt,
		     va_list ap) BAL_PRINTF(3, 0);

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

static void
set_text(struct bal_diagnosis *d, const char **out, const char *fmt, va_list ap)
{
	char *text = NULL, *kept = NULL;
	int len = vasprintf(&text, fmt, ap);

	if (len < 0) {
		d->arena->oom = true;
		return;
	}
	kept = bal_arena_copy(d->arena, text, (size_t)len + 1);
	if (kept)
		*out = kept;
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
bal_doctor_why(struct bal_diagnosis *d, const char *fmt, ...)
{
	va_list ap;

	if (d->arena->oom || !d->findings.n)
		return;
	va_start(ap, fmt);
	set_text(d, &d->findings.v[d->findings.n - 1].why, fmt, ap);
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

void
bal_doctor_fix_place(struct bal_diagnosis *d, struct bal_conf_place at)
{
	bal_doctor_fix(d, "editor +%u %s", at.line,
			bal_doctor_word(d, at.path));
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
	bal_put_word(out, text);
	if (fclose(out) == 0)
		kept = bal_arena_copy(d->arena, quoted, len + 1);
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

bool
bal_doctor_is_about(const struct bal_finding *f, const char *dev)
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
		    bal_doctor_is_about(&d->findings.v[i], dev))
			return true;
	return false;
}

/* A finding about all uplinks that are administratively up. */
void
bal_doctor_about_all(const struct bal_facts *f, struct bal_diagnosis *d)
{
	bool first = true;

	for (size_t i = 0; i < f->uplinks->n; i++) {
		if (!f->uplinks->v[i].admin_up)
			continue;
		/* The first one is there already. */
		if (!first)
			bal_doctor_also(d, f->uplinks->v[i].name);
		first = false;
	}
}

/* The first of them; NULL: there is none, or @is is false for one of them. */
const struct bal_uplink *
bal_doctor_first_if_all(const struct bal_facts *f,
	     bool (*is)(const struct bal_facts *f, const struct bal_uplink *up))
{
	const struct bal_uplink *first = NULL;

	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!up->admin_up)
			continue;
		if (!is(f, up))
			return NULL;
		if (!first)
			first = up;
	}
	return first;
}

bool
bal_doctor_is_dead(const struct bal_facts *f, const struct bal_uplink *up)
{
	(void)f;
	return bal_uplink_condition(up) == BAL_HEALTH_DEAD;
}

bool
bal_doctor_all_dead(const struct bal_facts *f)
{
	return bal_doctor_first_if_all(f, bal_doctor_is_dead) != NULL;
}

bool
bal_doctor_has_default(const struct bal_facts *f, const char *dev)
{
	for (size_t i = 0; i < f->main_ways.n; i++)
		if (strcmp(f->main_ways.v[i].dev, dev) == 0 &&
		    !f->main_ways.v[i].dst.len)
			return true;
	return false;
}
