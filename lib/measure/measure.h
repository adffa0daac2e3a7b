/* measure - the bandwidth of one uplink, by loading it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MEASURE_H
#define BAL_MEASURE_H

#include "measure/transfer.h"
#include "reconcile/pass.h"

/* What is wanted; an URL is NULL where that direction is not. */
struct bal_measure {
	const char *download, *upload;
	const char *iperf3; /* HOST[:PORT] in place of both; or NULL */
	uint64_t bytes; /* of each direction, at most */
	uint32_t ms;
};

struct bal_measures {
	struct bal_measured rest, down, up;
};

/*
 * Find the uplink @dev after a bal_pass_look(), and check that its cap allows
 * for @want.  -1: BAL_EUNAVAIL where it is no uplink, has no device or address,
 * or less of its cap is left.
 */
int bal_measure_look(const struct bal_pass *pass, const char *dev,
		     const struct bal_measure *want,
		     struct bal_transfer_way *out, struct bal_err *err);

/* Measure: at rest first, then each direction.  -1 with @err. */
int bal_measure_run(const struct bal_transfer_way *way,
		    const struct bal_measure *want, struct bal_measures *out,
		    struct bal_err *err);

#endif
