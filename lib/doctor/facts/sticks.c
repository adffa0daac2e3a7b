// SPDX-License-Identifier: GPL-2.0-or-later
/* sticks - asks udevadm for USB ports, and reads files for names. */
#include "doctor/facts/sticks.h"

#include <ctype.h>
#include <ftw.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/order.h"
#include "doctor/facts/internal.h"

#define FILES_OPEN 16
#define PROPERTY_MAX 24

/* --- devices -------------------------------------------------------------- */

/* The value of KEY=VALUE, one a line in @text, in the arena; "": none. */
static const char *
property(struct bal_facts *f, const char *text, const char *key)
{
	char start[PROPERTY_MAX];
	const char *at;

	snprintf(start, sizeof(start), "\n%s=", key);
	at = strstr(text, start);
	if (!at)
		return "";
	at += strlen(start);
	return bal_facts_text(f, "%.*s", (int)strcspn(at, "\n"), at);
}

/* The first line of what it prints is DEVPATH. */
static void
note_device(struct bal_facts *f, const char *dev, bal_stick_list *out)
{
	char program[] = "udevadm", info[] = "info",
	     query[] = "--query=property";
	char *where = (char *)bal_facts_text(f, "--path=/sys/class/net/%s", dev);
	char *text = bal_facts_run(f, (char *[]){ program, info, query, where,
						  NULL });
	const char *id_path = text ? property(f, text, "ID_PATH") : "";
	struct bal_stick *stick;

	if (!strstr(id_path, "-usb"))
		return;
	stick = BAL_PUSH(&f->arena, out);
	if (!stick)
		return;
	stick->dev = bal_facts_text(f, "%s", dev);
	stick->id_path = id_path;
	stick->link = property(f, text, "ID_NET_LINK_FILE");
}

static int
by_port(const void *a, const void *b)
{
	const struct bal_stick *one = a, *other = b;

	return strverscmp(one->id_path, other->id_path);
}

static int
find_sticks(struct bal_facts *f, bal_stick_list *out, struct bal_err *err)
{
	char program[] = "udevadm", version[] = "--version";
	struct if_nameindex *all;

	if (!bal_facts_run(f, (char *[]){ program, version, NULL }))
		return bal_err(err, BAL_EUNAVAIL,
			       "udevadm, which knows the USB ports, does not run");
	all = if_nameindex();
	if (!all)
		return bal_err_nomem(err);
	for (size_t i = 0; all[i].if_index; i++)
		note_device(f, all[i].if_name, out);
	if_freenameindex(all);
	bal_sort(out->v, out->n, sizeof(*out->v), by_port);
	return 0;
}

/* --- files ---------------------------------------------------------------- */

/* nftw() hands nothing on to what it calls. */
static struct {
	struct bal_facts *f;
	bal_stick_list *sticks;
} reader;

static bool
is_of_name(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Also with an alias, a VLAN or a suffix behind it: eth1:0, eth1.7, eth1.conf. */
static bool
says(const char *line, const char *name)
{
	const size_t len = strlen(name);

	for (const char *at = line; (at = strstr(at, name)); at++)
		if ((at == line || !is_of_name(at[-1])) && !is_of_name(at[len]))
			return true;
	return false;
}

static void
read_line(const char *path, unsigned number, const char *line)
{
	struct bal_saying *saying;

	line += strspn(line, " \t");
	if (*line == '#' || *line == ';')
		return;
	for (size_t i = 0; i < reader.sticks->n; i++) {
		struct bal_stick *stick = &reader.sticks->v[i];

		if (!says(line, stick->dev))
			continue;
		saying = BAL_PUSH(&reader.f->arena, &stick->sayings);
		if (saying)
			*saying = (struct bal_saying){
				bal_facts_text(reader.f, "%s", path), line,
				number
			};
	}
}

static void
read_text(const char *path)
{
	char *text = bal_facts_file(reader.f, path), *line;

	for (unsigned n = 1; (line = bal_facts_line(&text)); n++)
		read_line(path, n, line);
}

static int
visit(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)at;
	if (type == FTW_DNR)
		bal_facts_unseen(reader.f, bal_facts_text(reader.f, "%s", path));
	else if (type == FTW_F && S_ISREG(st->st_mode))
		read_text(path);
	return reader.f->arena.oom;
}

static bool
is_below(const char *path, const char *root)
{
	const size_t len = strlen(root);

	return strncmp(path, root, len) == 0 &&
	       (path[len] == '/' || !path[len]);
}

static bool
is_visited(const char *path, const char *const *roots, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (is_below(path, roots[i]))
			return true;
	return false;
}

/* Stanzas brought in from elsewhere: each file once, as they come by file. */
static void
read_sources(const struct bal_facts *f, const char *const *roots, size_t n)
{
	const char *last = "";

	for (size_t i = 0; i < f->stanzas.n; i++) {
		const char *path = f->stanzas.v[i].path;

		if (strcmp(path, last) != 0 && !is_visited(path, roots, n))
			read_text(path);
		last = path;
	}
}

int
bal_facts_sticks(struct bal_facts *f, const struct bal_paths *paths,
		 bal_stick_list *out, struct bal_err *err)
{
	const char *const roots[] = {
		"/etc", "/usr/local/etc", "/usr/local/bin", "/usr/local/sbin",
		"/var/spool/cron", "/var/lib/bal", paths->conf,
		paths->conf_parts,
	};
	const size_t n = sizeof(roots) / sizeof(roots[0]);

	if (find_sticks(f, out, err) < 0)
		return -1;
	if (!out->n)
		return 0;
	reader.f = f;
	reader.sticks = out;
	for (size_t i = 0; i < n; i++)
		if (!is_visited(roots[i], roots, i))
			(void)nftw(roots[i], visit, FILES_OPEN, FTW_PHYS);
	bal_facts_stanzas(f);
	read_sources(f, roots, n);
	return f->arena.oom ? bal_err_nomem(err) : 0;
}
