/* internal - what the files of hook share. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_HOOK_INTERNAL_H
#define BAL_HOOK_INTERNAL_H

#include "hook/hook.h"

/*
 * The address in @variable, or none: it is untrusted, and an unusable value
 * only brings a warning.
 */
struct bal_addr bal_hook_stranger_addr(const char *variable);
/* The first of a list: the others are for hosts that try them in turn. */
struct bal_addr bal_hook_stranger_first_addr(const char *variable);

/*
 * Append the name servers in @variable to hook->servers: they are untrusted, and
 * an unusable one only brings a warning.
 */
void bal_hook_stranger_servers(struct bal_hook *hook, const char *variable);
/* The same of the variables of pppd. */
void bal_hook_read_peer_dns(struct bal_hook *hook);

/*
 * Read the environment of ifupdown into @hook, with @options those of the
 * stanza.  -1: BAL_ECONF, with the option's name.
 */
int bal_hook_read_ifupdown(struct bal_hook *hook, bool options,
			   struct bal_err *err);
/* Read the environment of a DHCP client into @hook. */
int bal_hook_read_dhcp(struct bal_hook *hook, struct bal_err *err);

#endif
