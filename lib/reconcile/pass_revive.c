// SPDX-License-Identifier: GPL-2.0-or-later
/* pass_revive - which uplink is to be revived after this pass, and how. */
#include "reconcile/pass_revive.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "actions/reviver.h"
#include "actions/usb.h"
#include "base/boot.h"
#include "plan/merge.h"
#include "reconcile/pass_internal.h"

/* bal-revive may not have locked its order yet when it is looked at again. */
#define START_MS 10000

/* A box that is to be rebooted takes its uplinks down: that is no one's wish. */
#define GOING_DOWN_MS 600000

/* The rule for one uplink. */
struct rule {
	struct bal_revive_rule steps;
	uint32_t reboot_ms;
};

static const struct bal_uplink_state *
up_state(const struct bal_pass *pass, const char *name)
{
	const struct bal_uplink_state *us = bal_state_find(&pass->in.state, name);

	return us && us->admin_up ? us : NULL;
}

static struct rule
rule_of(const struct bal_settings *set)
{
	struct rule rule = { .steps.after_ms = set->revive_after_ms,
			     .reboot_ms = set->revive_reboot_ms };

	memcpy(rule.steps.steps, set->revive, sizeof(set->revive));
	return rule;
}

/* By its stanza where it is up, by bal.conf, or as its stanza said before. */
static struct rule
find_rule(const struct bal_pass *pass, const struct bal_reviving *r)
{
	const struct bal_uplink_state *us = up_state(pass, r->name);
	const struct bal_settings set =
		bal_uplink_settings(&pass->in.conf, us, r->name);

	if (us || set.revive[0])
		return rule_of(&set);
	return (struct rule){ r->rule, r->reboot_ms };
}

static bool
is_wanted(const struct bal_pass *pass)
{
	const struct bal_conf *conf = &pass->in.conf;
	const struct bal_state *state = &pass->in.state;

	for (size_t i = 0; i < conf->n_uplinks; i++)
		if (conf->uplinks[i].set.revive[0])
			return true;
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].options.revive[0])
			return true;
	return false;
}

/* --- what is known of an uplink ------------------------------------------- */

static bool
lives(const struct bal_uplink_state *us)
{
	return us && us->condition != BAL_HEALTH_DEAD;
}

/* A tunnel over a dead uplink needs that one to be revived. */
static bool
is_dead(const struct bal_pass *pass, const struct bal_reviving *r,
	uint64_t *since_ms)
{
	const struct bal_uplink_state *us = up_state(pass, r->name);
	const struct bal_uplink *up = bal_uplinks_find(&pass->uplinks, r->name);

	*since_ms = us ? us->since_ms : r->record.at_ms;
	if (!us)
		return r->taken;
	return us->condition == BAL_HEALTH_DEAD && !(up && up->underlay_down);
}

/* Would another uplink that lives lose its device with that of @r? */
static bool
is_shared(const struct bal_pass *pass, const struct bal_reviving *r)
{
	const struct bal_state *state = &pass->in.state;
	char usb[BAL_USB_STRLEN];

	for (size_t i = 0; i < state->n_uplinks; i++) {
		const struct bal_uplink_state *us = &state->uplinks[i];

		if (us->admin_up && lives(us) && strcmp(us->name, r->name) &&
		    bal_usb_find(us->name, usb) && bal_usb_is_at(usb, r->usb))
			return true;
	}
	return false;
}

static bool
any_lives(const struct bal_pass *pass)
{
	const struct bal_state *state = &pass->in.state;

	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].admin_up && lives(&state->uplinks[i]))
			return true;
	return false;
}

static unsigned
find_possible(const struct bal_pass *pass, const struct bal_revivals *all,
	      const struct bal_reviving *r, uint32_t reboot_ms)
{
	unsigned possible = 1u << BAL_REVIVE_IFDOWN_UP;

	if (r->usb[0] && !is_shared(pass, r)) {
		possible |= 1u << BAL_REVIVE_POWER;
		if (bal_usb_can_reset(r->usb))
			possible |= 1u << BAL_REVIVE_USB_RESET;
	}
	if (!any_lives(pass) &&
	    bal_revive_may_reboot(&all->reboot, pass->snap.now_ms, reboot_ms))
		possible |= 1u << BAL_REVIVE_REBOOT;
	return possible;
}

/* --- records -------------------------------------------------------------- */

static bool
is_going_down(const struct bal_pass *pass, const struct bal_revivals *all)
{
	return all->reboot.known && all->reboot.at_ms &&
	       pass->snap.now_ms < all->reboot.at_ms + GOING_DOWN_MS;
}

static void
note_next(struct bal_pass *pass, uint64_t ms)
{
	uint64_t *next = &pass->outcome.revive_ms;

	if (!*next || ms < *next)
		*next = ms;
}

/* The count ends once it has been alive for long. */
static void
end_count(struct bal_pass *pass, const struct bal_uplink_state *us,
	  struct bal_reviving *r)
{
	const uint64_t end_ms =
		us->since_ms + find_rule(pass, r).steps.after_ms;

	if (!lives(us) || (!r->record.rounds && !r->record.next))
		return;
	if (pass->snap.now_ms >= end_ms)
		r->record = (struct bal_revive_record){ 0 };
	else
		note_next(pass, end_ms);
}

/* What is seen of an uplink that is up, for the time when it is not. */
static void
observe(struct bal_pass *pass, struct bal_reviving *r, bool busy)
{
	const struct bal_uplink_state *us = up_state(pass, r->name);

	(void)bal_usb_find(r->name, r->usb);
	if (!us)
		return;
	r->taken = r->taken && busy;
	memcpy(r->stanza, us->stanza, sizeof(r->stanza));
	memset(&r->rule, 0, sizeof(r->rule));
	r->reboot_ms = 0;
	if (us->options.revive[0]) {
		const struct rule rule = find_rule(pass, r);

		r->rule = rule.steps;
		r->reboot_ms = rule.reboot_ms;
	}
	end_count(pass, us, r);
}

static void
forget(struct bal_revivals *all, size_t i)
{
	memmove(&all->v[i], &all->v[i + 1],
		(--all->n - i) * sizeof(*all->v));
	memset(&all->v[all->n], 0, sizeof(*all->v));
}

/* A record for each uplink that has a rule, and for no other. */
static void
keep_records(struct bal_pass *pass, struct bal_revivals *all, bool busy)
{
	const struct bal_conf *conf = &pass->in.conf;
	const struct bal_state *state = &pass->in.state;

	for (size_t i = 0; i < conf->n_uplinks; i++)
		if (conf->uplinks[i].set.revive[0])
			(void)bal_revivals_add(all, conf->uplinks[i].name);
	for (size_t i = 0; i < state->n_uplinks; i++)
		if (state->uplinks[i].options.revive[0])
			(void)bal_revivals_add(all, state->uplinks[i].name);
	for (size_t i = all->n; i-- > 0;) {
		observe(pass, &all->v[i], busy);
		if (!find_rule(pass, &all->v[i]).steps.steps[0])
			forget(all, i);
	}
}

/* --- the step ------------------------------------------------------------- */

static enum bal_revive_step
look_at(struct bal_pass *pass, const struct bal_revivals *all,
	struct bal_reviving *r)
{
	const struct rule rule = find_rule(pass, r);
	struct bal_revive_look look = { .now_ms = pass->snap.now_ms };
	uint64_t due_ms;

	if (!is_dead(pass, r, &look.dead_since_ms))
		return BAL_REVIVE_NONE;
	due_ms = bal_revive_due_ms(&rule.steps, &r->record, look.dead_since_ms);
	if (look.now_ms < due_ms) {
		note_next(pass, due_ms);
		return BAL_REVIVE_NONE;
	}
	look.possible = find_possible(pass, all, r, rule.reboot_ms);
	return bal_revive_due(&rule.steps, &r->record, &look);
}

static int
tell(struct bal_pass *pass, const struct bal_reviving *r,
     enum bal_revive_step step, struct bal_err *err)
{
	const struct bal_uplink_state *us = up_state(pass, r->name);
	struct bal_event *e =
		bal_pass_add_event(pass, BAL_EVENT_REVIVE, r->name, err);

	if (!e)
		return -1;
	(void)bal_copy(e->reason, sizeof(e->reason), bal_revive_name(step));
	(void)bal_copy(e->before, sizeof(e->before),
		       bal_health_name(BAL_HEALTH_DEAD));
	if (us && us->since_ms && us->since_ms < pass->snap.now_ms)
		e->lasted_ms = pass->snap.now_ms - us->since_ms;
	return 0;
}

/* One uplink at a time: the first that is due, and no other until it is done. */
static int
find_step(struct bal_pass *pass, struct bal_revivals *all,
	  struct bal_revive_order *order, struct bal_err *err)
{
	for (size_t i = 0; i < all->n && !order->step; i++) {
		struct bal_reviving *r = &all->v[i];

		order->step = look_at(pass, all, r);
		if (!order->step)
			continue;
		r->taken = true;
		memcpy(order->dev, r->name, sizeof(order->dev));
		memcpy(order->stanza, r->stanza, sizeof(order->stanza));
		memcpy(order->usb, r->usb, sizeof(order->usb));
		if (order->step == BAL_REVIVE_REBOOT)
			all->reboot = (struct bal_revive_reboot){
				true, pass->snap.now_ms
			};
		if (tell(pass, r, order->step, err) < 0)
			return -1;
	}
	return 0;
}

/* Recorded first: a step that may not be on record is not taken. */
static int
give_order(struct bal_pass *pass, const struct bal_revivals *was,
	   const struct bal_revivals *all, const struct bal_revive_order *order,
	   struct bal_err *err)
{
	const struct bal_paths *paths = &pass->session.paths;
	char boot_id[BAL_BOOT_STRLEN];

	bal_boot_id(boot_id, sizeof(boot_id));
	if (!bal_revivals_same(was, all) &&
	    bal_revivals_save(paths->revive, boot_id, all, err) < 0)
		return -1;
	if (!order->step)
		return 0;
	if (bal_revive_order(paths->revive_order, order, err) < 0)
		return -1;
	pass->outcome.revives = true;
	return 0;
}

static bool
has_just_started(const struct bal_pass *pass)
{
	const uint64_t at = pass->session.revived_ms;

	return at && pass->snap.now_ms < at + START_MS;
}

static int
revive(struct bal_pass *pass, struct bal_revivals *was, struct bal_revivals *all,
       struct bal_err *err)
{
	const enum bal_revive_going going =
		bal_revive_going(pass->session.paths.revive_order);
	const size_t n_events = pass->outcome.events.n;
	struct bal_revive_order order = { 0 };
	struct bal_err why;

	if (going == BAL_REVIVE_LEFT && !has_just_started(pass))
		pass->outcome.revives = true;
	if (bal_revivals_copy(all, was, err) < 0)
		return -1;
	keep_records(pass, all,
		     going != BAL_REVIVE_IDLE || is_going_down(pass, all));
	if (going == BAL_REVIVE_IDLE && !is_going_down(pass, all) &&
	    find_step(pass, all, &order, err) < 0)
		return -1;
	if (give_order(pass, was, all, &order, &why) == 0)
		return 0;
	bal_warn("nothing is revived: %s", why.msg);
	pass->outcome.events.n = n_events;
	return 0;
}

int
bal_pass_revive(struct bal_pass *pass, struct bal_err *err)
{
	struct bal_revivals was, all = { 0 };
	char boot_id[BAL_BOOT_STRLEN];
	struct bal_err why;
	int rc = 0;

	if (!is_wanted(pass) &&
	    access(pass->session.paths.revive_order, F_OK) != 0)
		return 0;
	bal_boot_id(boot_id, sizeof(boot_id));
	if (bal_revivals_load(pass->session.paths.revive, boot_id, &was, &why) < 0)
		bal_warn("nothing is revived: %s", why.msg);
	else
		rc = revive(pass, &was, &all, err);
	bal_revivals_fini(&was);
	bal_revivals_fini(&all);
	return rc;
}

/* --- for people ----------------------------------------------------------- */

bool
bal_pass_revivals(const struct bal_pass *pass, struct bal_revivals *out)
{
	char boot_id[BAL_BOOT_STRLEN];
	struct bal_err ignored;

	*out = (struct bal_revivals){ 0 };
	if (!is_wanted(pass))
		return false;
	bal_boot_id(boot_id, sizeof(boot_id));
	return bal_revivals_load(pass->session.paths.revive, boot_id, out,
				 &ignored) == 0;
}

struct bal_revive_next
bal_pass_revive_next(const struct bal_pass *pass, const struct bal_revivals *all,
		     const char *name)
{
	const struct bal_reviving *known = bal_revivals_find(all, name);
	struct bal_revive_look look = { .now_ms = UINT64_MAX };
	struct bal_revive_next next = { 0 };
	struct bal_reviving r;
	struct rule rule;

	if (!known || !is_dead(pass, known, &look.dead_since_ms))
		return next;
	r = *known;
	rule = find_rule(pass, &r);
	next.due_ms = bal_revive_due_ms(&rule.steps, &r.record, look.dead_since_ms);
	next.rounds = r.record.rounds;
	look.possible = find_possible(pass, all, &r, rule.reboot_ms);
	next.step = bal_revive_due(&rule.steps, &r.record, &look);
	return next;
}
