// SPDX-License-Identifier: GPL-2.0-or-later
/* floor_mangle - iptables' mangle table by libiptc, for the floor. */
#include <errno.h>
#include <libiptc/libiptc.h>
#include <stdio.h>
#include <stdlib.h>

#include "floor.h"
#include "firewall/xentry.h"

/* libiptc reads 32 bytes of a name, however short it is. */
static const xt_chainlabel ours[] = { "BAL_PREROUTING", "BAL_OUTPUT",
				      "BAL_POSTROUTING" };
static const xt_chainlabel parents[] = { "PREROUTING", "OUTPUT",
					 "POSTROUTING" };
#define PRE ours[0]
#define OUT ours[1]
#define POST ours[2]

static struct xtc_handle *
mangle_open(void)
{
	struct xtc_handle *h = iptc_init("mangle");

	if (!h) {
		fprintf(stderr, "floor: mangle: %s\n", iptc_strerror(errno));
		exit(71);
	}
	return h;
}

static void
check(int done)
{
	if (done)
		return;
	fprintf(stderr, "floor: mangle: %s\n", iptc_strerror(errno));
	failures++;
}

static void
xrule(struct xtc_handle *h, const xt_chainlabel chain, int at,
      const struct bal_xrule *r)
{
	union bal_xentry entry;

	bal_xentry_encode(r, 2, &entry);
	if (at < 0)
		check(iptc_append_entry(chain, &entry.e, h));
	else
		check(iptc_insert_entry(chain, &entry.e, (unsigned)at, h));
}

static const struct bal_xmark unmarked = { .used = true, .mask = MASK };
static const struct bal_xmark marked = { .used = true,
					 .mask = MASK,
					 .invert = true };

/* @at: how many uplinks stand before K, or -1 behind all. */
static void
xrules_of(struct xtc_handle *h, int k, int at)
{
	struct bal_xrule set = { .target = BAL_XT_SET_CONNMARK,
				 .set_mark = MARK(k),
				 .set_mask = MASK };
	struct bal_xrule leave = { .target = BAL_XT_RETURN };

	snprintf(set.out, sizeof(set.out), "u%d", k);
	xrule(h, POST, at < 0 ? -1 : at + 1, &set);
	set.out[0] = '\0';
	snprintf(set.in, sizeof(set.in), "u%d", k);
	snprintf(leave.in, sizeof(leave.in), "u%d", k);
	set.state_new = true;
	set.set_mark = INBOUND(k);
	set.connmark = unmarked;
	xrule(h, PRE, at < 0 ? -1 : 2 * at, &set);
	xrule(h, PRE, at < 0 ? -1 : 2 * at + 1, &leave);
}

static void
mangle_setup(void)
{
	struct bal_xrule restore = { .target = BAL_XT_RESTORE_MARK,
				     .connmark = marked,
				     .set_mask = MASK };
	struct bal_xrule leave = { .target = BAL_XT_RETURN,
				   .connmark = marked };
	struct xtc_handle *h = mangle_open();

	for (int i = 0; i < 3; i++) {
		struct bal_xrule jump = { .target = BAL_XT_JUMP };

		snprintf(jump.chain, sizeof(jump.chain), "%s", ours[i]);
		check(iptc_create_chain(ours[i], h));
		xrule(h, parents[i], 0, &jump);
	}
	xrule(h, POST, -1, &leave);
	for (int k = 1; k <= uplinks; k++)
		xrules_of(h, k, -1);
	xrule(h, PRE, -1, &restore);
	restore.mark = (struct bal_xmark){ .used = true, .mask = ~0u };
	xrule(h, OUT, -1, &restore);
	check(iptc_commit(h));
	iptc_free(h);
}

static void
mangle_change(int k, bool up)
{
	struct xtc_handle *h = mangle_open();
	unsigned at = 2 * (unsigned)(k - 1);

	if (up) {
		xrules_of(h, k, k - 1);
	} else {
		check(iptc_delete_num_entry(PRE, at, h));
		check(iptc_delete_num_entry(PRE, at, h));
		check(iptc_delete_num_entry(POST, (unsigned)k, h));
	}
	check(iptc_commit(h));
	iptc_free(h);
}

static void
mangle_clear(void)
{
	struct xtc_handle *h = mangle_open();

	for (int i = 0; i < 3; i++) {
		if (!iptc_is_chain(ours[i], h))
			continue;
		check(iptc_flush_entries(ours[i], h));
		check(iptc_flush_entries(parents[i], h));
		check(iptc_delete_chain(ours[i], h));
	}
	check(iptc_commit(h));
	iptc_free(h);
}

static void
mangle_read(void)
{
	iptc_free(mangle_open());
}

const struct marks marks_legacy = { mangle_read, mangle_setup, mangle_change,
				    mangle_clear };
