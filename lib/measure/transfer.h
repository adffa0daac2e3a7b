/* transfer - loads by HTTP over one uplink; the only user of libcurl. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MEASURE_TRANSFER_H
#define BAL_MEASURE_TRANSFER_H

#include <stdbool.h>

#include "base/addr.h"
#include "base/error.h"
#include "base/text.h"
#include "measure/result.h"

/* The uplink: all connections are bound to its device. */
struct bal_transfer_way {
	char dev[BAL_IFNAMSIZ];
	int ifindex;
	uint32_t mark;
	struct bal_addr resolver; /* its name server; none: this box asks */
};

struct bal_transfer {
	const char *url; /* http or https; its host by way->resolver */
	bool upload;	 /* POST zeros, else GET */
	uint64_t bytes;	 /* no more than that */
	uint32_t ms;	 /* nor longer */
};

/*
 * Transfer, and ask the same server meanwhile, every quarter of a second, for a
 * TCP connection: that is the round trip under load.  The bytes of an upload
 * are those that were acknowledged.  -1 with @err: nothing was transferred, or
 * the server refuses.
 */
int bal_transfer_run(const struct bal_transfer_way *way,
		     const struct bal_transfer *want, struct bal_measured *out,
		     struct bal_err *err);

/*
 * @n TCP connections to the server of @url, one after the other, into the round
 * trips of @out.  -1 with @err: one cannot be made.
 */
int bal_transfer_rest(const struct bal_transfer_way *way, const char *url,
		      size_t n, struct bal_measured *out, struct bal_err *err);

#endif
