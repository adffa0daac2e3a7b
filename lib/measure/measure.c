// SPDX-License-Identifier: GPL-2.0-or-later
/* measure - the bandwidth of one uplink, by loading it. */
#include "measure/measure.h"

#include <string.h>

#include "base/show.h"
#include "measure/iperf3.h"

#define REST_RTTS 5

/* Of both directions: whatever else is sent is small beside it. */
static uint64_t
cost_of(const struct bal_measure *want)
{
	if (want->iperf3)
		return want->bytes * 2;
	return want->bytes * ((want->download != NULL) + (want->upload != NULL));
}

static int
check_cap(const struct bal_pass *pass, const struct bal_uplink *up,
	  uint64_t cost, struct bal_err *err)
{
	const struct bal_uplink_state *us =
		bal_state_find(&pass->in.state, up->name);
	char left[BAL_AMOUNT_STRLEN], most[BAL_AMOUNT_STRLEN];
	const uint64_t cap = up->set.cap;
	uint64_t used;

	if (!us || !cap)
		return 0;
	used = us->usage.bytes < cap ? us->usage.bytes : cap;
	if (cap - used >= cost)
		return 0;
	return bal_err(err, BAL_EUNAVAIL,
		       "%s: %s of its cap are left, and this may take %s",
		       up->name, bal_amount_str(cap - used, left),
		       bal_amount_str(cost, most));
}

/* A target that it asks for names; else its modem, or router. */
static struct bal_addr
resolver_of(const struct bal_uplink *up)
{
	for (size_t i = 0; i < up->set.n_targets; i++)
		if (up->set.targets[i].kind == BAL_TARGET_DNS)
			return up->set.targets[i].addr;
	if (bal_uplink_is_tunnel(up))
		return (struct bal_addr){ 0 };
	return up->v4.gateway;
}

int
bal_measure_look(const struct bal_pass *pass, const char *dev,
		 const struct bal_measure *want, struct bal_transfer_way *out,
		 struct bal_err *err)
{
	const struct bal_uplink *up = bal_uplinks_find(&pass->uplinks, dev);

	if (bal_uplink_require(up, dev, err) < 0)
		return -1;
	*out = (struct bal_transfer_way){
		.ifindex = up->ifindex,
		.mark = bal_mark_of(up->slot, pass->in.conf.globals.mark_mask),
		.resolver = resolver_of(up),
	};
	memcpy(out->dev, up->name, sizeof(out->dev));
	return check_cap(pass, up, cost_of(want), err);
}

static int
one(const struct bal_transfer_way *way, const struct bal_measure *want,
    const char *url, bool upload, struct bal_measured *out, struct bal_err *err)
{
	const struct bal_transfer t = { url, upload, want->bytes, want->ms };

	return url ? bal_transfer_run(way, &t, out, err) : 0;
}

static int
by_iperf3(const struct bal_transfer_way *way, const struct bal_measure *want,
	  struct bal_measures *out, struct bal_err *err)
{
	const struct bal_iperf3 down = { want->iperf3, false, want->bytes,
					 want->ms };
	const struct bal_iperf3 up = { want->iperf3, true, want->bytes,
				       want->ms };

	if (bal_iperf3_run(way, &down, &out->down, err) < 0 ||
	    bal_iperf3_run(way, &up, &out->up, err) < 0)
		return bal_err_wrap(err, "%s", way->dev);
	return 0;
}

int
bal_measure_run(const struct bal_transfer_way *way,
		const struct bal_measure *want, struct bal_measures *out,
		struct bal_err *err)
{
	const char *url = want->download ? want->download : want->upload;

	if (want->iperf3)
		return by_iperf3(way, want, out, err);
	if (bal_transfer_rest(way, url, REST_RTTS, &out->rest, err) < 0 ||
	    one(way, want, want->download, false, &out->down, err) < 0 ||
	    one(way, want, want->upload, true, &out->up, err) < 0)
		return bal_err_wrap(err, "%s", way->dev);
	return 0;
}
