/* prove - marked datagrams, what bal.conf promises of them, and what was seen. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PROVE_H
#define BAL_PROVE_H

#include "doctor/facts/facts.h"
#include "explain/explain.h"
#include "netlink/forget.h"
#include "probe/wire.h"

/* How a datagram came to be. */
enum bal_proof_kind {
	BAL_PROOF_SENT, /* a socket of this box sent it */
	BAL_PROOF_CAME, /* @at received it, from a host that there is not */
	/* What @after was seen to be is answered, where it was seen. */
	BAL_PROOF_ANSWER,
	/* Where the datagram came from that @after answers, nothing listens. */
	BAL_PROOF_ERROR,
	BAL_PROOF_ARP, /* @at received a request for packet.dst */
};

/* Where it may leave.  @src none: from whatever address. */
struct bal_promised {
	const struct bal_link *link;
	struct bal_addr src;
	/* What is forwarded: or from an address of the device. */
	bool or_own;
	bool on_link;	  /* without a gateway */
	unsigned percent; /* of new connections */
};

/* Where it was seen to leave. */
struct bal_proof_sight {
	int ifindex;
	bool arp; /* only asked for on the link */
	struct bal_addr src;
	uint16_t sport;
};

/* One datagram. */
struct bal_proof {
	const char *what; /* "UDP of this box" */
	enum bal_proof_kind kind;
	struct bal_packet packet;
	uint8_t ttl, tos;
	const struct bal_link *at;		/* it came in by it */
	size_t after;				/* its place among them */
	BAL_LIST(struct bal_promised) promised; /* none: it leaves nowhere */
	/* Unseen it proves nothing: a firewall, or a dead line, may drop it. */
	bool lenient;
	/* Its host is on the link, and not known: it has to be asked for there. */
	bool asks;
	/* UDP whose socket is not connected: routed once, by what it is bound to. */
	bool once;
	uint16_t size; /* of UDP that must not be fragmented; 0: it is short */
	/* Each packet of it goes its own way: `balance = packet`. */
	bool drawn;
	/* One of many that show the shares of the first group. */
	bool share;

	bool asked;	      /* it was sent */
	bool reverse;	      /* rp_filter dropped something as it came in */
	int error;	      /* errno of that, 0: none */
	struct bal_addr from; /* of the socket, then */
	BAL_LIST(struct bal_proof_sight) sights;
};

/* All of them.  They live in the facts' arena. */
struct bal_proofs {
	BAL_LIST(struct bal_proof) v;
	/*
	 * Hosts that there are not: neighbours while this goes on, so that what
	 * is for them is seen and not only asked for; and those that only were.
	 */
	BAL_LIST(struct bal_neighbour) hosts, asked_for;
	const char *known; /* /proc/net/arp: hosts that there are; or NULL */
	unsigned packets, bytes; /* that left by uplinks, all of them */
};

/* Numbers that look random: xorshift32.  @state is not 0. */
uint32_t bal_prove_random(uint32_t *state);
/* A host of @net that is neither its network nor its broadcast address. */
struct bal_addr bal_prove_host(const struct bal_addr *net, uint32_t *state);

/*
 * The kernel as @f's plan has it, and of others what is in main, local and default:
 * what bal_explain() needs of it.  Pure; in @arena.
 */
struct bal_snapshot bal_prove_promised_kernel(const struct bal_facts *f,
					      struct bal_arena *arena);

/*
 * Where the datagram @proof may leave by @kernel, which that has made: into
 * @proof->promised.  Pure.
 */
void bal_prove_promise(const struct bal_facts *f,
		       const struct bal_snapshot *kernel,
		       struct bal_arena *arena, struct bal_proof *proof);

/* What to send, @groups being those of the plan.  Pure, but for memory. */
void bal_prove_list(struct bal_facts *f, const bal_group_list *groups,
		    uint32_t random, struct bal_proofs *out);

/* Was @proof seen where it may leave, from an address that it may have there? */
bool bal_prove_kept(const struct bal_facts *f, const struct bal_proof *proof);
/* The promise that the sight @s keeps but for its source, or NULL. */
const struct bal_promised *bal_prove_by(const struct bal_proof *proof,
					const struct bal_proof_sight *s);
/* Has @s an address that it may have by @p? */
bool bal_prove_source(const struct bal_facts *f, const struct bal_promised *p,
		      const struct bal_proof_sight *s);

/*
 * Send all, see what leaves for a second or so, and forget the connections that
 * this has made: into @f->proofs.  @pass was looked at with session.want_whole.
 * What cannot be done is noted among @f->unseen.  -1 only when memory ran out.
 */
int bal_facts_prove(struct bal_facts *f, struct bal_pass *pass,
		    struct bal_err *err);

#endif
