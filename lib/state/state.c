// SPDX-License-Identifier: GPL-2.0-or-later
/* state - the memory of bal between two commands: /run/bal/state. */
#include "state/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/order.h"
#include "base/text.h"

#define FIRST_ROOM 8

/* The array doubles whenever the number of uplinks is FIRST_ROOM * 2^n. */
static int
make_room(struct bal_state *state)
{
	size_t n = state->n_uplinks, room = n ? n * 2 : FIRST_ROOM;
	struct bal_uplink_state *moved;

	if (n && (n < FIRST_ROOM || n & (n - 1)))
		return 0;
	moved = reallocarray(state->uplinks, room, sizeof(*moved));
	if (!moved)
		return -1;
	state->uplinks = moved;
	return 0;
}

struct bal_uplink_state *
bal_state_append(struct bal_state *state, const char *name, struct bal_err *err)
{
	struct bal_uplink_state *u;

	if (bal_check_ifname(name, err) < 0)
		return NULL;
	if (state->n_uplinks >= BAL_UPLINKS_MAX) {
		bal_err(err, BAL_EUNAVAIL, "%s is one more than %d uplinks",
			name, BAL_UPLINKS_MAX);
		return NULL;
	}
	if (make_room(state) < 0) {
		bal_err_nomem(err);
		return NULL;
	}
	u = &state->uplinks[state->n_uplinks++];
	*u = (struct bal_uplink_state){ 0 };
	bal_copy(u->name, sizeof(u->name), name);
	return u;
}

void
bal_state_fini(struct bal_state *state)
{
	free(state->uplinks);
	free(state->tunnels);
	free(state->leases);
	free(state->kept);
	free(state->groups);
	*state = (struct bal_state){ 0 };
}

struct bal_uplink_state *
bal_state_find(const struct bal_state *state, const char *name)
{
	/* No more than where to begin: callers go through them in order. */
	static size_t last;
	const size_t at = bal_find_name(state->uplinks, state->n_uplinks,
					sizeof(*state->uplinks), name, last);

	if (at == state->n_uplinks)
		return NULL;
	last = at;
	return &state->uplinks[at];
}

struct bal_tunnel_try *
bal_state_find_tunnel(const struct bal_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_tunnels; i++)
		if (!strcmp(state->tunnels[i].name, name))
			return &state->tunnels[i];
	return NULL;
}

struct bal_tunnel_try *
bal_state_tunnel(struct bal_state *state, const char *name,
		 struct bal_err *err)
{
	struct bal_tunnel_try *t = bal_state_find_tunnel(state, name), *moved;

	if (t)
		return t;
	if (bal_check_ifname(name, err) < 0)
		return NULL;
	if (state->n_tunnels >= BAL_UPLINKS_MAX) {
		bal_err(err, BAL_EUNAVAIL, "%s is one more than %d tunnels",
			name, BAL_UPLINKS_MAX);
		return NULL;
	}
	moved = reallocarray(state->tunnels, state->n_tunnels + 1,
			     sizeof(*moved));
	if (!moved) {
		bal_err_nomem(err);
		return NULL;
	}
	state->tunnels = moved;
	t = &state->tunnels[state->n_tunnels++];
	*t = (struct bal_tunnel_try){ 0 };
	bal_copy(t->name, sizeof(t->name), name);
	return t;
}

struct bal_group_state *
bal_state_find_group(const struct bal_state *state, const char *name)
{
	for (size_t i = 0; i < state->n_groups; i++)
		if (!strcmp(state->groups[i].name, name))
			return &state->groups[i];
	return NULL;
}

struct bal_group_state *
bal_state_group(struct bal_state *state, const char *name)
{
	struct bal_group_state *g = bal_state_find_group(state, name);

	if (g || state->n_groups == BAL_GROUP_STATES_MAX)
		return g;
	if (!state->groups)
		state->groups = calloc(BAL_GROUP_STATES_MAX, sizeof(*g));
	if (!state->groups)
		return NULL;
	g = &state->groups[state->n_groups];
	*g = (struct bal_group_state){ 0 };
	if (bal_copy(g->name, sizeof(g->name), name) < 0)
		return NULL;
	state->n_groups++;
	return g;
}

void
bal_state_forget_groups(struct bal_state *state)
{
	state->n_groups = 0;
}

static void
remove_former(struct bal_state *state, size_t i)
{
	memmove(&state->formers[i], &state->formers[i + 1],
		(--state->n_formers - i) * sizeof(state->formers[0]));
	state->formers[state->n_formers] = (struct bal_former){ 0 };
}

struct bal_former *
bal_state_former(struct bal_state *state, const char *name)
{
	struct bal_former *f;

	for (size_t i = 0; i < state->n_formers; i++)
		if (!strcmp(state->formers[i].name, name))
			return &state->formers[i];
	if (state->n_formers == BAL_FORMERS_MAX)
		remove_former(state, 0);
	f = &state->formers[state->n_formers++];
	bal_copy(f->name, sizeof(f->name), name);
	return f;
}

bool
bal_state_forget_former(struct bal_state *state, const char *name,
			struct bal_former *out)
{
	struct bal_former f = { 0 };
	bool found = false;

	for (size_t i = 0; i < state->n_formers && !found; i++) {
		found = !strcmp(state->formers[i].name, name);
		if (!found)
			continue;
		f = state->formers[i];
		remove_former(state, i);
	}
	if (out)
		*out = f;
	return found;
}

struct bal_uplink_state *
bal_state_add(struct bal_state *state, const char *name, struct bal_err *err)
{
	struct bal_uplink_state *u = bal_state_find(state, name);

	return u ? u : bal_state_append(state, name, err);
}

void
bal_state_remove(struct bal_state *state, const char *name)
{
	struct bal_uplink_state *u = bal_state_find(state, name);
	size_t behind;

	if (!u)
		return;
	behind = (size_t)(state->uplinks + state->n_uplinks - (u + 1));
	memmove(u, u + 1, behind * sizeof(*u));
	state->n_uplinks--;
}

static struct bal_lease *
find_lease(const struct bal_state *state, const char *dev)
{
	for (size_t i = 0; i < state->n_leases; i++)
		if (strcmp(state->leases[i].dev, dev) == 0)
			return &state->leases[i];
	return NULL;
}

const struct bal_addr *
bal_state_lease(const struct bal_state *state, const char *dev)
{
	const struct bal_lease *lease = find_lease(state, dev);

	return lease && !bal_addr_none(&lease->gateway) ? &lease->gateway :
							  NULL;
}

const struct bal_servers *
bal_state_servers(const struct bal_state *state, const char *dev)
{
	const struct bal_lease *lease = find_lease(state, dev);

	return lease && lease->servers.n ? &lease->servers : NULL;
}

struct bal_addr
bal_state_prefix6(const struct bal_state *state, const char *dev)
{
	const struct bal_lease *lease = find_lease(state, dev);

	return lease ? lease->prefix6 : (struct bal_addr){ 0 };
}

/* The record of @dev, a new zeroed one where there is none. */
static struct bal_lease *
need_lease(struct bal_state *state, const char *dev, struct bal_err *err)
{
	struct bal_lease *lease = find_lease(state, dev), *moved;

	if (lease)
		return lease;
	if (bal_check_ifname(dev, err) < 0)
		return NULL;
	if (state->n_leases >= BAL_UPLINKS_MAX) {
		bal_err(err, BAL_EUNAVAIL, "%s is one more than %d leases",
			dev, BAL_UPLINKS_MAX);
		return NULL;
	}
	moved = reallocarray(state->leases, state->n_leases + 1, sizeof(*moved));
	if (!moved) {
		bal_err_nomem(err);
		return NULL;
	}
	state->leases = moved;
	moved += state->n_leases++;
	*moved = (struct bal_lease){ 0 };
	(void)bal_copy(moved->dev, sizeof(moved->dev), dev);
	return moved;
}

static void
remove_lease(struct bal_state *state, struct bal_lease *lease)
{
	size_t behind = (size_t)(state->leases + state->n_leases - (lease + 1));

	memmove(lease, lease + 1, behind * sizeof(*lease));
	state->n_leases--;
}

/* It stays as long as it says something. */
static void
drop_empty(struct bal_state *state, struct bal_lease *lease)
{
	if (lease->servers.n || !bal_addr_none(&lease->gateway) ||
	    !bal_addr_none(&lease->prefix6))
		return;
	remove_lease(state, lease);
}

int
bal_state_set_lease(struct bal_state *state, const char *dev,
		    const struct bal_addr *gateway, struct bal_err *err)
{
	struct bal_lease *lease = find_lease(state, dev);

	if (!gateway) {
		if (!lease)
			return 0;
		lease->gateway = (struct bal_addr){ 0 };
		lease->servers = (struct bal_servers){ 0 };
		drop_empty(state, lease);
		return 0;
	}
	lease = need_lease(state, dev, err);
	if (!lease)
		return -1;
	lease->gateway = *gateway;
	return 0;
}

int
bal_state_set_servers(struct bal_state *state, const char *dev,
		      const struct bal_servers *servers, struct bal_err *err)
{
	struct bal_lease *lease = find_lease(state, dev);

	if (!servers->n && !lease)
		return 0;
	lease = need_lease(state, dev, err);
	if (!lease)
		return -1;
	lease->servers = *servers;
	drop_empty(state, lease);
	return 0;
}

int
bal_state_set_prefix6(struct bal_state *state, const char *dev,
		      const struct bal_addr *prefix, struct bal_err *err)
{
	struct bal_lease *lease = find_lease(state, dev);

	if (bal_addr_none(prefix) && !lease)
		return 0;
	lease = need_lease(state, dev, err);
	if (!lease)
		return -1;
	lease->prefix6 = *prefix;
	drop_empty(state, lease);
	return 0;
}

int
bal_state_keep(struct bal_state *state, const char *section, const char *line,
	       struct bal_err *err)
{
	size_t a = strlen(section) + 1, b = strlen(line) + 1;
	char *moved;

	if (state->kept_len + a + b > BAL_STATE_KEPT_MAX)
		return bal_err(err, BAL_ECONF,
			       "more than %d bytes are not understood",
			       BAL_STATE_KEPT_MAX);
	moved = realloc(state->kept, state->kept_len + a + b);
	if (!moved)
		return bal_err_nomem(err);
	state->kept = moved;
	memcpy(moved + state->kept_len, section, a);
	memcpy(moved + state->kept_len + a, line, b);
	state->kept_len += a + b;
	return 0;
}

enum bal_balance
bal_state_balance(const struct bal_state *state, const struct bal_conf *conf)
{
	const uint32_t kind = state->balance ? state->balance :
					       state->saved_balance;

	if (!kind || (kind == 1 + BAL_BALANCE_PACKET &&
		      !conf->globals.packet_server))
		return conf->globals.balance;
	return (enum bal_balance)(kind - 1);
}
