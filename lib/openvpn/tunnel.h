/* tunnel - OpenVPN clients that are missing are started again. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TUNNEL_H
#define BAL_TUNNEL_H

#include "base/arena.h"
#include "config/conf.h"
#include "hook/hook.h"
#include "plan/uplink.h"

/*
 * When a client is started
 * ------------------------
 * An uplink that names one (`openvpn`), by its record or by bal.conf alone, is
 * looked at after each pass, with the lock released: OpenVPN's scripts want it.
 *
 * Underlay alive: the uplink that `over` names (said or learned) is up
 * administratively, usable and not found dead; unknown, degraded and without
 * targets are alive.  when_all_dead does not make it so: a client is of no use
 * to a line that answers nothing.  An `over` that is no uplink, or that ifdown
 * took away, is not alive.  Without `over` any living base uplink will do; on
 * a box whose lines are not bal's nobody can tell, and the pauses are all the
 * restraint there is.
 *
 * Stopped on purpose: OpenVPN tells its `down` script in $signal what ended
 * the client.  "sigterm" and "sigint" are somebody's hand (systemctl stop,
 * kill, ifdown of the underlay); what it ends for by itself has other words
 * (ping-exit, inactive, UNKNOWN for a fatal error), restarts have theirs
 * (sigusr1, sighup, ping-restart), and a crash runs no script.  The mark
 * outlives the uplink's record, which bal-down removes, and goes
 *   BAL_TUNNEL_STOPPED by bal-up of the tunnel (its client came up again), or
 *		        when its underlay comes up (ifup is a new wish);
 *   BAL_TUNNEL_DOWN    by bal-up of the tunnel alone.
 */

/* Between two starts, however many failed; more only if @pause_ms is more. */
#define BAL_TUNNEL_PAUSE_MAX_MS 600000

/* What is seen of a tunnel now, and what bal.conf says. */
struct bal_tunnel_look {
	bool there; /* it has a device with carrier and an address */
	bool alive; /* not found dead, or dead and answering (held back) */
	bool underlay_alive;
	/*
	 * How long @alive has been what it is; of a dead one no longer than its
	 * underlay lives again.
	 */
	uint64_t lasted_ms;
	uint32_t dead_ms, pause_ms; /* openvpn_dead, openvpn_pause */
	uint64_t now_ms;
};

/*
 * Is its client to be (re)started now?  Pure.  Yes when it is wanted, its
 * underlay is alive, and the tunnel is missing for at least pause_ms (a client
 * that reconnects takes its device away for a moment) or there and dead for at
 * least dead_ms.  Between two starts pause_ms pass, doubled with each that did
 * not help, up to BAL_TUNNEL_PAUSE_MAX_MS.  A yes is counted in @t, to be
 * remembered before the client is started.  The tries are forgotten when it has
 * lived as long as the pause that would be due, and when its underlay is not
 * alive.
 */
bool bal_tunnel_due(struct bal_tunnel_try *t,
		    const struct bal_tunnel_look *look);

/*
 * After bal_tunnel_due(): when it could say yes, or forget the tries, though
 * nothing else happens until then.  CLOCK_BOOTTIME in ms; 0: never.
 */
uint64_t bal_tunnel_next_ms(const struct bal_tunnel_try *t,
			    const struct bal_tunnel_look *look);

/* Is the underlay of tunnel @self alive?  @over: "" where it is not known. */
bool bal_tunnel_underlay_alive(const struct bal_conf *conf,
			       const struct bal_uplinks *ups, const char *self,
			       const char *over);

/*
 * bal-up of the tunnel by @caller: it is wanted, whatever was before; a person
 * who says so does not wait for a pause.
 */
void bal_tunnel_up(struct bal_tunnel_try *t, enum bal_caller caller);

/* bal-up of its underlay, which was not up administratively. */
void bal_tunnel_underlay_up(struct bal_tunnel_try *t);

/*
 * The mark that a bal-down by @caller leaves in place of @t->stop.  @signal:
 * OpenVPN's variable of that name, or NULL.  Being told to end between a start
 * of ours and the tunnel's coming up is half of that restart, nobody's wish.
 */
#define BAL_TUNNEL_OURS_MS 60000
enum bal_tunnel_stop bal_tunnel_stop_of(const struct bal_tunnel_try *t,
					enum bal_caller caller,
					const char *signal, uint64_t now_ms);

/*
 * Does a client that runs its `down` script for @signal (or NULL: it does not
 * say) connect again by itself?  It ends for sigterm, sigint, ping-exit,
 * remote-exit, inactive and, fatally, UNKNOWN; all else (sigusr1, sighup,
 * ping-restart, tls-error, connection-reset...) is the begin of a restart.
 */
bool bal_tunnel_reconnects(const char *signal);

/*
 * Words of @command ("systemctl --no-block restart openvpn-client@%s"), %s
 * replaced by @name, %% by %: a NULL-terminated argv in @arena; no shell.
 * BAL_ECONF where it is empty, has a quote or a backslash, or another %; then
 * *@argv is untouched.
 */
int bal_tunnel_argv(const char *command, const char *name,
		    struct bal_arena *arena, char ***argv, struct bal_err *err);

#endif
