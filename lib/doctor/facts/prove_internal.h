/* prove_internal - what makes the datagrams of --prove; pure. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROVE_INTERNAL_H
#define BAL_PROVE_INTERNAL_H

#include "doctor/facts/prove.h"

/* TEST-NET-1 (RFC 5737): there is nobody, whoever is in the way. */
extern const struct bal_addr bal_prove_nowhere;

#define BAL_PROVE_LANS_MAX 4
/* Of UDP that no line may be too narrow for: RFC 9000 (QUIC), 14. */
#define BAL_PROVE_SIZE 1200
/* They die at the first hop, or come from one behind a device. */
#define BAL_PROVE_TTL_HERE 1
#define BAL_PROVE_TTL_BEHIND 2

/* A device that hosts are behind, and no uplink. */
struct bal_prove_lan {
	const struct bal_link *link;
	struct bal_addr net;
	uint32_t next; /* the host of it that was used last */
};

struct bal_prover {
	struct bal_facts *f;
	struct bal_proofs *out;	    /* all that follows pushes there */
	struct bal_snapshot kernel; /* bal_prove_promised_kernel() */
	uint32_t random;
	struct bal_prove_lan lans[BAL_PROVE_LANS_MAX];
	size_t n_lans;
	/* Of [rule]s: what they must not take, see bal_prove_rule(). */
	size_t yielding;
};

struct bal_prove_asker {
	struct bal_facts *f;
	struct bal_proofs *proofs;
	struct bal_wire wire;
};

/*
 * Send the datagram @number, or let it come in, unless it waits for a sight of
 * another one.
 */
void bal_prove_ask(const struct bal_prove_asker *a, uint32_t number);

/* A port that is no service's, by chance. */
uint16_t bal_prove_port(struct bal_prover *l);
/* A packet from such a port to such a port of a host of @net. */
struct bal_packet bal_prove_packet(struct bal_prover *l, uint8_t proto,
				   const struct bal_addr *net);
/* The mark of what left by @up. */
uint32_t bal_prove_mark(const struct bal_prover *l,
			const struct bal_uplink *up);
/* Is it an address of this box? */
bool bal_prove_is_own(const struct bal_facts *f, const struct bal_addr *addr);
/* A host of the LAN that there is not, another one each time. */
struct bal_addr bal_prove_lan_host(struct bal_prover *l,
				   struct bal_prove_lan *lan);

/* One more, without a promise; NULL: no memory. */
struct bal_proof *bal_prove_push(struct bal_prover *l, enum bal_proof_kind kind,
				 const struct bal_packet *packet,
				 const char *what);
/* Its promise: by the plan; or by @link, from @src or, where NULL, any. */
void bal_prove_promised(struct bal_prover *l, struct bal_proof *p);
void bal_prove_promise_by(struct bal_prover *l, struct bal_proof *p,
			  const struct bal_link *link,
			  const struct bal_addr *src);

/* One that a socket sends. */
void bal_prove_send(struct bal_prover *l, const struct bal_packet *packet,
		    bool lenient, const char *what);
/*
 * One that is for a host on the link of @up, which has to be asked for there: by
 * a socket that is not connected, bound or not.
 */
void bal_prove_on_link(struct bal_prover *l, const struct bal_uplink *up,
		       struct bal_packet packet, const char *what);
/* One that comes in by @at, and its promise; NULL: no memory. */
struct bal_proof *bal_prove_come(struct bal_prover *l,
				 struct bal_packet *packet,
				 const struct bal_link *at, const char *what);
/* The answer to the last one, and what belongs to that. */
void bal_prove_answer(struct bal_prover *l, bool with_error);
/* By @lan, which @packet has no source of yet: its way out, and the answer. */
void bal_prove_pass(struct bal_prover *l, struct bal_prove_lan *lan,
		    struct bal_packet packet, uint8_t tos, const char *what);

/* What shows the promises of @up; of @rule, where that can be had. */
void bal_prove_uplink(struct bal_prover *l, const struct bal_uplink *up);
void bal_prove_rule(struct bal_prover *l, const struct bal_conf_rule *rule);

#endif
