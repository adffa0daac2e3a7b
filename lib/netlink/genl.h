/* genl - families of generic netlink, which the kernel numbers as they come. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_NL_GENL_H
#define BAL_NL_GENL_H

#include "netlink/nl.h"

/*
 * The number of family @name into @family, by a socket of NETLINK_GENERIC; 0: the
 * kernel has none of that name.  0 or -1.
 */
int bal_genl_family(struct bal_nl *nl, const char *name, uint16_t *family,
		    struct bal_err *err);

/* Begin a request of @family. */
void bal_genl_begin(struct bal_nlmsg *m, uint16_t family, uint8_t command,
		    uint8_t version);

/* The attributes of an answer: see bal_nl_parse(). */
void bal_genl_parse(struct rtattr **tb, int max, const struct nlmsghdr *h);

#endif
