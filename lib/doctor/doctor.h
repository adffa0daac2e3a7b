/* doctor - findings from the facts: what keeps bal from working; and output. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_DOCTOR_H
#define BAL_DOCTOR_H

#include <stdio.h>

#include "doctor/facts/facts.h"

enum bal_severity {
	BAL_SEVERITY_NOTE,   /* good to know; no harm */
	BAL_SEVERITY_RISK,   /* something will fail, or fails for some */
	BAL_SEVERITY_BROKEN, /* bal cannot work */
};

struct bal_finding {
	enum bal_severity severity;
	const char *id; /* one word, for programs: "hash-policy" */
	BAL_LIST(const char *) devs; /* the uplinks concerned */
	const char *what, *why;
	const char *fix; /* a command line, or a line for a file */
};

/* Zero state: no findings.  It lives in @arena. */
struct bal_diagnosis {
	struct bal_arena *arena;
	BAL_LIST(struct bal_finding) findings;
	const struct bal_facts *facts;
	bool quiet; /* for people: print nothing but the findings */
};

/*
 * Derive the findings from @facts; pure.  The worst comes first, equal ones in
 * the order of the rules.  They live in @arena.  -1 only when memory ran out.
 */
int bal_doctor_check(const struct bal_facts *facts, struct bal_arena *arena,
		     struct bal_diagnosis *out, struct bal_err *err);

/* Is there anything worse than a note? */
bool bal_doctor_problem(const struct bal_diagnosis *d);

/* Leave out notes, and for people all that is not a finding. */
void bal_doctor_hush(struct bal_diagnosis *d);

/* How a diagnosis is printed: for a person, or as one JSON object. */
struct bal_doctor_voice {
	void (*begin)(FILE *out);
	void (*finding)(FILE *out, const struct bal_finding *f, bool first);
	void (*end)(FILE *out, const struct bal_diagnosis *d);
};
extern const struct bal_doctor_voice bal_doctor_text, bal_doctor_json;

/* Print @d to @out by @voice. */
void bal_doctor_print(const struct bal_diagnosis *d,
		      const struct bal_doctor_voice *voice, FILE *out);

#endif
