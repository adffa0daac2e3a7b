/* words - a packet as ip route get takes it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_EXPLAIN_WORDS_H
#define BAL_EXPLAIN_WORDS_H

#include "explain/explain.h"

/*
 * Read `to ADDR [from ADDR] [proto P] [sport N] [dport N] [uid N] [iif DEV]
 * [oif DEV] [mark N]`, in any order, @uid being the user that asks; devices and
 * own addresses are @snap's.  -1 with BAL_EUSAGE, and @out untouched.
 */
int bal_packet_parse(int argc, char **argv, uint32_t uid,
		     const struct bal_snapshot *snap, struct bal_packet *out,
		     struct bal_err *err);

#endif
