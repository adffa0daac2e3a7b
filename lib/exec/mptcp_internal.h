/* mptcp_internal - the filter, and the process that answers for it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EXEC_MPTCP_INTERNAL_H
#define BAL_EXEC_MPTCP_INTERNAL_H

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

/*
 * Stop this process at each socket() of TCP until it is answered by the
 * descriptor that is returned.  -1 with errno: EBUSY where another program
 * does that already; nothing is changed.
 */
int bal_mptcp_filter(void);

/* Can bal_mptcp_filter() work for programs of this processor? */
int bal_mptcp_filter_known(void);

/*
 * Answer what comes by @listener until no process is left that could ask.  Runs
 * in a process of its own, which has nothing else open but @listener.
 */
void bal_mptcp_serve(int listener);

#endif
