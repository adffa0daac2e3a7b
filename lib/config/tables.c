// SPDX-License-Identifier: GPL-2.0-or-later
/* tables - names of routing tables in iproute2's rt_tables. */
#include "config/tables.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/text.h"

#define VENDOR_DIR "/usr/share/iproute2"
#define FILE_MAX ((size_t)4 << 20)
#define NEW_MODE 0644

static int
join(char *out, const char *dir, const char *name, struct bal_err *err)
{
	int len = snprintf(out, PATH_MAX, "%s/%s", dir, name);

	if (len < 0 || len >= PATH_MAX)
		return bal_err_sys(err, ENAMETOOLONG, "cannot read %s", dir);
	return 0;
}

static const char *
skip_blanks(const char *p)
{
	return p + strspn(p, " \t\r\v\f");
}

/*
 * "ID NAME" at the start of @line, as ip's scanf() takes it: what stands
 * behind the name is not looked at.
 */
static bool
parse_line(const char *line, struct bal_table_name *out)
{
	struct bal_err err;
	char id[16];
	size_t len;

	line = skip_blanks(line);
	len = strcspn(line, " \t\r\v\f");
	if (*line == '#' || len >= sizeof(id))
		return false;
	memcpy(id, line, len);
	id[len] = '\0';
	if (bal_parse_u32(id, 0, UINT32_MAX, &out->id, &err) < 0)
		return false;
	line = skip_blanks(line + len);
	len = strcspn(line, " \t\r\v\f");
	if (!len || len >= sizeof(out->name))
		return false;
	memcpy(out->name, line, len);
	out->name[len] = '\0';
	return true;
}

/* Split @text into lines. */
static int
parse_text(char *text, struct bal_arena *arena, bal_table_list *out,
	   struct bal_err *err)
{
	struct bal_table_name *added, found = { 0 };
	char *line, *rest = text;

	while ((line = strsep(&rest, "\n"))) {
		if (!parse_line(line, &found))
			continue;
		added = BAL_PUSH(arena, out);
		if (!added)
			return bal_err_nomem(err);
		*added = found;
	}
	return 0;
}

static bool
is_missing(const struct bal_err *err)
{
	return err->sys == ENOENT || err->sys == ENOTDIR;
}

/* 1: read.  0: no such file.  -1: failed. */
static int
read_one(const char *path, struct bal_arena *arena, bal_table_list *out,
	 struct bal_err *err)
{
	struct bal_err why = { 0 };
	char *text;
	size_t len;
	int ret;

	if (bal_read_file(path, FILE_MAX, &text, &len, &why) < 0) {
		if (is_missing(&why))
			return 0;
		*err = why;
		return -1;
	}
	ret = parse_text(text, arena, out, err);
	free(text);
	return ret < 0 ? -1 : 1;
}

static bool
is_conf(const char *name)
{
	size_t len = strlen(name);

	return *name != '.' && len > strlen(".conf") &&
	       !strcmp(name + len - strlen(".conf"), ".conf");
}

/* The files of @dir/rt_tables.d without a namesake in @over's. */
static int
read_dir(const char *dir, const char *over, struct bal_arena *arena,
	 bal_table_list *out, struct bal_err *err)
{
	char path[PATH_MAX], hidden[PATH_MAX], name[NAME_MAX + 16];
	struct dirent *entry;
	int ret = 0, eno;
	DIR *d;

	if (join(path, dir, "rt_tables.d", err) < 0)
		return -1;
	d = opendir(path);
	eno = errno;
	if (!d && (eno == ENOENT || eno == ENOTDIR))
		return 0;
	if (!d)
		return bal_err_sys(err, eno, "cannot read %s", path);
	while (ret >= 0 && (entry = readdir(d))) {
		if (!is_conf(entry->d_name))
			continue;
		snprintf(name, sizeof(name), "rt_tables.d/%s", entry->d_name);
		ret = join(path, dir, name, err);
		if (!ret && over) {
			ret = join(hidden, over, name, err);
			if (!ret && !access(hidden, F_OK))
				continue;
		}
		if (!ret)
			ret = read_one(path, arena, out, err);
	}
	closedir(d);
	return ret < 0 ? -1 : 0;
}

int
bal_tables_read(const char *dir, struct bal_arena *arena, bal_table_list *out,
		struct bal_err *err)
{
	bal_table_list list = { 0 };
	char path[PATH_MAX];
	int ret;

	if (join(path, dir, "rt_tables", err) < 0)
		return -1;
	ret = read_one(path, arena, &list, err);
	if (!ret)
		ret = read_one(VENDOR_DIR "/rt_tables", arena, &list, err);
	if (ret < 0 || read_dir(VENDOR_DIR, dir, arena, &list, err) < 0 ||
	    read_dir(dir, NULL, arena, &list, err) < 0)
		return -1;
	*out = list;
	return 0;
}

uint32_t
bal_tables_id(const bal_table_list *tables, const char *name)
{
	const struct bal_table_name *best = NULL;
	size_t i;

	/* ip searches 256 lists by last byte, each in reverse order. */
	for (i = 0; i < tables->n; i++)
		if (!strcmp(tables->v[i].name, name) &&
		    (!best || (tables->v[i].id & 0xff) <= (best->id & 0xff)))
			best = &tables->v[i];
	return best ? best->id : 0;
}

const char *
bal_tables_name(const bal_table_list *tables, uint32_t id)
{
	size_t i;

	for (i = tables->n; i-- > 0;)
		if (tables->v[i].id == id)
			return tables->v[i].name;
	return NULL;
}

/* The file that takes a new name, into @path of PATH_MAX. */
static int
choose_file(const char *dir, char *path, struct bal_err *err)
{
	char directory[PATH_MAX], target[PATH_MAX];
	struct stat st;

	if (join(directory, dir, "rt_tables.d", err) < 0 ||
	    join(path, dir, "rt_tables", err) < 0)
		return -1;
	if (stat(directory, &st) || !S_ISDIR(st.st_mode)) {
		if (!access(path, F_OK)) {
			/*
			 * rename() would replace a symbolic link, not the file.
			 */
			if (realpath(path, target))
				return bal_copy(path, PATH_MAX, target);
			return 0;
		}
		if (bal_make_dir(directory, err) < 0)
			return -1;
	}
	return join(path, directory, "bal.conf", err);
}

/* @old with the line appended: malloc()ed. */
static char *
append_line(const char *old, size_t len, uint32_t id, const char *name,
	    size_t *out_len)
{
	size_t size = len + BAL_TABLE_NAMELEN + 16;
	char *text = malloc(size);
	int n;

	if (!text)
		return NULL;
	if (len)
		memcpy(text, old, len);
	if (len && old[len - 1] != '\n')
		text[len++] = '\n';
	n = snprintf(text + len, size - len, "%u %s\n", id, name);
	*out_len = len + (size_t)n;
	return text;
}

/* For that number ip would find the table of this name. */
static bool
is_number(const char *name)
{
	char *end;

	(void)strtoul(name, &end, 0);
	return end != name && !*end;
}

int
bal_tables_add(const char *dir, const char *name, uint32_t id,
	       struct bal_err *err)
{
	char path[PATH_MAX], *old = NULL, *text;
	struct bal_err why = { 0 };
	struct stat st;
	size_t len = 0;
	int ret;

	if (!*name || strlen(name) >= BAL_TABLE_NAMELEN || *name == '#' ||
	    name[strcspn(name, " \t\r\n\v\f")] || is_number(name))
		return bal_err(err, BAL_EUSAGE,
			       "\"%.80s\" cannot be the name of a table", name);
	if (choose_file(dir, path, err) < 0)
		return -1;
	if (bal_read_file(path, FILE_MAX, &old, &len, &why) < 0 &&
	    !is_missing(&why)) {
		*err = why;
		return -1;
	}
	text = append_line(old, len, id, name, &len);
	free(old);
	if (!text)
		return bal_err_nomem(err);
	ret = bal_write_file(path, text, len,
			     stat(path, &st) ? NEW_MODE : st.st_mode & 07777,
			     err);
	free(text);
	return ret;
}
