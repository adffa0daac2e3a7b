// SPDX-License-Identifier: GPL-2.0-or-later
/* prove - what marked datagrams have shown: --prove. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "doctor/facts/prove.h"
#include "doctor/internal.h"

/* Fewer show no shares. */
#define SHARES_MIN 64

enum outcome { KEPT, ELSEWHERE, SOURCE, UNSEEN };

/* A sight by a device that it must not leave by, or NULL. */
static const struct bal_proof_sight *
stray_of(const struct bal_proof *p)
{
	for (size_t i = 0; i < p->sights.n; i++)
		if (!bal_prove_by(p, &p->sights.v[i]))
			return &p->sights.v[i];
	return NULL;
}

static enum outcome
outcome_of(const struct bal_facts *f, const struct bal_proof *p)
{
	if (!p->asked)
		return KEPT;
	if (stray_of(p))
		return ELSEWHERE;
	if (!p->promised.n || bal_prove_kept(f, p))
		return KEPT;
	if (p->sights.n)
		return SOURCE;
	return p->lenient ? KEPT : UNSEEN;
}

/* --- words ---------------------------------------------------------------- */

#define WORDS 400

static void
append(char *buf, const char *text)
{
	const size_t at = strlen(buf);

	snprintf(buf + at, WORDS - at, "%s", text);
}

/* "eth1, eth2", or "no device". */
static const char *
promised_by(const struct bal_proof *p, char *buf)
{
	buf[0] = '\0';
	for (size_t i = 0; i < p->promised.n; i++) {
		append(buf, i ? ", " : "");
		append(buf, p->promised.v[i].link->name);
		append(buf, p->asks ? ", without a gateway" : "");
	}
	return *buf ? buf : "no device";
}

static const char *
device(const struct bal_facts *f, int ifindex)
{
	const struct bal_link *link = bal_snapshot_ifindex(f->snap, ifindex);

	return link ? link->name : "?";
}

/* All that are so, each once, behind @why; and the fix. */
static void
conclude(const struct bal_facts *f, struct bal_diagnosis *d,
	 enum outcome outcome, const char *why)
{
	char list[WORDS] = "";
	const char *last = "";

	for (size_t i = 0; i < f->proofs->v.n; i++) {
		const struct bal_proof *p = &f->proofs->v.v[i];

		if (outcome_of(f, p) != outcome || strcmp(p->what, last) == 0 ||
		    strlen(list) + strlen(p->what) + 8 > WORDS)
			continue;
		append(list, *list ? "; " : "");
		append(list, p->what);
		last = p->what;
	}
	bal_doctor_why(d, "%s All that did so: %s.", why, list);
	bal_doctor_fix(d, "%s", f->due ? "bal-check --no-probe" : "");
}

/* The first one that is so, or NULL. */
static const struct bal_proof *
first(const struct bal_facts *f, enum outcome outcome)
{
	for (size_t i = 0; f->proofs && i < f->proofs->v.n; i++)
		if (outcome_of(f, &f->proofs->v.v[i]) == outcome)
			return &f->proofs->v.v[i];
	return NULL;
}

/* --- rules ---------------------------------------------------------------- */

static void
elsewhere(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_proof *p = first(f, ELSEWHERE);
	char words[WORDS];

	if (!p)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "proof-elsewhere", "", "");
	bal_doctor_what(d, "%s leaves by %s; promised: %s", p->what,
			device(f, stray_of(p)->ifindex), promised_by(p, words));
	conclude(f, d, ELSEWHERE,
		 "It was seen on the wire. bal-status --explain says which "
		 "rule takes it, as far as it is a rule.");
}

static void
source(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_proof *p = first(f, SOURCE);
	char addr[BAL_ADDR_STRLEN];

	if (!p)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "proof-source", "", "");
	bal_doctor_what(d, "%s leaves by %s from %s", p->what,
			device(f, p->sights.v[0].ifindex),
			bal_addr_host_str(&p->sights.v[0].src, addr));
	conclude(f, d, SOURCE,
		 "That is another address than is promised: no answer comes "
		 "back by this device.");
}

static void
unseen(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_proof *p = first(f, UNSEEN);
	char words[WORDS];

	if (!p)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "proof-unseen", "", "");
	bal_doctor_what(d, "%s does not leave; promised: %s%s%s", p->what,
			promised_by(p, words), p->error ? ": " : "",
			p->error ? strerror(p->error) : "");
	conclude(f, d, UNSEEN,
		 "It was sent, and seen on no device within a second: no route "
		 "takes it, a firewall or rp_filter drops it, or its next hop "
		 "does not answer on the link.");
}

/* All that came in by an uplink was dropped, and not by a firewall. */
static void
reverse(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->proofs && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		unsigned came = 0, dropped = 0;

		for (size_t k = 0; k < f->proofs->v.n; k++) {
			const struct bal_proof *p = &f->proofs->v.v[k];

			if (p->kind != BAL_PROOF_CAME || p->at != up->link)
				continue;
			came += p->asked;
			dropped += p->reverse && !p->sights.n;
		}
		if (!came || dropped != came)
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "proof-reverse", up->name,
				"The kernel counted them, and no answer went "
				"out. Connections from outside, as forwarded "
				"ports have, need rp_filter = 2 or 0.");
		bal_doctor_what(d, "rp_filter drops what comes in by it");
		bal_doctor_fix(d, "%s", f->due ? "bal-check --no-probe" : "");
	}
}

static unsigned
count(const struct bal_proofs *proofs, int ifindex)
{
	unsigned n = 0;

	for (size_t i = 0; i < proofs->v.n; i++)
		n += proofs->v.v[i].share && proofs->v.v[i].sights.n &&
		     (!ifindex ||
		      proofs->v.v[i].sights.v[0].ifindex == ifindex);
	return n;
}

/* Is @got of @n, promised @percent of them, beyond 4.5 standard deviations? */
static bool
is_far(unsigned got, unsigned n, unsigned percent)
{
	const int64_t off = 100 * (int64_t)got - (int64_t)n * percent;

	return (off > 300 || off < -300) &&
	       4 * off * off > 81 * (int64_t)n * percent * (100 - percent);
}

static void
shares(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_proof *p = NULL;
	const unsigned n = f->proofs ? count(f->proofs, 0) : 0;

	for (size_t i = 0; n >= SHARES_MIN && !p && i < f->proofs->v.n; i++)
		p = f->proofs->v.v[i].share ? &f->proofs->v.v[i] : NULL;
	for (size_t i = 0; p && i < p->promised.n; i++) {
		const struct bal_promised *to = &p->promised.v[i];
		const unsigned got = count(f->proofs, to->link->ifindex);

		if (!is_far(got, n, to->percent))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "proof-share",
				to->link->name,
				"So many new connections were seen to leave by "
				"it, and bal.conf says otherwise.");
		bal_doctor_what(d, "%u of %u new connections; promised: %u of 100",
				got, n, to->percent);
		bal_doctor_fix(d, "%s", f->due ? "bal-check --no-probe" : "");
	}
}

static void
sent(const struct bal_facts *f, struct bal_diagnosis *d)
{
	unsigned asked = 0, seen = 0;

	for (size_t i = 0; f->proofs && i < f->proofs->v.n; i++) {
		asked += f->proofs->v.v[i].asked;
		seen += f->proofs->v.v[i].sights.n > 0;
	}
	if (!asked)
		return;
	bal_doctor_find(
		d, BAL_SEVERITY_NOTE, "proof-sent", "",
		"What is not seen may be dropped by a firewall, or must "
		"leave nowhere. The bytes are those of all uplinks.");
	bal_doctor_what(d, "%u datagrams sent, %u seen; %u bytes by uplinks",
			asked, seen, f->proofs->bytes);
}

const struct bal_doctor_rule bal_doctor_rules_prove[] = {
	{ elsewhere, true }, { source, true }, { unseen, true },
	{ reverse, true },   { shares, true }, { sent, true },
	{ NULL, false },
};
