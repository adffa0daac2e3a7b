// SPDX-License-Identifier: GPL-2.0-or-later
/* launch - makes all sockets of this process leave by one uplink. */
#include "exec/launch.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/show.h"

static const struct bal_uplink *
find_uplink(const struct bal_uplinks *ups, int ifindex, const char *name)
{
	if (name)
		return bal_uplinks_find(ups, name);
	for (size_t i = 0; i < ups->n; i++)
		if (ups->v[i].ifindex == ifindex)
			return &ups->v[i];
	return NULL;
}

/* An address of this box: the host itself, and the subnet behind it. */
static void
sort_address(struct bal_pass *pass, const struct bal_ifaddr *a,
	     struct bal_confine *c)
{
	const struct bal_link *link =
		bal_snapshot_ifindex(&pass->snap, a->ifindex);
	struct bal_addr *slot = BAL_PUSH(&pass->arena, &c->own);

	if (slot)
		*slot = bal_addr_host(&a->addr);
	if (a->peer || !a->addr.len || bal_addr_is_host(&a->addr))
		return;
	if (a->ifindex == c->ifindex)
		slot = BAL_PUSH(&pass->arena, &c->direct);
	else if (link && link->up &&
		 !find_uplink(&pass->uplinks, a->ifindex, NULL))
		slot = BAL_PUSH(&pass->arena, &c->lan);
	else
		return;
	if (slot)
		*slot = bal_addr_network(&a->addr);
}

int
bal_launch_look(struct bal_pass *pass, const char *dev, struct bal_launch *out,
		struct bal_err *err)
{
	const struct bal_uplink *up = find_uplink(&pass->uplinks, 0, dev);
	struct bal_launch launch = { 0 };
	struct bal_confine *c = &launch.confine;

	if (bal_uplink_require(up, dev, err) < 0 ||
	    bal_copy(c->dev, sizeof(c->dev), dev) < 0)
		return -1;
	c->ifindex = up->ifindex;
	c->addr = bal_addr_host(&bal_uplink_addr(up)->addr);
	launch.mark = bal_mark_of(up->slot, pass->in.conf.globals.mark_mask);
	if (up->v4.shared_addr)
		c->mark = launch.mark;
	for (size_t i = 0; i < pass->snap.addrs.n; i++)
		sort_address(pass, &pass->snap.addrs.v[i], c);
	if (up->v6.usable)
		c->addr6 = bal_addr_host(&up->v6.addrs[0]->addr);
	for (size_t i = 0; i < pass->snap.addrs6.n; i++)
		sort_address(pass, &pass->snap.addrs6.v[i], c);
	if (pass->arena.oom)
		return bal_err_nomem(err);
	*out = launch;
	return 0;
}

static void
print_left_alone(const struct bal_confine *c, FILE *out)
{
	char buf[BAL_ADDR_STRLEN];

	fputs("# left alone: 127.0.0.0/8", out);
	for (size_t i = 0; i < c->own.n; i++)
		if (c->own.v[i].bytes[0] != 127)
			fprintf(out, " %s", bal_addr_str(&c->own.v[i], buf));
	for (size_t i = 0; i < c->lan.n; i++)
		fprintf(out, " %s", bal_addr_str(&c->lan.v[i], buf));
	fputc('\n', out);
}

int
bal_launch_print(const struct bal_launch *launch, char *const argv[], FILE *out,
		 struct bal_err *err)
{
	struct bal_cgroup cg;

	if (bal_cgroup_find(&cg, err) < 0)
		return -1;
	fprintf(out, "mkdir %s/%s\n", cg.parent, cg.name);
	fprintf(out, "# BPF there: sockets are bound to %s\n",
		launch->confine.dev);
	print_left_alone(&launch->confine, out);
	fprintf(out, "echo $$ >%s/%s/cgroup.procs\nexec", cg.parent, cg.name);
	for (; *argv; argv++) {
		fputc(' ', out);
		bal_put_word(out, *argv);
	}
	fputc('\n', out);
	bal_cgroup_close(&cg);
	return 0;
}

int
bal_launch_enter(const struct bal_launch *launch, struct bal_err *err)
{
	struct bal_cgroup cg;
	int rc = bal_cgroup_find(&cg, err);

	if (rc == 0)
		rc = bal_cgroup_make(&cg, err);
	if (rc == 0)
		rc = bal_confine_apply(&launch->confine, cg.fd, err);
	if (rc == 0)
		rc = bal_cgroup_join(&cg, err);
	bal_cgroup_close(&cg);
	return rc;
}
