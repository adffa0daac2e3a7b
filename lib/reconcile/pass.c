// SPDX-License-Identifier: GPL-2.0-or-later
/* pass - the one path of a change: intent, plan, diff, apply. */
#include "reconcile/pass.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/loop.h"
#include "reconcile/aftermath.h"
#include "config/globals.h"
#include "plan/over.h"
#include "reconcile/pass_internal.h"
#include "reconcile/pass_mode.h"
#include "reconcile/pass_mptcp.h"
#include "reconcile/pass_usage.h"
#include "reconcile/pass_weights.h"
#include "actions/use.h"
#include "state/write.h"

int
bal_pass_init(struct bal_pass *pass, const char *conf_option,
	      struct bal_err *err)
{
	pass->session.lock_wait_ms = BAL_LOCK_WAIT_MS;
	if (bal_paths_init(&pass->session.paths, conf_option, err) < 0 ||
	    bal_pass_read_conf(&pass->session, &pass->in, err) < 0)
		return -1;
	pass->session.nl = bal_nl_open(err);
	return pass->session.nl ? 0 : -1;
}

void
bal_pass_forget(struct bal_pass *pass)
{
	bal_arena_fini(&pass->arena);
	memset(&pass->snap, 0, sizeof(pass->snap));
	memset(&pass->uplinks, 0, sizeof(pass->uplinks));
	memset(&pass->fresh, 0, sizeof(pass->fresh));
	memset(&pass->in.names, 0, sizeof(pass->in.names));
	pass->in.has_names = false;
	memset(&pass->refused, 0, sizeof(pass->refused));
	memset(&pass->outcome, 0, sizeof(pass->outcome));
	memset(&pass->mptcp, 0, sizeof(pass->mptcp));
	pass->unwritten = (struct bal_err){ 0 };
	pass->locked_out = pass->chains_wait = false;
}

void
bal_pass_fini(struct bal_pass *pass)
{
	bal_aftermath_wait(&pass->session);
	bal_pass_forget(pass);
	bal_state_fini(&pass->in.state);
	bal_state_fini(&pass->in.reported);
	bal_conf_fini(&pass->in.conf);
	bal_nl_close(pass->session.nl);
	pass->session.nl = NULL;
	bal_unlock(&pass->session.lock);
	bal_lock_run_end(&pass->session.run_lock);
}

int
bal_pass_look(struct bal_pass *pass, struct bal_err *err)
{
	bal_pass_forget(pass);
	if (bal_pass_load(pass, err) < 0)
		return -1;
	bal_pass_reconcile_conf(&pass->session, &pass->in);
	if (bal_pass_see(pass, err) < 0 || bal_pass_count(pass, NULL, err) < 0)
		return -1;
	return bal_pass_resolve(pass, err);
}

uint64_t
bal_pass_next_ms(const struct bal_pass *pass)
{
	const uint64_t all[] = { bal_use_next_ms(&pass->in.state),
				 pass->outcome.tunnels_ms,
				 pass->outcome.revive_ms,
				 pass->uplinks.next_ms,
				 bal_pass_usage_next_ms(pass) };
	uint64_t next = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i] && (!next || all[i] < next))
			next = all[i];
	return next;
}

/* What is clean of ours need not be looked at, @up: there is an uplink. */
static void
drop_ipv6(struct bal_pass *pass, bool up)
{
	const enum bal_ipv6 key = pass->in.conf.globals.ipv6;
	const bool rules6 = up && key != BAL_IPV6_IGNORE;
	const bool routes6 = up && key == BAL_IPV6_BALANCE;
	struct bal_state *state = &pass->in.state;

	if (state->rules6 == rules6 && state->routes6 == routes6)
		return;
	if (!routes6)
		state->saved_sysctls.of[BAL_SYSCTL_HASH_POLICY6] = -1;
	state->rules6 = rules6;
	state->routes6 = routes6;
	pass->state_written = false;
}

/* Drop what bal-down kept until the kernel was clean; with @all everything. */
static void
drop_leftovers(struct bal_pass *pass, bool all)
{
	struct bal_state *state = &pass->in.state;
	bool up = false, masquerading;
	struct bal_err ignored;

	while (all && state->n_formers)
		(void)bal_state_forget_former(state, state->formers[0].name,
					      NULL);

	for (size_t i = state->n_uplinks; i-- > 0;) {
		if (state->uplinks[i].admin_up) {
			up = true;
			continue;
		}
		/* Without memory the state could not be written, either. */
		(void)bal_over_remember(&pass->in.conf, state,
					state->uplinks[i].name, &ignored);
		bal_state_remove(state, state->uplinks[i].name);
		pass->state_written = false;
	}
	for (size_t i = 0; all && i < state->n_tunnels; i++)
		state->tunnels[i].over[0] = '\0';
	for (int i = 0; !up && i < BAL_SYSCTL_MAX; i++) {
		if (state->saved_sysctls.of[i] < 0)
			continue;
		state->saved_sysctls.of[i] = -1;
		pass->state_written = false;
	}
	if (!up && state->n_groups) {
		bal_state_forget_groups(state);
		pass->state_written = false;
	}
	masquerading = up && (pass->in.conf.globals.masquerade ||
			      bal_globals_masquerade6(&pass->in.conf.globals));
	if (state->masquerading != masquerading) {
		state->masquerading = masquerading;
		pass->state_written = false;
	}
	drop_ipv6(pass, up);
	bal_pass_settle_mptcp(pass, up);
}

/* Only in a file that is written anyway: a pass without news writes none. */
static void
note_pass(struct bal_pass *pass)
{
	pass->in.state.pass_ms = pass->snap.now_ms;
	pass->in.state.pass_us =
		(bal_clock_ns() - pass->began_ns) / BAL_NS_PER_US;
}

static int
finish(struct bal_pass *pass, const struct bal_intent *intent,
       struct bal_err *err)
{
	if (intent->save_mode &&
	    bal_mode_save(&pass->session.paths, intent, err) < 0)
		return -1;
	drop_leftovers(pass, intent->all);
	if (!pass->state_written && !bal_pass_state_is_as_read(pass)) {
		note_pass(pass);
		if (bal_pass_write(pass, err) < 0)
			return -1;
	}
	if (pass->in.reported.has_mode)
		(void)unlink(pass->session.paths.reported);
	return 0;
}

/*
 * --watch continues with the state in memory where the file cannot be read, or
 * is not trusted: a dead uplink is still taken out of use.
 */
static int
load(struct bal_pass *pass, const struct bal_intent *intent,
     struct bal_err *err)
{
	if (bal_pass_load(pass, err) == 0)
		return 0;
	if (!pass->session.runner || !bal_pass_may_go_on(intent) ||
	    !pass->in.state.n_uplinks)
		return -1;
	if (pass->unwritten.kind == BAL_EOK)
		pass->unwritten = *err;
	bal_pass_remember(pass);
	return 0;
}

/*
 * Read the kernel.  Where that fails, the lease still holds; but the state must
 * not be written before the records that it lost are recovered.
 */
static int
look(struct bal_pass *pass, struct bal_intent *intent, struct bal_err *err)
{
	int rc;

	/* Whatever bal.conf says, what is there can go. */
	pass->session.conf_anyway |= intent->kind == BAL_INTENT_DOWN;
	if (bal_pass_renew_conf(&pass->session, &pass->in, err) < 0)
		return -1;
	bal_pass_reconcile_conf(&pass->session, &pass->in);
	rc = bal_pass_see(pass, err);
	if (rc < 0 && pass->in.state_lost)
		return -1;
	bal_intent_find_dialled(intent, &pass->in.state);
	bal_pass_follow_lease(pass, intent);
	return rc;
}

/* Events are sent when the state can record that they were. */
static void
hold_events(struct bal_pass *pass)
{
	pass->outcome.events.n = pass->outcome.starts.n = 0;
}

/*
 * Connections must not wait until the state can be written, which may take
 * long.  The flush is due again in the next pass: once is enough.
 */
static void
do_unwritten(struct bal_pass *pass)
{
	const uint64_t sum = bal_outcome_sum(&pass->outcome);

	if (sum != pass->done_unwritten) {
		bal_pass_say(pass, " (not recorded yet)");
		bal_aftermath_release(pass);
	}
	pass->done_unwritten = sum;
	hold_events(pass);
}

static int
end_unwritten(struct bal_pass *pass, const struct bal_intent *intent,
	      struct bal_err *err)
{
	if (bal_pass_outcome(pass, intent, err) == 0)
		do_unwritten(pass);
	*err = pass->unwritten;
	return -1;
}

/* Before it is written: after a kill in between, the next command does it. */
static void
release(struct bal_pass *pass)
{
	if (bal_outcome_sum(&pass->outcome) != pass->done_unwritten)
		bal_aftermath_release(pass);
}

static int
run_locked(struct bal_pass *pass, struct bal_intent *intent,
	   struct bal_err *err)
{
	if (load(pass, intent, err) < 0 || look(pass, intent, err) < 0 ||
	    bal_pass_intend(pass, intent, err) < 0 ||
	    bal_pass_count(pass, intent, err) < 0)
		return -1;
	bal_pass_weigh(pass);
	if (bal_pass_converge(pass, intent, err) < 0)
		return -1;
	if (pass->session.dry_run)
		return 0;
	if (pass->unwritten.kind != BAL_EOK)
		return end_unwritten(pass, intent, err);
	if (bal_pass_conclude(pass, intent, err) < 0)
		return -1;
	release(pass);
	bal_pass_tell_names(pass);
	if (finish(pass, intent, err) < 0) {
		if (bal_pass_may_go_on(intent))
			pass->unwritten = *err;
		pass->done_unwritten = bal_outcome_sum(&pass->outcome);
		hold_events(pass);
		return -1;
	}
	pass->done_unwritten = 0;
	bal_pass_tell(pass);
	bal_pass_keep_conf(&pass->session, &pass->in);
	return bal_pass_tell_refusals(pass, intent, err);
}

/* 0: we hold it, or @intent does not need it. */
static int
take_lock(struct bal_pass *pass, const struct bal_intent *intent,
	  struct bal_err *err)
{
	pass->session.lock = bal_lock(&pass->session.paths, pass->session.lock_wait_ms, err);
	if (pass->session.lock >= 0)
		return 0;
	pass->locked_out = err->kind == BAL_EBUSY;
	if (!bal_pass_may_go_on(intent) || err->kind == BAL_EPERM ||
	    (pass->locked_out && !pass->session.go_unlocked))
		return -1;
	if (pass->locked_out)
		bal_lock_explain(&pass->session.paths, pass->session.lock_wait_ms,
				 &pass->unwritten);
	else
		pass->unwritten = *err;
	return 0;
}

int
bal_pass_run(struct bal_pass *pass, const struct bal_intent *intent,
	     struct bal_err *err)
{
	const bool anyway = pass->session.conf_anyway;
	struct bal_intent mine = *intent;
	int rc;

	bal_pass_forget(pass);
	pass->began_ns = bal_clock_ns();
	if (!pass->session.dry_run && take_lock(pass, &mine, err) < 0)
		return -1;
	rc = run_locked(pass, &mine, err);
	/* What holds for going down holds for no other intent. */
	pass->session.conf_anyway = anyway;
	bal_unlock(&pass->session.lock);
	/* What was concluded holds, whatever was refused afterwards. */
	if (!pass->session.dry_run)
		bal_aftermath(pass);
	return rc;
}
