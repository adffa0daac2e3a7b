// SPDX-License-Identifier: GPL-2.0-or-later
/* conf_parts - the files of the folder bal.conf.d. */
#include "config/conf_parts.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/lines.h"
#include "base/paths.h"
#include "config/destinations.h"

/* No line of a good file has a control character. */
#define DIVIDER "\f\n"

_Static_assert(BAL_CONF_PARTS_MAX < BAL_PLACE_FILES_MAX,
	       "each line has a place");

static int
is_part(const struct dirent *entry)
{
	const size_t len = strlen(entry->d_name);

	return entry->d_name[0] != '.' && len > strlen(".conf") &&
	       !strcmp(entry->d_name + len - strlen(".conf"), ".conf");
}

/* Not alphasort(): it goes by the locale, and boxes would differ. */
static int
by_bytes(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int
bal_conf_parts_list(const char *dir,
		    int (*fn)(void *arg, const char *path, struct bal_err *err),
		    void *arg, struct bal_err *err)
{
	char path[BAL_PATH_MAX + NAME_MAX + 2];
	struct dirent **found;
	int n, rc = 0;

	n = dir ? scandir(dir, &found, is_part, by_bytes) : 0;
	if (n < 0 && errno == ENOENT)
		return 0;
	if (n < 0)
		return bal_err_sys(err, errno, "cannot read %s", dir);
	if (!dir)
		return 0;
	if (n > BAL_CONF_PARTS_MAX)
		rc = bal_err(err, BAL_ECONF, "%s has more than %d files", dir,
			     BAL_CONF_PARTS_MAX);
	for (int i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, found[i]->d_name);
		if (rc == 0)
			rc = fn(arg, path, err);
		free(found[i]);
	}
	free(found);
	return rc;
}

static int
read_part(void *arg, const char *path, struct bal_err *err)
{
	struct bal_conf *conf = arg;
	struct bal_conf_part part = { 0 }, *moved;

	if (bal_read_file(path, BAL_INI_MAX, &part.text, &part.len, err) < 0)
		return -1;
	part.path = strdup(path);
	moved = reallocarray(conf->parts, conf->n_parts + 1, sizeof(*moved));
	if (moved)
		conf->parts = moved;
	if (!moved || !part.path) {
		free(part.path);
		free(part.text);
		return bal_err_nomem(err);
	}
	conf->parts[conf->n_parts++] = part;
	return 0;
}

int
bal_conf_parts_read(struct bal_conf *conf, const char *dir, struct bal_err *err)
{
	return bal_conf_parts_list(dir, read_part, conf, err);
}

char *
bal_conf_parts_join(const struct bal_conf *conf, size_t *len)
{
	char *made = NULL;
	FILE *out = open_memstream(&made, len);

	if (!out)
		return NULL;
	bal_destinations_expand(conf, conf->text, out);
	for (size_t i = 0; i < conf->n_parts; i++) {
		fputs("\n" DIVIDER, out);
		bal_destinations_expand(conf, conf->parts[i].text, out);
	}
	if (fclose(out) != 0) {
		free(made);
		return NULL;
	}
	return made;
}

size_t
bal_conf_parts_cut(const char **text, size_t *len)
{
	const char *end = memmem(*text, *len, "\n" DIVIDER, 3);
	size_t cut = *len;

	if (!end) {
		*text = NULL;
		return cut;
	}
	cut = (size_t)(end - *text) + 1;
	*len -= cut + strlen(DIVIDER);
	*text = end + 1 + strlen(DIVIDER);
	return cut;
}

const char *
bal_conf_parts_emptied(const struct bal_conf *conf, const char *path,
		       const char *kept, size_t len)
{
	const char *rest = kept;
	size_t left = len, n = 0;

	for (; rest; n++)
		(void)bal_conf_parts_cut(&rest, &left);
	for (size_t i = 0; i <= conf->n_parts; i++) {
		const struct bal_conf_part *part = i ? &conf->parts[i - 1] : NULL;
		const bool empty = part ? !part->len : conf->text && !conf->len;
		size_t was = kept ? bal_conf_parts_cut(&kept, &len) : 0;

		if (kept)
			was--; /* the end of line that its divider begins with */
		if (empty && (was || (part && n != conf->n_parts + 1)))
			return part ? part->path : path;
	}
	return NULL;
}
