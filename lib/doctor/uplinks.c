// SPDX-License-Identifier: GPL-2.0-or-later
/* uplinks - findings about single uplinks. */
#include <string.h>

#include "doctor/internal.h"

/* An uplink dead for so long receives more than its modem's own packets. */
#define DEAD_LONG_MS 60000
#define COMES_IN_BYTES 200 /* bytes a second */

static void
unnamed_tables(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		const char *name = bal_tables_name(&f->names, up->table);

		if (!up->admin_up || !up->table ||
		    (name && strcmp(name, up->name) == 0))
			continue;
		bal_doctor_find(
			d, BAL_SEVERITY_NOTE, "table-name", up->name,
			"bal knows its number and goes on. For ip(8) it "
			"is a number without a name, and another program "
			"may take it.");
		bal_doctor_what(d, "its routing table %u is not registered",
				up->table);
		bal_doctor_fix(d, "bal-addtable %s %u", bal_doctor_word(d, up->name),
			       up->table);
	}
}

static bool
has_addr(const struct bal_uplink *up, const struct bal_addr *addr)
{
	const struct bal_ifaddr *a = bal_uplink_addr(up);

	return up->v4.shared_addr && a && bal_addr_same_host(&a->addr, addr);
}

/* Those from number @first on with the same address, not reported yet. */
static void
same_address(const struct bal_facts *f, struct bal_diagnosis *d, size_t first)
{
	const struct bal_uplink *ups = f->uplinks->v;
	const struct bal_addr *addr = &bal_uplink_addr(&ups[first])->addr;
	char text[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < first; i++)
		if (has_addr(&ups[i], addr))
			return;
	bal_doctor_find(d, BAL_SEVERITY_NOTE, "same-address", ups[first].name,
			"They are kept apart by marks, which works. A program "
			"that binds to the address cannot say which uplink it "
			"means; one that binds to the device can.");
	for (size_t i = first + 1; i < f->uplinks->n; i++)
		if (has_addr(&ups[i], addr))
			bal_doctor_also(d, ups[i].name);
	bal_doctor_what(d, "they have the same address, %s",
			bal_addr_host_str(addr, text));
	bal_doctor_fix(d,
			"bal-exec %s COMMAND (for a program that is to use "
			"that one)",
			bal_doctor_word(d, ups[first].name));
}

static void
same_addresses(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++)
		if (f->uplinks->v[i].v4.shared_addr &&
		    bal_uplink_addr(&f->uplinks->v[i]))
			same_address(f, d, i);
}

static bool
is_silent(const struct bal_facts *f, const struct bal_uplink *up)
{
	return bal_doctor_is_dead(f, up) && up->v4.usable && !up->underlay_down;
}

/*
 * The first one that the gateway does not explain, one that was asked before
 * others; NULL: there is none.
 */
static const struct bal_uplink *
first_unexplained(const struct bal_facts *f)
{
	const struct bal_uplink *first = NULL;

	for (size_t i = 0; i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!up->admin_up || bal_doctor_gateway_explains(f, up))
			continue;
		if (is_silent(f, up))
			return up;
		if (!first)
			first = up;
	}
	return first;
}

/* The probe as a command to run by hand. */
static void
fix_silence(struct bal_diagnosis *d, const struct bal_uplink *up)
{
	char host[BAL_ADDR_STRLEN];

	for (size_t i = 0; i < up->set.n_targets; i++) {
		const struct bal_target *t = &up->set.targets[i];

		if (t->kind != BAL_TARGET_ICMP || bal_uplink_owns(up, t))
			continue;
		bal_doctor_fix(d, "bal-exec %s ping -c 3 %s",
				bal_doctor_word(d, up->name),
				bal_addr_host_str(&t->addr, host));
		return;
	}
	bal_doctor_fix(d, "bal-check -v");
}

/* Why dead uplinks are dead: 1 << of these. */
enum { NO_ANSWER, NO_UNDERLAY, NO_WAY, CAUSES };

static unsigned
causes_of_death(const struct bal_facts *f)
{
	unsigned causes = 0;

	for (size_t i = 0; i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];

		if (!up->admin_up)
			continue;
		causes |= 1u << (up->underlay_down ? NO_UNDERLAY :
				 up->v4.usable	   ? NO_ANSWER :
						     NO_WAY);
	}
	return causes;
}

/* One that has no answer is there. */
#define NO_LINE_WORKS                                                          \
	"No line works, or it is what is asked: targets that are gone or "     \
	"never answer, or a firewall of this box or of the modems that drops " \
	"questions or answers. Where the fix is answered, probes are at "      \
	"fault, else the lines."
#define UNDERLAYS " A tunnel is dead as long as the line that it is over is."
#define NO_DEVICES \
	"Some cannot be asked: their device, carrier, address or gateway is " \
	"missing."

static const char *const whys[1 << CAUSES] = {
	[1 << NO_ANSWER] = NO_LINE_WORKS,
	[1 << NO_ANSWER | 1 << NO_UNDERLAY] = NO_LINE_WORKS UNDERLAYS,
	[1 << NO_UNDERLAY] =
		"No packet of a tunnel leaves while the line that it is over "
		"is dead, down or no uplink any more.",
	[1 << NO_WAY] = NO_DEVICES,
	[1 << NO_WAY | 1 << NO_ANSWER] = NO_DEVICES,
	[1 << NO_WAY | 1 << NO_UNDERLAY] = NO_DEVICES UNDERLAYS,
	[1 << NO_WAY | 1 << NO_UNDERLAY | 1 << NO_ANSWER] =
		NO_DEVICES UNDERLAYS,
};

static void
all_dead(const struct bal_facts *f, struct bal_diagnosis *d)
{
	const struct bal_uplink *first = bal_doctor_first_if_all(f, bal_doctor_is_dead);
	const struct bal_uplink *ask = first ? first_unexplained(f) : NULL;
	unsigned causes;

	/* Where all gateways are silent, targets are not the cause. */
	if (!ask)
		return;
	causes = causes_of_death(f);
	bal_doctor_find(d, BAL_SEVERITY_BROKEN, "all-dead", first->name,
			whys[causes]);
	if (!(causes & 1u << NO_WAY) && causes & 1u << NO_ANSWER) {
		bal_doctor_what(d, "all uplinks are dead: no target answers");
		fix_silence(d, ask);
	} else {
		bal_doctor_what(d, "%s", causes == 1u << NO_UNDERLAY ?
				"all uplinks are dead: their underlay is down" :
				"all uplinks are dead");
		bal_doctor_fix(d, "bal-status (says why, below the table)");
	}
	bal_doctor_about_all(f, d);
}

/* The cause for each is reported where it is dead. */
static void
nothing_leaves(struct bal_diagnosis *d)
{
	bal_doctor_find(d, BAL_SEVERITY_BROKEN, "nothing-leaves", "",
			"No route is left for what this box and its LAN begin: "
			"last_resort = no, or when_all_dead = unreachable, "
			"forbids the others, or there are none. Connections "
			"that are bound to an uplink still use it.");
	bal_doctor_what(d, "nothing leaves: no uplink that has a share is "
			   "alive");
	bal_doctor_fix(d, "bal-status (says why, below the table)");
}

static void
last_resort(const struct bal_facts *f, struct bal_diagnosis *d)
{
	static const char *const what[] = {
		[BAL_RESORT_LINE] =
			"new connections leave by it, and it has no share",
		[BAL_RESORT_FOREIGN] =
			"new connections leave by it, and it is no uplink",
		[BAL_RESORT_DEAD] =
			"new connections leave by it, and it is dead",
	};
	const struct bal_resort *r = &f->last_resort;

	/* Where all are dead that is reported, with a fix. */
	if (r->kind > BAL_RESORT_FOREIGN && bal_doctor_all_dead(f))
		return;
	/* Nor what table main does: it is a finding of its own. */
	if (r->kind == BAL_RESORT_NOTHING && !r->main_ends)
		nothing_leaves(d);
	if (r->kind == BAL_RESORT_NONE || r->kind == BAL_RESORT_NOTHING)
		return;
	bal_doctor_find(d, BAL_SEVERITY_RISK, "last-resort", r->dev,
			"No uplink that has a share is alive: what this box and "
			"its LAN begin leaves outside of the tunnels. Where "
			"that must never be, the fix forbids it.");
	bal_doctor_what(d, "%s", what[r->kind]);
	bal_doctor_fix(d, "last_resort = no (below [bal] in bal.conf)");
}

static bool
asks_by_ping_alone(const struct bal_uplink *up)
{
	size_t pings = 0;

	for (size_t i = 0; i < up->set.n_targets; i++) {
		if (bal_uplink_owns(up, &up->set.targets[i]))
			continue;
		if (up->set.targets[i].kind != BAL_TARGET_ICMP)
			return false;
		pings++;
	}
	return pings > 0;
}

/*
 * The rate that a dead one receives at; 0: little, or from before it was dead.
 */
static uint64_t
comes_in(const struct bal_facts *f, const struct bal_uplink *up)
{
	const struct bal_uplink_state *us = bal_state_find(f->state, up->name);

	if (!us || !us->since_ms ||
	    us->counted_ms < us->since_ms + DEAD_LONG_MS ||
	    us->rx_rate < COMES_IN_BYTES)
		return 0;
	return us->rx_rate;
}

static void
pings_dropped(const struct bal_facts *f, struct bal_diagnosis *d)
{
	for (size_t i = 0; f->looked && i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		const uint64_t rate = comes_in(f, up);

		if (!rate || !up->admin_up || !is_silent(f, up) ||
		    !asks_by_ping_alone(up) ||
		    bal_doctor_gateway_explains(f, up))
			continue;
		bal_doctor_find(d, BAL_SEVERITY_RISK, "pings-dropped", up->name,
				"The line may work, and the provider or the "
				"modem drop pings. A target of TCP or DNS "
				"answers then. If it is the modem's own page "
				"that is looked at, the line may be dead all "
				"the same.");
		bal_doctor_what(d,
				"no ping is answered, and %llu bytes a second "
				"come in by it",
				(unsigned long long)rate);
		bal_doctor_fix(d,
				"targets = tcp:9.9.9.9:53, tcp:1.1.1.1:53 (in "
				"the [uplink %s] section of bal.conf)",
				up->name);
	}
}

const struct bal_doctor_rule bal_doctor_rules_uplinks[] = {
	{ unnamed_tables, true },
	{ same_addresses, false },
	{ all_dead, true },
	{ last_resort, true },
	{ pings_dropped, true },
	{ NULL, false },
};
