// SPDX-License-Identifier: GPL-2.0-or-later
/* prove_see - sees what leaves, and forgets what it has made for that. */
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <sys/random.h>
#include <unistd.h>

#include "doctor/facts/internal.h"
#include "doctor/facts/prove_internal.h"
#include "reconcile/pass_plan.h"

/* What is asked for on a link is asked for again after a second. */
#define PATIENCE_MS 1200
/* What must be nowhere, or may be dropped, shows as fast as all the rest. */
#define STRAYS_MS 100

/* A VLAN, a bond or a bridge sends by another device what it has sent. */
static bool
is_below(const struct bal_prove_asker *a, int upper, int lower)
{
	const struct bal_link *up = bal_snapshot_ifindex(a->f->snap, upper);
	const struct bal_link *low = bal_snapshot_ifindex(a->f->snap, lower);
	char path[80];

	if (!up || !low)
		return false;
	snprintf(path, sizeof(path), "/sys/class/net/%s/lower_%s", up->name,
		 low->name);
	return access(path, F_OK) == 0;
}

static void
note(const struct bal_prove_asker *a, struct bal_proof *p,
     const struct bal_sight *s)
{
	struct bal_proof_sight *slot;

	for (size_t i = 0; i < p->sights.n; i++)
		if (p->sights.v[i].ifindex == s->ifindex ||
		    is_below(a, p->sights.v[i].ifindex, s->ifindex))
			return;
	slot = BAL_PUSH(&a->f->arena, &p->sights);
	if (slot)
		*slot = (struct bal_proof_sight){ s->ifindex, s->arp,
						  s->frame.src,
						  s->frame.sport };
}

/* Others say of a datagram that it died: that is no sight of it. */
static bool
is_meant(const struct bal_proof *p, const struct bal_sight *s)
{
	const bool error = p->kind == BAL_PROOF_ERROR ||
			   (p->kind == BAL_PROOF_CAME && p->ttl == 1);

	return p->asked && s->frame.error == error &&
	       (p->kind == BAL_PROOF_ARP) == s->reply;
}

/* Of TCP that a socket began the ports are known. */
static bool
is_socket_of(const struct bal_proof *p, const struct bal_frame *frame)
{
	return p->kind == BAL_PROOF_SENT && p->packet.proto == IPPROTO_TCP &&
	       frame->sport == p->packet.sport &&
	       frame->dport == p->packet.dport;
}

static void
take(const struct bal_prove_asker *a, const struct bal_sight *s)
{
	const struct bal_link *link =
		bal_snapshot_ifindex(a->f->snap, s->ifindex);
	const bool marked =
		(!s->arp || s->reply) && s->frame.number != BAL_FRAME_UNMARKED;
	struct bal_neighbour *slot;

	if (!link || link->loopback)
		return;
	if (marked && s->frame.number < a->proofs->v.n &&
	    is_meant(&a->proofs->v.v[s->frame.number], s))
		note(a, &a->proofs->v.v[s->frame.number], s);
	for (size_t i = 0; !marked && i < a->proofs->v.n; i++) {
		struct bal_proof *p = &a->proofs->v.v[i];

		if (!bal_addr_same_host(&p->packet.dst, &s->frame.dst) ||
		    !is_meant(p, s) || (!s->arp && !is_socket_of(p, &s->frame)))
			continue;
		note(a, p, s);
		slot = s->arp ? BAL_PUSH(&a->f->arena, &a->proofs->asked_for) :
				NULL;
		if (slot)
			*slot = (struct bal_neighbour){ s->frame.dst,
							s->ifindex };
	}
	if (s->arp || !bal_facts_uplink(a->f, link->name))
		return;
	a->proofs->packets++;
	a->proofs->bytes += (unsigned)s->len;
}

/* Is anything on its way yet that must be seen? */
static bool
is_waiting(const struct bal_prove_asker *a)
{
	for (size_t i = 0; i < a->proofs->v.n; i++) {
		const struct bal_proof *p = &a->proofs->v.v[i];

		if (p->asked && !p->error && p->promised.n && !p->lenient &&
		    !p->sights.n)
			return true;
	}
	return false;
}

static void
ask_next(const struct bal_prove_asker *a)
{
	for (size_t i = 0; i < a->proofs->v.n; i++)
		if (!a->proofs->v.v[i].asked)
			bal_prove_ask(a, (uint32_t)i);
}

static void
see(const struct bal_prove_asker *a)
{
	const uint64_t began = bal_now_ms();
	uint64_t quiet = began;
	struct bal_sight sight;

	for (;;) {
		struct pollfd poller = { .fd = a->wire.fd, .events = POLLIN };
		const uint64_t now = bal_now_ms();

		if (is_waiting(a))
			quiet = now;
		if (now - began > PATIENCE_MS || now - quiet > STRAYS_MS)
			return;
		(void)poll(&poller, 1, 20);
		while (bal_wire_next(&a->wire, &sight) > 0)
			take(a, &sight);
		ask_next(a);
	}
}

/* --- to forget ------------------------------------------------------------ */

static void
ignore(size_t number, int eno, const char *why, void *arg)
{
	(void)number;
	(void)eno;
	(void)why;
	(void)arg;
}

/* Connections that there never were; without conntrack there is none. */
static void
forget_connections(const struct bal_prove_asker *a)
{
	struct bal_err why = { 0 };
	struct bal_nl *nl = bal_nl_open_proto(NETLINK_NETFILTER, &why);

	if (!nl)
		return;
	bal_nl_on_failure(nl, ignore, NULL);
	for (size_t i = 0; i < a->proofs->v.n; i++) {
		const struct bal_proof *p = &a->proofs->v.v[i];
		/* What is not connected shows its address by where it left. */
		const struct bal_connection c = {
			p->kind != BAL_PROOF_SENT ? p->packet.src :
			p->once && p->sights.n	  ? p->sights.v[0].src :
						    p->from,
			p->packet.dst,
			p->packet.proto,
			p->packet.sport,
			p->packet.dport,
		};

		if (p->asked && p->kind != BAL_PROOF_ERROR &&
		    bal_forget_connection(nl, &c, &why) < 0)
			break;
	}
	(void)bal_nl_flush(nl, &why);
	bal_nl_close(nl);
}

/* Those in @list; of ours the number of the change is the place. */
static void
forget_neighbours(struct bal_nl *nl, const struct bal_neighbour *list, size_t n)
{
	struct bal_err why = { 0 };

	bal_nl_on_failure(nl, ignore, NULL);
	for (size_t i = 0; i < n; i++)
		if (list[i].ifindex &&
		    bal_forget_neighbour(nl, &list[i], &why) < 0)
			return;
	(void)bal_nl_flush(nl, &why);
}

static void
not_made(size_t number, int eno, const char *why, void *arg)
{
	struct bal_proofs *proofs = arg;

	(void)eno;
	(void)why;
	proofs->hosts.v[number].ifindex = 0;
}

/* One that is known already is a host that there is: it is left alone. */
static void
make_neighbours(struct bal_nl *nl, struct bal_proofs *proofs)
{
	struct bal_err why = { 0 };

	bal_nl_on_failure(nl, not_made, proofs);
	for (size_t i = 0; i < proofs->hosts.n; i++) {
		const uint8_t hardware[6] = {
			0x02, 0x62, 0, 0, (uint8_t)(i >> 8), (uint8_t)i
		};

		if (bal_make_neighbour(nl, &proofs->hosts.v[i], hardware, i,
				       &why) < 0)
			return;
	}
	(void)bal_nl_flush(nl, &why);
}

static void
prove(struct bal_prove_asker *a, const bal_group_list *groups, uint32_t random,
      struct bal_nl *nl)
{
	a->proofs->known = bal_facts_file(a->f, "/proc/net/arp");
	bal_prove_list(a->f, groups, random, a->proofs);
	make_neighbours(nl, a->proofs);
	ask_next(a);
	see(a);
	forget_connections(a);
	forget_neighbours(nl, a->proofs->hosts.v, a->proofs->hosts.n);
	forget_neighbours(nl, a->proofs->asked_for.v, a->proofs->asked_for.n);
	a->f->proofs = a->proofs;
}

int
bal_facts_prove(struct bal_facts *f, struct bal_pass *pass, struct bal_err *err)
{
	struct bal_prove_asker a = { .f = f, .wire = { BAL_WIRE_NONE } };
	bal_group_list groups = { 0 };
	uint32_t random[2];
	struct bal_err why = { 0 };

	if (!f->looked || getrandom(random, sizeof(random), 0) < 0) {
		bal_facts_unseen(f, "what leaves by which uplink");
		return 0;
	}
	a.proofs = bal_arena_alloc(&f->arena, sizeof(*a.proofs));
	if (!a.proofs || bal_pass_groups(pass, &f->arena, &groups, err) < 0)
		return bal_err_nomem(err);
	if (bal_wire_open(&a.wire, random[0], &why) < 0)
		bal_facts_unseen(f, bal_facts_text(f,
						   "what leaves by which "
						   "uplink: %s",
						   why.msg));
	else
		prove(&a, &groups, random[1], pass->session.nl);
	bal_wire_close(&a.wire);
	return f->arena.oom ? bal_err_nomem(err) : 0;
}
