/* pass_internal - the rooms of pass: configuration, state, tables, mode. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_PASS_INTERNAL_H
#define BAL_PASS_INTERNAL_H

#include "plan/observe.h"
#include "plan/recover.h"
#include "plan/slots.h"
#include "plan/table_ids.h"
#include "reconcile/pass.h"
#include "reconcile/pass_tables.h"

/*
 * Read the state; what is damaged is lost and found again in the kernel.  -1:
 * it could not be read just now, or others can write it.
 */
int bal_pass_load(struct bal_pass *pass, struct bal_err *err);

/* What is in memory is what a run compares with (in.was). */
void bal_pass_remember(struct bal_pass *pass);

/* Read the configuration, with conf_anyway whatever is wrong with it. */
int bal_pass_read_conf(const struct bal_pass_session *session,
		struct bal_pass_inputs *in, struct bal_err *err);

/*
 * -1, BAL_ECONF: @conf has lost every byte.  Such a file is one that is being
 * written just now, or that a power failure left: as good as a mistake.
 */
int bal_pass_conf_stays(const struct bal_paths *paths,
			const struct bal_conf *conf, struct bal_err *err);

/*
 * Two settings can contradict each other, which shows only when what uplinks
 * were told is put together with the configuration: with conf_anyway go
 * on with one that does not, too.
 */
void bal_pass_reconcile_conf(const struct bal_pass_session *session,
		struct bal_pass_inputs *in);

/*
 * No mark is left for @dev, a new uplink: with conf_anyway as good as a
 * contradiction, for a boot brings uplinks up one by one.
 */
void bal_pass_make_room(const struct bal_pass_session *session,
		struct bal_pass_inputs *in, const char *dev);

/*
 * A pass went well with the configuration: it is kept for when it is wrong, as
 * far as the disk can be written.  Nothing is written where it is kept already.
 */
void bal_pass_keep_conf(const struct bal_pass_session *session,
		struct bal_pass_inputs *in);

/* Is the state, byte by byte, what was read?  Then nothing is written. */
bool bal_pass_state_is_as_read(const struct bal_pass *pass);

bool bal_pass_leases_are_as_read(const struct bal_pass *pass);

/*
 * What @intent says of a lease is kept in the state, written at once.  UP that
 * names no gateway gets that of the device's lease.
 */
void bal_pass_follow_lease(struct bal_pass *pass, struct bal_intent *intent);

/*
 * Do @conf and what the uplinks of @state were told go together?  BAL_ECONF:
 * no pass could be made with it.
 */
int bal_pass_conf_agrees(const struct bal_conf *conf,
			 const struct bal_state *state, struct bal_err *err);

/*
 * Write the state, if the file says something else: nothing else writes it.
 * pass->state_written tells whether that went well, too.
 */
int bal_pass_write(struct bal_pass *pass, struct bal_err *err);

/*
 * What @intent makes of the state, the kernel being pass->snap.  It becomes a
 * CHECK where it is not, or no longer, to be carried out.
 */
int bal_pass_intend(struct bal_pass *pass, struct bal_intent *intent,
		    struct bal_err *err);

/* The kernel as it is now; what a lost state held is found again in it. */
int bal_pass_see(struct bal_pass *pass, struct bal_err *err);

/* Configuration, state and kernel merged, into pass->uplinks. */
int bal_pass_resolve(struct bal_pass *pass, struct bal_err *err);

/*
 * Plan, compare and change the kernel until it holds what it should; uplinks
 * that it refuses are left out, and listed in pass->refused.
 */
int bal_pass_converge(struct bal_pass *pass, const struct bal_intent *intent,
		      struct bal_err *err);

/* -1: the kernel refused the uplink of @intent.  Others are only warned of. */
int bal_pass_tell_refusals(const struct bal_pass *pass,
			   const struct bal_intent *intent,
			   struct bal_err *err);

/*
 * May the kernel be changed for @intent though its state cannot be written?  A
 * disk that is full must not keep traffic on a dead uplink: what probes have
 * shown is shown again to the next pass.  A wish of a person is not.
 */
bool bal_pass_may_go_on(const struct bal_intent *intent);

/*
 * UP: the device gets a record with table and slot, what stands in its table
 * is compared, too.  BAL_EUNAVAIL for the loopback device.
 */
int bal_pass_admit(struct bal_pass *pass, const struct bal_intent *intent,
		   struct bal_err *err);

/*
 * Uplinks whose slot leaves no room for the mark of what comes in by them get a
 * lower one, as soon as there is one and no connection has their mark.
 */
void bal_pass_lower_slots(struct bal_pass *pass);

/* Write the names of new tables; where they cannot be, a bal_warn(). */
void bal_pass_register(struct bal_pass *pass);

/* What changed for the uplinks, into pass->outcome and the state in memory. */
int bal_pass_outcome(struct bal_pass *pass, const struct bal_intent *intent,
		     struct bal_err *err);

/*
 * The kernel is as planned: what changed for the uplinks goes to
 * pass->outcome and the state.
 */
int bal_pass_conclude(struct bal_pass *pass, const struct bal_intent *intent,
		      struct bal_err *err);

/* What changed, to who listens (bal_say()), with @remark behind each line. */
void bal_pass_say(const struct bal_pass *pass, const char *remark);

/*
 * The state holds it: so it is told to who listens (bal_say()) and written
 * into the journal.
 */
void bal_pass_tell(const struct bal_pass *pass);

/*
 * Which clients of tunnels are to be started goes to pass->outcome.starts, and
 * into the state, so that a kill does not start them twice.
 */
int bal_pass_tunnels(struct bal_pass *pass, struct bal_err *err);

#endif
