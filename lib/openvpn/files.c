// SPDX-License-Identifier: GPL-2.0-or-later
/* files - an OpenVPN configuration with all files that it includes. */
#include "openvpn/files.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "base/text.h"

#define FILE_MAX ((size_t)1 << 20)
#define DEPTH_MAX 10 /* MAX_RECURSE_LEVELS of OpenVPN's options.c */
#define FILES_MAX 64 /* of one client: two includes ten deep are a thousand */

struct reading {
	const struct bal_ovpn_taker *taker;
	char base[BAL_PATH_MAX]; /* relative paths start here */
	unsigned files;
	bool circular; /* this was reported */
};

static void
complain(const struct reading *r, const char *path, const char *what)
{
	char msg[PATH_MAX + sizeof(((struct bal_err *)0)->msg)];

	snprintf(msg, sizeof(msg), "%s%s%s", path, *path ? ": " : "", what);
	r->taker->trouble(r->taker->arg, msg);
}

static void read_file(struct reading *r, const char *path, int depth);

static void
follow(struct reading *r, const char *file, int depth)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s%s%s",
			   file[0] == '/' ? "" : r->base,
			   file[0] == '/' ? "" : "/", file);

	if (len > 0 && (size_t)len < sizeof(path))
		read_file(r, path, depth);
}

static void
take(struct reading *r, const struct bal_ovpn_option *o, int depth)
{
	if (o->n > 1 && strcmp(o->words[0], "config") == 0)
		follow(r, o->words[1], depth + 1);
	else if (o->n > 1 && strcmp(o->words[0], "cd") == 0 &&
		 o->words[1][0] == '/')
		(void)bal_copy(r->base, sizeof(r->base), o->words[1]);
	else
		r->taker->take(r->taker->arg, o);
}

static void
read_file(struct reading *r, const char *path, int depth)
{
	struct bal_ovpn_reader reader;
	struct bal_ovpn_option o;
	struct bal_err why;
	char *text;
	size_t len;
	int rc;

	if (depth > DEPTH_MAX || ++r->files > FILES_MAX) {
		if (!r->circular)
			complain(r, path, "configurations include each other");
		r->circular = true;
		return;
	}
	if (bal_read_file(path, FILE_MAX, &text, &len, &why) < 0) {
		complain(r, "", why.msg);
		return;
	}
	bal_ovpn_begin(&reader, text, len);
	while ((rc = bal_ovpn_next(&reader, &o, &why)) != 0) {
		if (rc < 0)
			complain(r, path, why.msg);
		else if (r->files <= FILES_MAX)
			take(r, &o, depth);
	}
	free(text);
}

void
bal_ovpn_read(const char *path, const char *dir,
	      const struct bal_ovpn_taker *taker)
{
	struct reading r = { .taker = taker };

	if (bal_copy(r.base, sizeof(r.base), dir) == 0)
		read_file(&r, path, 0);
}
