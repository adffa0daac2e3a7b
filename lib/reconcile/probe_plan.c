// SPDX-License-Identifier: GPL-2.0-or-later
/* probe_plan - what bal-check probes: targets, and by which device. */
#include "reconcile/probe_plan.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "plan/leg6.h"
#include "plan/smooth.h"
#include "probe/cost.h"
#include "state/budget.h"

static void
add_host(struct bal_probe *p, const struct bal_addr *host)
{
	p->targets[p->n_targets++] = (struct bal_target){
		.kind = BAL_TARGET_ICMP,
		.addr = bal_addr_host(host),
	};
}

/* What has no address is for IPv4. */
static bool
is_of(const struct bal_target *target, int family)
{
	return family ==
	       (bal_addr_none(&target->addr) ? AF_INET : target->addr.family);
}

static void
take_targets(const struct bal_uplink *up, struct bal_probe *p)
{
	for (size_t i = 0; i < up->set.n_targets; i++) {
		const struct bal_target *target = &up->set.targets[i];

		if (is_of(target, p->family) && !bal_uplink_owns(up, target))
			p->targets[p->n_targets++] = *target;
	}
}

static void
choose_targets(const struct bal_uplink *up, struct bal_probe *p)
{
	const struct bal_ifaddr *a = bal_uplink_addr(up);
	struct bal_addr guess;

	if (up->set.n_targets) {
		take_targets(up, p);
		return;
	}
	if (!bal_uplink_is_tunnel(up))
		return;
	p->need = 1;
	if (!bal_addr_none(&up->v4.gateway)) {
		add_host(p, &up->v4.gateway);
		return;
	}
	guess = bal_addr_first_host(&a->addr);
	if (a->peer || bal_addr_is_host(&a->addr) ||
	    bal_addr_same_host(&guess, &a->addr))
		return;
	add_host(p, &guess);
	p->rule.guessed = true;
}

/*
 * A guessed target that answered by another uplink exists: no guess any more.
 */
static bool
answers_another(const struct bal_pass *pass, const struct bal_uplink *self,
		const struct bal_addr *host)
{
	for (size_t i = 0; i < pass->uplinks.n; i++) {
		const struct bal_uplink *up = &pass->uplinks.v[i];
		const struct bal_uplink_state *us =
			bal_state_find(&pass->in.state, up->name);
		struct bal_probe p = { 0 };

		if (up == self || !us || !us->record.srtt_us || !up->v4.n_addrs)
			continue;
		p.family = AF_INET;
		choose_targets(up, &p);
		if (p.n_targets == 1 &&
		    bal_addr_same_host(&p.targets[0].addr, host))
			return true;
	}
	return false;
}

/* At rest: as many targets as must answer; @others are of the other family. */
static uint32_t
round_bytes(const struct bal_probe *p, const struct bal_uplink *up)
{
	uint32_t bytes = 0, others = 0;

	for (size_t i = 0; i < p->n_targets && i < p->need; i++)
		bytes += bal_target_bytes(&p->targets[i]);
	for (size_t i = 0; up->v6.n_addrs && i < up->set.n_targets; i++)
		if (!is_of(&up->set.targets[i], p->family) &&
		    others++ < up->set.need)
			bytes += bal_target_bytes(&up->set.targets[i]);
	return bytes;
}

static struct bal_health_rule
rule_of(const struct bal_settings *set)
{
	return (struct bal_health_rule){
		.down = set->down,
		.up = set->up,
		.interval_ms = set->interval_ms,
		.timeout_ms = set->timeout_ms,
		.timeout_min_ms = set->timeout_min_ms,
		.degraded_loss = set->degraded_loss,
		.recovered_loss = set->recovered_loss,
		.degraded_rtt_ms = set->degraded_rtt_ms,
		.recovered_rtt_ms = bal_settings_recovered(set),
		.stable_ms = set->stable_ms,
		.stable_max_ms = set->stable_max_ms,
	};
}

/*
 * The copies of a tunnel begin when its line has been silent for some time: a
 * question within it is no evidence yet.  The next one goes by both lines.
 */
static void
wait_for_copies(struct bal_health_rule *rule, const struct bal_uplink *up)
{
	const uint32_t ms = bal_smooth_is_on(up) ? up->smoothing.silence_ms : 0;

	if (rule->timeout_min_ms < ms)
		rule->timeout_min_ms = ms;
	if (rule->timeout_ms < ms)
		rule->timeout_ms = ms;
}

static void
fill(struct bal_probe *p, const struct bal_pass *pass,
     const struct bal_uplink *up, const struct bal_uplink_state *us)
{
	const struct bal_leg *leg = p->family == AF_INET6 ? &up->v6 : &up->v4;

	p->ifindex = up->ifindex;
	p->source = bal_addr_host(&leg->addrs[0]->addr);
	p->gateway = leg->gateway;
	/* A host in a tunnel's subnet that answers is at its far end. */
	if (!bal_uplink_is_tunnel(up))
		p->link = leg->addrs[0]->addr;
	p->mark = bal_mark_of(up->slot, pass->in.conf.globals.mark_mask);
	p->need = up->set.need;
	wait_for_copies(&p->rule, up);
	/*
	 * The device's counters are of both families, and copies leave by one line
	 * and are answered by another.
	 */
	p->passive = p->family == AF_INET &&
				     !bal_smooth_uses(&pass->uplinks, up) ?
			     up->set.passive :
			     0;
	p->metered = (up->set.budget || !up->set.degraded_loss) &&
		     !up->v6.n_addrs;
	memcpy(p->http_host, up->set.http_host, sizeof(p->http_host));
	memcpy(p->http_expect, up->set.http_expect, sizeof(p->http_expect));
	p->pass_ms =
		(p->rule.down - 1) * p->rule.interval_ms + p->rule.timeout_ms;
	choose_targets(up, p);
	if (p->need > p->n_targets)
		p->need = (uint32_t)p->n_targets;
	p->pace_ms = p->rule.interval_ms;
	p->rule.interval_ms = bal_budget_interval_ms(
		up->set.budget, us->spent, round_bytes(p, up), time(NULL),
		p->rule.interval_ms);
	/*
	 * Without targets (any more) there is no result, and old ones are
	 * dropped.
	 */
	if (p->n_targets) {
		p->no_carrier = !up->carrier;
	} else {
		p->record = (struct bal_health_record){ 0 };
		p->reason[0] = '\0';
	}
}

/* Own addresses that were reported: once is enough as long as it is so. */
struct own {
	char dev[BAL_IFNAMSIZ];
	struct bal_addr addr;
};

static struct own warned[16];
static size_t n_warned;

static bool
is_target(const struct bal_uplink *up, const struct bal_addr *addr)
{
	for (size_t i = 0; i < up->set.n_targets; i++)
		if (bal_uplink_owns(up, &up->set.targets[i]) &&
		    bal_addr_same_host(&up->set.targets[i].addr, addr))
			return true;
	return false;
}

static void
tell_own(const struct bal_uplink *up, const struct bal_addr *addr)
{
	char host[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < n_warned; i++)
		if (strcmp(warned[i].dev, up->name) == 0 &&
		    bal_addr_same_host(&warned[i].addr, addr))
			return;
	if (n_warned == sizeof(warned) / sizeof(warned[0]))
		return;
	memcpy(warned[n_warned].dev, up->name, sizeof(warned[0].dev));
	warned[n_warned++].addr = *addr;
	bal_warn("%s: target %s is its own address and not asked: it would "
		 "always answer",
		 up->name, bal_addr_host_str(addr, host));
}

static void
warn_of_own(const struct bal_uplink *up)
{
	for (size_t i = 0; i < n_warned; i++)
		if (strcmp(warned[i].dev, up->name) == 0 &&
		    !is_target(up, &warned[i].addr))
			warned[i--] = warned[--n_warned];
	for (size_t i = 0; i < up->set.n_targets; i++)
		if (bal_uplink_owns(up, &up->set.targets[i]))
			tell_own(up, &up->set.targets[i].addr);
}

bool
bal_pass_probe(const struct bal_pass *pass, const struct bal_uplink *up,
	       struct bal_probe *out)
{
	const struct bal_uplink_state *us =
		bal_state_find(&pass->in.state, up->name);

	*out = (struct bal_probe){ .rule = rule_of(&up->set),
				   .family = AF_INET };
	memcpy(out->dev, up->name, sizeof(out->dev));
	/* Which line an answer through copies came by is not known. */
	if (!bal_smooth_is_on(up))
		memcpy(out->over, up->set.over, sizeof(out->over));
	if (!us)
		return false;
	out->record = us->record;
	memcpy(out->reason, us->reason, sizeof(out->reason));
	if (!up->admin_up || !up->up || !up->v4.n_addrs)
		return false;
	fill(out, pass, up, us);
	if (out->rule.guessed &&
	    answers_another(pass, up, &out->targets[0].addr))
		out->rule.guessed = false;
	return true;
}

bool
bal_pass_probe6(const struct bal_pass *pass, const struct bal_uplink *up,
		struct bal_probe *out)
{
	const struct bal_uplink_state *us =
		bal_state_find(&pass->in.state, up->name);

	*out = (struct bal_probe){ .rule = rule_of(&up->set),
				   .family = AF_INET6 };
	memcpy(out->dev, up->name, sizeof(out->dev));
	if (!us)
		return false;
	out->record = us->record6;
	memcpy(out->reason, us->reason6, sizeof(out->reason));
	if (!up->six || !up->up || !up->v6.n_addrs ||
	    !bal_has_targets(&up->set, AF_INET6))
		return false;
	fill(out, pass, up, us);
	return true;
}

bool
bal_pass_asks_nobody(const struct bal_pass *pass)
{
	const struct bal_uplinks *ups = &pass->uplinks;
	bool any = false;

	for (size_t i = 0; i < ups->n; i++) {
		struct bal_probe p;

		if (!ups->v[i].admin_up)
			continue;
		any = true;
		if (ups->v[i].set.n_targets ||
		    (bal_pass_probe(pass, &ups->v[i], &p) && p.n_targets))
			return false;
	}
	return any;
}

int
bal_pass_probes(const struct bal_pass *pass, struct bal_probe **out, size_t *n,
		struct bal_err *err)
{
	const struct bal_uplinks *ups = &pass->uplinks;
	struct bal_probe *v = calloc(2 * ups->n + 1, sizeof(*v));

	if (!v)
		return bal_err_nomem(err);
	*n = 0;
	for (size_t i = 0; i < ups->n; i++) {
		*n += bal_pass_probe6(pass, &ups->v[i], &v[*n]);
		if (!bal_pass_probe(pass, &ups->v[i], &v[*n]))
			continue;
		warn_of_own(&ups->v[i]);
		(*n)++;
	}
	*out = v;
	return 0;
}
