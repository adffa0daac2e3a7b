// SPDX-License-Identifier: GPL-2.0-or-later
/* name_sticks - prints .link files by USB port. */
#include "doctor/name_sticks.h"

#include <string.h>

#include "base/show.h"

#define ADMIN "/etc/systemd/network/"
#define TEXT_MAX 60

/* "pci-0000:00:14.0-usb-0:1.2:1.0": the port is 1.2, its interface 1.0. */
static size_t
port_of(const char *id_path, const char **port)
{
	const char *usb = NULL, *next = id_path;

	while ((next = strstr(next, "-usb")))
		usb = next++;
	*port = usb ? strchr(usb, ':') : NULL;
	if (!*port)
		return 0;
	++*port;
	return strspn(*port, "0123456789.");
}

/* All of its port: another mode of the stick has another interface. */
static int
port_end(const char *id_path)
{
	const char *port;
	const size_t len = port_of(id_path, &port);

	return len ? (int)(port + len - id_path) : (int)strlen(id_path);
}

/* Another controller may have a port of that number, or a port two devices. */
static bool
is_twice(const bal_stick_list *sticks, size_t i, bool whole)
{
	const struct bal_stick *s = &sticks->v[i];
	const char *port, *other;
	const size_t len = port_of(s->id_path, &port);

	for (size_t k = 0; k < sticks->n; k++) {
		const char *id_path = sticks->v[k].id_path;

		if (k == i)
			continue;
		if (whole ? port_end(id_path) == port_end(s->id_path) &&
				    strncmp(id_path, s->id_path,
					    (size_t)port_end(id_path)) == 0 :
			    port_of(id_path, &other) == len &&
				    strncmp(port, other, len) == 0)
			return true;
	}
	return false;
}

/* stick1-2 for port 1.2; by its number where that is not one name, or long. */
static void
name_of(const bal_stick_list *sticks, size_t i, char *name)
{
	const char *port;
	const size_t len = port_of(sticks->v[i].id_path, &port);

	if (!len || len + sizeof("stick") > BAL_IFNAMSIZ ||
	    is_twice(sticks, i, false)) {
		snprintf(name, BAL_IFNAMSIZ, "stick-%hu", (unsigned short)(i + 1));
		return;
	}
	snprintf(name, BAL_IFNAMSIZ, "stick%.*s", (int)len, port);
	for (char *dot = name; (dot = strchr(dot, '.'));)
		*dot = '-';
}

static void
print_sayings(const struct bal_stick *stick, FILE *out)
{
	if (!stick->sayings.n)
		fprintf(out, "# No file says %s.\n", stick->dev);
	else
		fprintf(out, "# These say %s:\n", stick->dev);
	for (size_t i = 0; i < stick->sayings.n; i++) {
		const struct bal_saying *s = &stick->sayings.v[i];
		char text[TEXT_MAX + 1];

		snprintf(text, sizeof(text), "%s", s->text);
		fputs("#   ", out);
		bal_put_clean(out, s->path);
		fprintf(out, ":%u: ", s->line);
		bal_put_clean(out, text);
		fputc('\n', out);
	}
	fputc('\n', out);
}

static void
print_stick(const bal_stick_list *sticks, size_t i, FILE *out)
{
	const struct bal_stick *s = &sticks->v[i];
	const bool shared = is_twice(sticks, i, true);
	char name[BAL_IFNAMSIZ];

	if (strncmp(s->link, ADMIN, strlen(ADMIN)) == 0) {
		fprintf(out, "# %s has its name by %s.\n\n", s->dev, s->link);
		return;
	}
	name_of(sticks, i, name);
	fprintf(out, "# " ADMIN "10-%s.link, for what is %s now:\n"
		"[Match]\nPath=%.*s%s\n\n[Link]\nName=%s\n\n",
		name, s->dev,
		shared ? (int)strlen(s->id_path) : port_end(s->id_path),
		s->id_path, shared ? "" : ":*", name);
	print_sayings(s, out);
}

void
bal_name_sticks_print(const bal_stick_list *sticks, const struct bal_facts *f,
		      FILE *out)
{
	for (size_t i = 0; i < sticks->n; i++)
		print_stick(sticks, i, out);
	for (size_t i = 0; i < f->unseen.n; i++) {
		fputs("# not looked at: ", out);
		bal_put_clean(out, f->unseen.v[i]);
		fputc('\n', out);
	}
	fputs("# The names change when a stick is plugged in again, and at the next\n"
	      "# boot, whether those lines have changed or not: write the files, change\n"
	      "# the lines, run update-initramfs -u, and only then boot.\n",
	      out);
}
