/* session - the TCP connection by which somebody is logged in. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SESSION_H
#define BAL_SESSION_H

#include "base/addr.h"
#include "netlink/nl.h"

/*
 * Found by the kernel's own knowledge, not by the environment, which sudo
 * clears and tmux keeps for too long: the nearest process above us that holds
 * an established TCP socket is the server of the session (sshd, dropbear).
 * Zero state: none.
 */
struct bal_session {
	struct bal_addr own, peer; /* hosts; of an IPv4-mapped socket, IPv4 */
	uint16_t own_port, peer_port;
	/*
	 * CLOCK_BOOTTIME: the server of this connection was started; a session
	 * that shares a connection (ControlMaster) began with it.
	 */
	uint64_t begun_ms;
	bool console; /* no such connection, and a terminal of the box itself */
};

/*
 * The session of this process.  0, also where there is none; -1 where sockets
 * cannot be listed.
 */
int bal_session_find(struct bal_session *out, struct bal_err *err);

/* Does @s come from another host, by a TCP connection? */
bool bal_session_is_remote(const struct bal_session *s);

/* What tcp_info says of a connection. */
struct bal_acks {
	uint64_t acked;	  /* bytes, since it began */
	uint32_t unacked; /* segments that are on their way */
	uint32_t rto_ms;  /* before it was doubled by a retransmission */
};

/* 0; 1: there is no such connection any more; -1. */
int bal_session_acks(struct bal_nl *diag, const struct bal_session *s,
		     struct bal_acks *out, struct bal_err *err);

/* Since when nothing was acknowledged.  Zero state: not known yet. */
struct bal_silence {
	uint64_t acked, since_ms;
};

/*
 * Has the peer acknowledged nothing for 5 s, or four times the retransmission
 * timeout where that is longer, with data on its way all the time?  One that is
 * idle is not silent.  To be asked at least once a second.
 */
bool bal_silence_lasts(struct bal_silence *silence, const struct bal_acks *acks,
		       uint64_t now_ms);

#endif
