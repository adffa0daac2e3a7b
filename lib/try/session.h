/* session - the TCP connection of the login session that we run in. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_SESSION_H
#define BAL_SESSION_H

#include "base/addr.h"
#include "netlink/nl.h"

/*
 * Found in the kernel, not in the environment, which sudo clears and tmux keeps
 * for too long: the nearest ancestor that holds an established TCP socket is
 * the server of the session (sshd, dropbear).  Zero state: none.
 */
struct bal_session {
	struct bal_addr own, peer; /* hosts; IPv4 for an IPv4-mapped socket */
	uint16_t own_port, peer_port;
	/*
	 * CLOCK_BOOTTIME: start of the server process of this connection; a
	 * session that shares a connection (ControlMaster) began with it.
	 */
	uint64_t begun_ms;
	bool console; /* no such connection, and a local terminal */
};

/*
 * Find the session of this process.  0, also where there is none; -1 where
 * sockets cannot be listed.
 */
int bal_session_find(struct bal_session *out, struct bal_err *err);

/* Does @s come from another host, by a TCP connection? */
bool bal_session_is_remote(const struct bal_session *s);

/* Values of tcp_info for a connection. */
struct bal_acks {
	uint64_t acked;	  /* bytes, since the connection began */
	uint32_t unacked; /* segments in flight */
	uint32_t rto_ms;  /* before it was doubled by a retransmission */
};

/* 0; 1: the connection is gone; -1 with @err. */
int bal_session_acks(struct bal_nl *diag, const struct bal_session *s,
		     struct bal_acks *out, struct bal_err *err);

/* Since when nothing was acknowledged.  Zero state: unknown. */
struct bal_silence {
	uint64_t acked, since_ms;
};

/*
 * Has the peer acknowledged nothing for 5 s, or four times the retransmission
 * timeout where that is longer, with data in flight all the time?  An idle
 * connection is not silent.  To be called at least once a second.
 */
bool bal_silence_lasts(struct bal_silence *silence, const struct bal_acks *acks,
		       uint64_t now_ms);

#endif
