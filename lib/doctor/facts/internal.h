/* internal - shared by the files of facts: one function for each source. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FACTS_INTERNAL_H
#define BAL_FACTS_INTERNAL_H

#include <glob.h>

#include "doctor/facts/facts.h"
#include "netlink/read.h"

/*
 * Format text into the arena of @f: never truncated; "" when memory ran out,
 * which the arena records.
 */
const char *bal_facts_text(struct bal_facts *f, const char *fmt, ...)
	BAL_PRINTF(2, 3);

/*
 * Note that something could not be looked at; once, however often it is tried.
 */
void bal_facts_unseen(struct bal_facts *f, const char *what);

/*
 * The content of a file of 1 MiB at most, in the arena; NULL where there is
 * none, or it cannot be read, which is noted by bal_facts_unseen().
 */
char *bal_facts_file(struct bal_facts *f, const char *path);

/*
 * The output of the program @argv, in the arena, 4 MiB at most and within 5 s;
 * NULL where it is not there, fails or is too slow.
 */
char *bal_facts_run(struct bal_facts *f, char *const argv[]);

/* The same, of a program that may fail, with its stderr; -1: it did not end. */
char *bal_facts_run_any(struct bal_facts *f, char *const argv[], int *status);

/*
 * The files of @pattern, which @path contains, by glob(3): globfree() where it is
 * true.  False: none, or it has wildcards in more than three directories, which
 * bal_facts_unseen() notes: that would walk the whole file system, and /proc has
 * no end.
 */
bool bal_facts_glob(struct bal_facts *f, const char *path, const char *pattern,
		    glob_t *found);

/* Cut the next line off *@text, without its end; NULL: there is none. */
char *bal_facts_line(char **text);

/*
 * Look up the route @way, the name of its device into @leaves of BAL_IFNAMSIZ,
 * "" where there is none.  False where the lookup fails, which is noted by
 * bal_facts_unseen().
 */
bool bal_facts_way(struct bal_facts *f, struct bal_nl *nl, struct bal_way *way,
		   char *leaves);

/* Features: from the kernel's own configuration, else by trying them. */
void bal_facts_kernel(struct bal_facts *f);

/* Sets of nftables that rules of bal.conf select by, and what fills them. */
void bal_facts_sets(struct bal_facts *f);

/* Masquerading: legacy iptables, and nftables by nft(8). */
void bal_facts_nat(struct bal_facts *f);

/* Is there any table of nftables?  Without, nft(8) is not run. */
bool bal_facts_uses_nft(void);

/* Other writers of marks: both kinds of iptables, and nftables. */
void bal_facts_marks(struct bal_facts *f);

/* Default routes of table main, and of IPv6. */
void bal_facts_ways(struct bal_facts *f, struct bal_nl *nl);

/* Foreign rules, and the routes of their tables. */
void bal_facts_rules(struct bal_facts *f, struct bal_nl *nl);

/* Other managers of our devices; the caller of bal-check. */
void bal_facts_managers(struct bal_facts *f, const struct bal_paths *paths);

/* Which name server the programs of this box ask. */
void bal_facts_resolver(struct bal_facts *f);

/* Event programs that are not run. */
void bal_facts_events(struct bal_facts *f, const struct bal_paths *paths);

/* Stanzas of interfaces(5). */
void bal_facts_stanzas(struct bal_facts *f);

/* OpenVPN's client configurations, and where their packets leave. */
void bal_facts_clients(struct bal_facts *f, struct bal_nl *nl);

/* Gateways that do not answer ARP. */
void bal_facts_gateways(struct bal_facts *f, struct bal_nl *nl);

/* Where the packets of WireGuard's tunnels leave. */
void bal_facts_wireguard(struct bal_facts *f, struct bal_nl *nl);

#endif
