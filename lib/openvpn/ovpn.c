// SPDX-License-Identifier: GPL-2.0-or-later
/* ovpn - searches the directories of OpenVPN's configurations. */
#include "openvpn/ovpn.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "openvpn/files.h"
#include "base/paths.h"
#include "config/settings.h"
#include "openvpn/tunnel.h"

#define SUFFIX ".conf"

/* One client's options, from all its files. */
struct search {
	const struct bal_ovpn_wanted *wanted;
	struct bal_addr local;
	char bind_dev[BAL_IFNAMSIZ];
	bool found; /* in a <connection> */
};

static bool
is_wanted(const struct bal_ovpn_wanted *wanted, const struct bal_addr *local)
{
	for (size_t i = 0; i < wanted->addrs.n; i++)
		if (bal_addr_same_host(&wanted->addrs.v[i], local))
			return true;
	return false;
}

/* Only OpenVPN can resolve a host name. */
static void
take_local(struct search *s, const struct bal_ovpn_option *o)
{
	struct bal_addr local = { 0 };
	struct bal_err why;

	if (bal_addr_parse(o->words[1], &local, &why) < 0 ||
	    !bal_addr_is_host(&local))
		local = (struct bal_addr){ 0 };
	if (o->in_connection)
		s->found |= is_wanted(s->wanted, &local);
	else
		s->local = local;
}

static void
take_option(void *arg, const struct bal_ovpn_option *o)
{
	struct search *s = arg;

	if (o->n < 2)
		return;
	if (strcmp(o->words[0], "local") == 0)
		take_local(s, o);
	else if (strcmp(o->words[0], "bind-dev") == 0)
		(void)bal_copy(s->bind_dev, sizeof(s->bind_dev), o->words[1]);
}

static void
warn(void *arg, const char *msg)
{
	(void)arg;
	bal_warn("%s", msg);
}

static bool
matches(const struct bal_ovpn_wanted *wanted, const char *dir, const char *path)
{
	struct search s = { .wanted = wanted };
	const struct bal_ovpn_taker taker = { take_option, warn, &s };

	bal_ovpn_read(path, dir, &taker);
	return s.found || is_wanted(wanted, &s.local) ||
	       (wanted->dev[0] && strcmp(s.bind_dev, wanted->dev) == 0);
}

/* Get the client of a file; false: it is none, or has no usable name. */
static bool
name_of(const char *file, struct bal_ovpn_client *client)
{
	struct bal_settings check = { 0 };
	size_t len = strlen(file), end = strlen(SUFFIX);
	struct bal_err why;

	if (file[0] == '.' || len <= end ||
	    strcmp(file + len - end, SUFFIX) != 0)
		return false;
	len -= end;
	if (len < sizeof(client->name)) {
		memcpy(client->name, file, len);
		client->name[len] = '\0';
		/* A name that bal.conf refuses is refused here. */
		if (bal_settings_set(&check, BAL_SET_OPENVPN, "openvpn",
				     client->name, &why) == 0)
			return true;
	}
	bal_warn("a configuration whose name is not letters, digits and -_.@ "
		 "is passed over");
	return false;
}

static int
find_in(const char *dir, bool in_client, const struct bal_ovpn_wanted *wanted,
	struct bal_arena *arena, bal_ovpn_list *out)
{
	struct dirent **files;
	int n = scandir(dir, &files, NULL, alphasort);

	if (n < 0 && errno != ENOENT)
		bal_warn("cannot look into %s: %s", dir, strerror(errno));
	for (int i = 0; i < n; i++) {
		struct bal_ovpn_client client = { .in_client = in_client };
		struct bal_ovpn_client *slot;
		char path[PATH_MAX];
		int len = snprintf(path, sizeof(path), "%s/%s", dir,
				   files[i]->d_name);

		if (len > 0 && (size_t)len < sizeof(path) &&
		    name_of(files[i]->d_name, &client) &&
		    matches(wanted, dir, path)) {
			slot = BAL_PUSH(arena, out);
			if (slot)
				*slot = client;
		}
		free(files[i]);
	}
	if (n >= 0)
		free(files);
	return arena->oom ? -1 : 0;
}

int
bal_ovpn_find(const char *dir, const struct bal_ovpn_wanted *wanted,
	      struct bal_arena *arena, bal_ovpn_list *out, struct bal_err *err)
{
	char client[BAL_PATH_MAX];
	int len = snprintf(client, sizeof(client), "%s/client", dir);

	if (len < 0 || (size_t)len >= sizeof(client))
		return bal_err(err, BAL_EUSAGE, "%.60s... is too long", dir);
	if (find_in(client, true, wanted, arena, out) < 0 ||
	    find_in(dir, false, wanted, arena, out) < 0)
		return bal_err_nomem(err);
	return 0;
}

int
bal_ovpn_argv(const struct bal_ovpn_client *client, const char *verb,
	      bool systemd, struct bal_arena *arena, char ***argv,
	      struct bal_err *err)
{
	char command[64];
	int len;

	/* An `up` line that waited for the client would wait for itself. */
	if (systemd)
		len = snprintf(command, sizeof(command),
			       "systemctl --no-block %s openvpn%s@%%s", verb,
			       client->in_client ? "-client" : "");
	else
		len = snprintf(command, sizeof(command),
			       "service openvpn %s %%s", verb);
	if (len < 0 || (size_t)len >= sizeof(command))
		return bal_err(err, BAL_EUSAGE, "\"%.20s\" is no verb", verb);
	return bal_tunnel_argv(command, client->name, arena, argv, err);
}
