// SPDX-License-Identifier: GPL-2.0-or-later
/* print - prints a diagnosis as text and as JSON. */
#include "doctor/doctor.h"
#include "base/show.h"

#define WIDTH 79
#define INDENT 8

static const char *const severities[] = {
	[BAL_SEVERITY_NOTE] = "note",
	[BAL_SEVERITY_RISK] = "risk",
	[BAL_SEVERITY_BROKEN] = "broken",
};

/* --- text ----------------------------------------------------------------- */

/* Names of files and devices come from others: no line feed is printed. */
static void
put_line(FILE *out, const char *text)
{
	bal_put_clean(out, text);
	fputc('\n', out);
}

static void
text_begin(FILE *out)
{
	(void)out;
}

/* Wrap @text to WIDTH, indented. */
static void
print_wrapped(FILE *out, const char *text)
{
	size_t column = 0;

	while (*text) {
		size_t len = 0;

		while (text[len] && text[len] != ' ')
			len++;
		if (column && column + 1 + len > WIDTH) {
			fputc('\n', out);
			column = 0;
		}
		fprintf(out, "%*s%.*s", column ? 1 : INDENT, "", (int)len,
			text);
		column += len + (column ? 1 : INDENT);
		text += len + (text[len] == ' ');
	}
	fputc('\n', out);
}

/* The fix is not wrapped: it is to be pasted. */
static void
text_finding(FILE *out, const struct bal_finding *f, bool first)
{
	fprintf(out, "%s%s: ", first ? "" : "\n", severities[f->severity]);
	for (size_t i = 0; i < f->devs.n; i++)
		fprintf(out, "%s%s", f->devs.v[i],
			i + 1 < f->devs.n ? ", " : ": ");
	put_line(out, f->what);
	print_wrapped(out, f->why);
	if (!f->fix[0])
		return;
	fprintf(out, "%*s-> ", INDENT - 3, "");
	put_line(out, f->fix);
}

static void
text_end(FILE *out, const struct bal_diagnosis *d)
{
	const size_t n = d->facts->unseen.n;

	if (d->quiet)
		return;
	if (!d->findings.n)
		fputs("nothing stands in the way\n", out);
	for (size_t i = 0; i < n; i++) {
		fprintf(out, "%snot looked at: ", i ? "" : "\n");
		put_line(out, d->facts->unseen.v[i]);
	}
}

const struct bal_doctor_voice bal_doctor_text = { text_begin, text_finding,
						  text_end };

/* --- JSON ----------------------------------------------------------------- */

static void
json_begin(FILE *out)
{
	bal_json_begin(out);
	fputs("\"findings\":[", out);
}

static void
json_finding(FILE *out, const struct bal_finding *f, bool first)
{
	fputs(first ? "{" : ",{", out);
	bal_json_string(out, "severity", severities[f->severity]);
	fputc(',', out);
	bal_json_string(out, "id", f->id);
	fputc(',', out);
	fputs("\"uplinks\":[", out);
	for (size_t i = 0; i < f->devs.n; i++) {
		if (i)
			fputc(',', out);
		bal_json_text(out, f->devs.v[i]);
	}
	fputs("],", out);
	bal_json_string(out, "what", f->what);
	fputc(',', out);
	bal_json_string(out, "why", f->why);
	fputc(',', out);
	bal_json_string(out, "fix", f->fix);
	fputc('}', out);
}

static void
json_end(FILE *out, const struct bal_diagnosis *d)
{
	fputs("],\"not_looked_at\":[", out);
	for (size_t i = 0; i < d->facts->unseen.n; i++) {
		if (i)
			fputc(',', out);
		bal_json_text(out, d->facts->unseen.v[i]);
	}
	fputs("],", out);
	bal_json_bool(out, "problem", bal_doctor_problem(d));
	fputs("}\n", out);
}

const struct bal_doctor_voice bal_doctor_json = { json_begin, json_finding,
						  json_end };

void
bal_doctor_print(const struct bal_diagnosis *d,
		 const struct bal_doctor_voice *voice, FILE *out)
{
	voice->begin(out);
	for (size_t i = 0; i < d->findings.n; i++)
		voice->finding(out, &d->findings.v[i], i == 0);
	voice->end(out, d);
}
