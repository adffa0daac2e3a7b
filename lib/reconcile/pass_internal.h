/* pass_internal - shared by the files of pass. */
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
 * Read the state; damaged parts are dropped and recovered from the kernel.  -1:
 * it could not be read just now, or others can write it.
 */
int bal_pass_load(struct bal_pass *pass, struct bal_err *err);

/* Copy the state in memory to in.was, which a run compares with. */
void bal_pass_remember(struct bal_pass *pass);

/* Read the configuration; with conf_anyway despite mistakes.  -1 with @err. */
int bal_pass_read_conf(const struct bal_pass_session *session,
		struct bal_pass_inputs *in, struct bal_err *err);

/*
 * Without conf_anyway: bal.conf anew, where going down went on with another one.
 * -1 with @err, and @in untouched.
 */
int bal_pass_renew_conf(const struct bal_pass_session *session,
		struct bal_pass_inputs *in, struct bal_err *err);

/*
 * -1, BAL_ECONF: @conf has become empty.  Such a file is being written just
 * now, or a power failure left it: treated as a mistake.
 */
int bal_pass_conf_stays(const struct bal_paths *paths,
			const struct bal_conf *conf, struct bal_err *err);

/*
 * Two settings can contradict each other, which shows only when the uplinks'
 * options are merged with the configuration: with conf_anyway replace it by one
 * without a contradiction.
 */
void bal_pass_reconcile_conf(const struct bal_pass_session *session,
		struct bal_pass_inputs *in);

/*
 * No mark is left for @dev, a new uplink: with conf_anyway treated as a
 * contradiction, as a boot brings uplinks up one by one.
 */
void bal_pass_make_room(const struct bal_pass_session *session,
		struct bal_pass_inputs *in, const char *dev);

/*
 * Rules that only nftables can carry out, where it is not there: -1, BAL_ECONF,
 * by file and line; with conf_anyway they are left out.  0 where no firewall
 * was looked at.
 */
int bal_pass_check_nft(const struct bal_pass_session *session,
		       struct bal_pass_inputs *in,
		       const struct bal_fw_seen *seen, struct bal_err *err);

/*
 * Keep the configuration as the last good one, after a pass that succeeded;
 * failures to write are ignored.  Writes nothing where it is kept already.
 */
void bal_pass_keep_conf(const struct bal_pass_session *session,
		struct bal_pass_inputs *in);

/* Is the state, byte by byte, as read?  Then it is not written. */
bool bal_pass_state_is_as_read(const struct bal_pass *pass);
/* Are the leases in the state as read? */
bool bal_pass_leases_are_as_read(const struct bal_pass *pass);

/*
 * Record what @intent reports of a lease and of name servers in the state,
 * written at once.  UP
 * without a gateway gets that of the device's lease.
 */
void bal_pass_follow_lease(struct bal_pass *pass, struct bal_intent *intent);

/*
 * bal_name_servers_tell() of the uplinks, the kernel being as planned.  A failure
 * is a bal_warn(), and tried again a minute later.
 */
void bal_pass_tell_names(struct bal_pass *pass);

/*
 * 0 if @conf and the options of the uplinks in @state agree; -1, BAL_ECONF: no
 * pass could be made with it.
 */
int bal_pass_conf_agrees(const struct bal_conf *conf,
			 const struct bal_state *state, struct bal_err *err);

/*
 * Write the state, if it differs from the file: nothing else writes it.
 * pass->state_written is the result.  -1 with @err.
 */
int bal_pass_write(struct bal_pass *pass, struct bal_err *err);

/*
 * Apply @intent to the state, the kernel being pass->snap.  It becomes a CHECK
 * where it is not, or no longer, to be carried out.  -1 with @err.
 */
int bal_pass_intend(struct bal_pass *pass, struct bal_intent *intent,
		    struct bal_err *err);

/* Read the kernel; recover from it what a lost state held.  -1 with @err. */
int bal_pass_see(struct bal_pass *pass, struct bal_err *err);

/* Merge configuration, state and kernel into pass->uplinks.  -1 with @err. */
int bal_pass_resolve(struct bal_pass *pass, struct bal_err *err);

/*
 * Plan, compare and change the kernel until it is as planned; refused uplinks
 * are left out, and listed in pass->refused.  -1 with @err.
 */
int bal_pass_converge(struct bal_pass *pass, const struct bal_intent *intent,
		      struct bal_err *err);

/* -1: the kernel refused the uplink of @intent.  Others are only warned of. */
int bal_pass_tell_refusals(const struct bal_pass *pass,
			   const struct bal_intent *intent,
			   struct bal_err *err);

/*
 * May the kernel be changed for @intent though its state cannot be written?  A
 * full disk must not keep traffic on a dead uplink: the next pass gets its
 * probe results anew.  It does not get a person's request anew.
 */
bool bal_pass_may_go_on(const struct bal_intent *intent);

/*
 * UP: give the device a record with table and slot, and read its table from the
 * kernel.  -1: BAL_EUNAVAIL for the loopback device.
 */
int bal_pass_admit(struct bal_pass *pass, const struct bal_intent *intent,
		   struct bal_err *err);

/* As long as there is an uplink: groups of bal.conf get their tables. */
int bal_pass_admit_groups(struct bal_pass *pass, struct bal_err *err);

/*
 * Uplinks whose slot leaves no bits for the mark of inbound connections get a
 * lower one, as soon as one is free and no connection has their mark.
 */
void bal_pass_lower_slots(struct bal_pass *pass);

/* Write the names of new tables; bal_warn() where that fails. */
void bal_pass_register(struct bal_pass *pass);

/* Fill pass->outcome, and update the state in memory.  -1 with @err. */
int bal_pass_outcome(struct bal_pass *pass, const struct bal_intent *intent,
		     struct bal_err *err);

/*
 * The kernel is as planned: fill pass->outcome, and write the state.  -1 with
 * @err.
 */
int bal_pass_conclude(struct bal_pass *pass, const struct bal_intent *intent,
		      struct bal_err *err);

/*
 * One more event of @uplink in pass->outcome, its reason to be filled in.  NULL
 * with @err: no memory.
 */
struct bal_event *bal_pass_add_event(struct bal_pass *pass,
				     enum bal_event_kind kind,
				     const char *uplink, struct bal_err *err);

/* Report the changes to bal_say(), with @remark behind each line. */
void bal_pass_say(const struct bal_pass *pass, const char *remark);

/*
 * The state is written: report the changes to bal_say() and write them into the
 * journal.
 */
void bal_pass_tell(const struct bal_pass *pass);

/*
 * Put the clients to be started into pass->outcome.starts, and into the state,
 * so that a kill does not start them twice.  -1 with @err.
 */
int bal_pass_tunnels(struct bal_pass *pass, struct bal_err *err);

#endif
