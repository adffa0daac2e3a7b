// SPDX-License-Identifier: GPL-2.0-or-later
/* ctl - finds the addresses of an operand; runs systemctl or service. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* secure_getenv */
#endif
#include "openvpn/ctl.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/run.h"
#include "base/show.h"

const char *
bal_ovpn_dir(void)
{
	const char *dir = secure_getenv("BAL_OPENVPN_DIR");

	return dir && *dir ? dir : "/etc/openvpn";
}

static void
add_addr(struct bal_ovpn_wanted *out, const struct bal_addr *addr,
	 struct bal_arena *arena)
{
	struct bal_addr *slot;

	if (bal_addr_none(addr))
		return;
	slot = BAL_PUSH(arena, &out->addrs);
	if (slot)
		*slot = bal_addr_host(addr);
}

static void
add_kernels(struct bal_ovpn_wanted *out, const struct bal_snapshot *snap,
	    struct bal_arena *arena)
{
	const struct bal_link *link = bal_snapshot_link(snap, out->dev);

	for (size_t i = 0; link && i < snap->addrs.n; i++)
		if (snap->addrs.v[i].ifindex == link->ifindex)
			add_addr(out, &snap->addrs.v[i].addr, arena);
}

/* A device that is gone has its last addresses in the state. */
static void
add_remembered(struct bal_ovpn_wanted *out, const struct bal_state *state,
	       struct bal_arena *arena)
{
	const struct bal_uplink_state *us = bal_state_find(state, out->dev);

	if (us)
		add_addr(out, &us->learned_addr, arena);
}

/*
 * A stanza's down lines run after the hooks in if-down.d: where the device was
 * unplugged, bal-down has dropped its address by then.
 */
static void
add_stanzas(struct bal_ovpn_wanted *out, struct bal_arena *arena)
{
	const char *iface = secure_getenv("IFACE");
	const char *text = secure_getenv("IF_ADDRESS");
	struct bal_addr addr;
	struct bal_err why;

	if (bal_hook_caller() == BAL_CALLER_IFUPDOWN && iface && text &&
	    strcmp(iface, out->dev) == 0 &&
	    bal_addr_parse(text, &addr, &why) == 0)
		add_addr(out, &addr, arena);
}

int
bal_ovpn_aim(const char *target, struct bal_arena *arena,
	     struct bal_ovpn_wanted *out, struct bal_err *err)
{
	struct bal_addr addr = { 0 };
	struct bal_err why;

	if (bal_hook_addr(target, &addr, &why) == 0 && !bal_addr_none(&addr)) {
		add_addr(out, &addr, arena);
		return arena->oom ? bal_err_nomem(err) : 0;
	}
	if (bal_check_ifname(target, err) < 0) {
		err->kind = BAL_EUSAGE;
		return -1;
	}
	(void)bal_copy(out->dev, sizeof(out->dev), target);
	return 0;
}

int
bal_ovpn_add_addresses(struct bal_ovpn_wanted *out,
		       const struct bal_snapshot *snap,
		       const struct bal_state *state, struct bal_arena *arena,
		       struct bal_err *err)
{
	add_kernels(out, snap, arena);
	add_remembered(out, state, arena);
	add_stanzas(out, arena);
	return arena->oom ? bal_err_nomem(err) : 0;
}

static void
print_command(FILE *out, char *const argv[])
{
	for (size_t i = 0; argv[i]; i++) {
		fputs(i ? " " : "", out);
		bal_put_word(out, argv[i]);
	}
	fputc('\n', out);
}

/* What a hook started continues after the hook has ended. */
static int
run_command(char *const argv[], bool systemd, struct bal_err *err)
{
	struct bal_child child = { 0 };
	int status;

	if (!systemd && bal_hook_caller() != BAL_CALLER_PERSON)
		return bal_child_start(&child, argv, environ, false, err);
	status = bal_run_wait(argv, err);
	if (status > 0)
		return bal_err(err, BAL_ESYS, "%s ended with status %d",
			       argv[0], status);
	return status;
}

int
bal_ovpn_control(const struct bal_ovpn_client *client, const char *verb,
		 FILE *out, enum bal_ovpn_how how, struct bal_err *err)
{
	bool systemd = access("/run/systemd/system", F_OK) == 0;
	struct bal_arena arena = { 0 };
	char **argv;
	int rc = bal_ovpn_argv(client, verb, systemd, &arena, &argv, err);

	if (rc == 0 && how != BAL_OVPN_DO) {
		print_command(out, argv);
		fflush(out);
	}
	if (rc == 0 && how != BAL_OVPN_PRINT)
		rc = run_command(argv, systemd, err);
	if (rc < 0)
		bal_err_wrap(err, "%s", client->name);
	bal_arena_fini(&arena);
	return rc;
}
