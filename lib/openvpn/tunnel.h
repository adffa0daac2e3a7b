/* tunnel - restarts OpenVPN clients that are missing or dead. */
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
 * An uplink that names one (`openvpn`), in its record or in bal.conf alone, is
 * checked after each pass, with the lock released: OpenVPN's scripts need it.
 *
 * Underlay alive: the uplink of `over` (requested or observed) is
 * administratively up, usable and not dead; unknown, degraded and without
 * targets count as alive.  when_all_dead does not: a client is of no use over
 * an uplink without an answer.  An `over` that is no uplink, or that ifdown
 * took away, is not alive.  Without `over` any base uplink that is alive will
 * do; on a box without base uplinks of bal's this is unknown, and only the
 * pauses limit the starts.
 *
 * Stopped on purpose: OpenVPN passes its `down` script in $signal what ended
 * the client.  "sigterm" and "sigint" are requests (systemctl stop, kill,
 * ifdown of the underlay); when it ends by itself it is another word
 * (ping-exit, inactive, UNKNOWN for a fatal error), as it is for a restart
 * (sigusr1, sighup, ping-restart), and a crash runs no script.  The mark
 * outlives the uplink's record, which bal-down removes, and is cleared
 *   BAL_TUNNEL_STOPPED by bal-up of the tunnel (its client came up again), or
 *		        when its underlay comes up (ifup requests it anew);
 *   BAL_TUNNEL_DOWN    by bal-up of the tunnel alone.
 */

/* Between two starts, however many failed; more only if @pause_ms is longer. */
#define BAL_TUNNEL_PAUSE_MAX_MS 600000

/* The observed state of a tunnel, and its settings in bal.conf. */
struct bal_tunnel_look {
	bool there; /* it has a device with carrier and an address */
	bool alive; /* not found dead, or dead and answering (held back) */
	bool underlay_alive;
	/*
	 * How long @alive has had its value; for a dead one, no longer than its
	 * underlay is alive again.
	 */
	uint64_t lasted_ms;
	uint32_t dead_ms, pause_ms; /* openvpn_dead, openvpn_pause */
	uint64_t now_ms;
};

/*
 * Is its client to be (re)started now?  Pure.  Yes when it is wanted, its
 * underlay is alive, and the tunnel is missing for at least pause_ms (a client
 * that reconnects removes its device for a moment) or there and dead for at
 * least dead_ms.  Between two starts pause_ms pass, doubled with each that did
 * not help, up to BAL_TUNNEL_PAUSE_MAX_MS.  A yes is counted in @t, which is to
 * be written before the client is started.  The tries are reset when the tunnel
 * was alive as long as the pause that would be due, and when its underlay is
 * not alive.
 */
bool bal_tunnel_due(struct bal_tunnel_try *t,
		    const struct bal_tunnel_look *look);

/*
 * After bal_tunnel_due(): when time alone makes it true, or resets the tries.
 * CLOCK_BOOTTIME in ms; 0: never.
 */
uint64_t bal_tunnel_next_ms(const struct bal_tunnel_try *t,
			    const struct bal_tunnel_look *look);

/* Is the underlay of tunnel @self alive?  @over: "" where it is unknown. */
bool bal_tunnel_underlay_alive(const struct bal_conf *conf,
			       const struct bal_uplinks *ups, const char *self,
			       const char *over);

/*
 * bal-up of the tunnel by @caller: it is wanted, whatever was before; a
 * person's request does not wait for a pause.
 */
void bal_tunnel_up(struct bal_tunnel_try *t, enum bal_caller caller);

/* bal-up of its underlay, which was not up administratively. */
void bal_tunnel_underlay_up(struct bal_tunnel_try *t);

/*
 * The mark that a bal-down by @caller leaves in place of @t->stop.  @signal:
 * OpenVPN's variable of that name, or NULL.  A termination between our start
 * and the tunnel's coming up is a part of that restart, and no request.
 */
#define BAL_TUNNEL_OURS_MS 60000
enum bal_tunnel_stop bal_tunnel_stop_of(const struct bal_tunnel_try *t,
					enum bal_caller caller,
					const char *signal, uint64_t now_ms);

/*
 * Does a client that runs its `down` script for @signal (NULL: not set)
 * reconnect by itself?  It ends for sigterm, sigint, ping-exit, remote-exit,
 * inactive and, fatally, UNKNOWN; all else (sigusr1, sighup, ping-restart,
 * tls-error, connection-reset...) begins a restart.
 */
bool bal_tunnel_reconnects(const char *signal);

/*
 * Split @command ("systemctl --no-block restart openvpn-client@%s") into a
 * NULL-terminated argv in @arena, %s replaced by @name, %% by %; no shell.  -1:
 * BAL_ECONF where it is empty, has a quote or a backslash, or another %; then
 * *@argv is untouched.
 */
int bal_tunnel_argv(const char *command, const char *name,
		    struct bal_arena *arena, char ***argv, struct bal_err *err);

#endif
