/* internal - the rooms of facts: one function for each source. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FACTS_INTERNAL_H
#define BAL_FACTS_INTERNAL_H

#include "doctor/facts/facts.h"
#include "netlink/read.h"

/*
 * Text into the arena of @f: never cut; "" when memory ran out, which the
 * arena remembers.
 */
const char *bal_facts_text(struct bal_facts *f, const char *fmt, ...)
	BAL_PRINTF(2, 3);

/* Say that something could not be looked at; once, however often it is tried. */
void bal_facts_unseen(struct bal_facts *f, const char *what);

/*
 * The content of a file of 1 MiB at most, in the arena; NULL where there is
 * none, or it cannot be read, which is told by bal_facts_unseen().
 */
char *bal_facts_file(struct bal_facts *f, const char *path);

/*
 * What the program @argv prints to its stdout, in the arena, 4 MiB at most and
 * within 5 s; NULL where it is not there, fails or is too slow.
 */
char *bal_facts_run(struct bal_facts *f, char *const argv[]);

/* Of one that may fail, with what it complains of; -1: it did not end. */
char *bal_facts_run_any(struct bal_facts *f, char *const argv[], int *status);

/* The next line of *@text, without its end, *@text behind it; NULL: no more. */
char *bal_facts_line(char **text);

/*
 * Look up @way, the name of its device into @leaves of BAL_IFNAMSIZ, "" where
 * there is no route.  False where it cannot be, which is told by
 * bal_facts_unseen().
 */
bool bal_facts_way(struct bal_facts *f, struct bal_nl *nl, struct bal_way *way,
		   char *leaves);

/* Features: the kernel's own configuration, else by asking it. */
void bal_facts_kernel(struct bal_facts *f);

/* Who masquerades: legacy iptables, and nftables by nft(8). */
void bal_facts_nat(struct bal_facts *f);

/* Is there any table of nftables?  So most boxes need no nft(8). */
bool bal_facts_uses_nft(void);

/* Who else writes marks: both kinds of iptables, and nftables. */
void bal_facts_marks(struct bal_facts *f);

/* Defaults of table main, and of IPv6. */
void bal_facts_ways(struct bal_facts *f, struct bal_nl *nl);

/* Foreign rules and what they lead to. */
void bal_facts_rules(struct bal_facts *f, struct bal_nl *nl);

/* Other managers of our devices; who calls bal-check. */
void bal_facts_managers(struct bal_facts *f, const struct bal_paths *paths);

/* Event programs that are not run. */
void bal_facts_events(struct bal_facts *f, const struct bal_paths *paths);

/* Stanzas of interfaces(5). */
void bal_facts_stanzas(struct bal_facts *f);

/* OpenVPN's client configurations, and where their packets leave. */
void bal_facts_clients(struct bal_facts *f, struct bal_nl *nl);

/* Gateways that do not even answer on the link. */
void bal_facts_gateways(struct bal_facts *f, struct bal_nl *nl);

/* Where the packets of WireGuard's tunnels leave. */
void bal_facts_wireguard(struct bal_facts *f, struct bal_nl *nl);

#endif
