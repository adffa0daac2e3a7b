// SPDX-License-Identifier: GPL-2.0-or-later
/* read - files and the output of other programs, into the facts' arena. */
#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "doctor/facts/internal.h"

#define WILD_PARTS_MAX 3
#define FILE_MAX ((size_t)1 << 20)
#define OUTPUT_MAX ((size_t)4 << 20)
#define OUTPUT_MS 5000

const char *
bal_facts_text(struct bal_facts *f, const char *fmt, ...)
{
	char *text = NULL, *kept;
	va_list ap;
	int len;

	va_start(ap, fmt);
	len = vasprintf(&text, fmt, ap);
	va_end(ap);
	kept = len < 0 ? NULL : bal_arena_alloc(&f->arena, (size_t)len + 1);
	if (kept)
		memcpy(kept, text, (size_t)len + 1);
	if (len < 0)
		f->arena.oom = true;
	else
		free(text);
	return kept ? kept : "";
}

void
bal_facts_unseen(struct bal_facts *f, const char *what)
{
	const char **slot;

	for (size_t i = 0; i < f->unseen.n; i++)
		if (strcmp(f->unseen.v[i], what) == 0)
			return;
	slot = BAL_PUSH(&f->arena, &f->unseen);
	if (slot)
		*slot = what;
}

char *
bal_facts_file(struct bal_facts *f, const char *path)
{
	struct bal_err why = { 0 };
	char *text, *kept;
	size_t len;

	if (bal_read_file(path, FILE_MAX, &text, &len, &why) < 0) {
		if (why.sys != ENOENT && why.sys != ENOTDIR)
			bal_facts_unseen(f, bal_facts_text(f, "%s", why.msg));
		return NULL;
	}
	kept = bal_arena_alloc(&f->arena, len + 1);
	if (kept)
		memcpy(kept, text, len + 1);
	free(text);
	return kept;
}

/* How many of the names between slashes have wildcards. */
static unsigned
wild_parts(const char *pattern)
{
	unsigned parts = 0;

	while (*(pattern += strspn(pattern, "/"))) {
		size_t len = strcspn(pattern, "/");

		parts += strcspn(pattern, "*?[") < len;
		pattern += len;
	}
	return parts;
}

bool
bal_facts_glob(struct bal_facts *f, const char *path, const char *pattern,
	       glob_t *found)
{
	if (wild_parts(pattern) <= WILD_PARTS_MAX)
		return glob(pattern, 0, NULL, found) == 0;
	bal_facts_unseen(f, bal_facts_text(f,
					   "%s: source %s: wildcards in more "
					   "than %d directories",
					   path, pattern, WILD_PARTS_MAX));
	return false;
}

char *
bal_facts_line(char **text)
{
	return *text ? strsep(text, "\n") : NULL;
}

/* All that comes from @fd, or NULL when it takes too long or is too much. */
static char *
read_output(int fd, struct bal_arena *arena)
{
	const uint64_t end = bal_now_ms() + OUTPUT_MS;
	char *text = malloc(OUTPUT_MAX), *kept = NULL;
	size_t len = 0;

	while (text && len < OUTPUT_MAX) {
		struct pollfd p = { .fd = fd, .events = POLLIN };
		const uint64_t now = bal_now_ms();
		ssize_t got;

		if (now >= end || poll(&p, 1, (int)(end - now)) <= 0)
			break;
		got = read(fd, text + len, OUTPUT_MAX - len);
		if (got == 0) {
			kept = bal_arena_alloc(arena, len + 1);
			break;
		}
		len += got > 0 ? (size_t)got : 0;
	}
	if (kept)
		memcpy(kept, text, len);
	free(text);
	return kept;
}

/* Its output has ended: so will it. */
static int
exit_status(struct bal_child *child)
{
	struct pollfd p = { .fd = child->done_fd, .events = POLLIN };

	return poll(&p, 1, OUTPUT_MS) > 0 ? bal_child_reap(child) : -1;
}

char *
bal_facts_run_any(struct bal_facts *f, char *const argv[], int *status)
{
	char path[] = "PATH=/usr/sbin:/usr/bin:/sbin:/bin";
	char *envp[] = { path, NULL };
	struct bal_child child = { 0 };
	struct bal_err ignored = { 0 };
	char *text = NULL;

	if (bal_child_start(&child, argv, envp, true, &ignored) < 0)
		return NULL;
	text = read_output(child.out_fd, &f->arena);
	if (text)
		*status = exit_status(&child);
	bal_child_stop(&child);
	return text;
}

char *
bal_facts_run(struct bal_facts *f, char *const argv[])
{
	int status = -1;
	char *text = bal_facts_run_any(f, argv, &status);

	return status == 0 ? text : NULL;
}

bool
bal_facts_way(struct bal_facts *f, struct bal_nl *nl, struct bal_way *way,
	      char *leaves)
{
	const struct bal_link *link;
	struct bal_err why = { 0 };

	if (bal_nl_find_way(nl, way, &why) < 0) {
		bal_facts_unseen(f, bal_facts_text(f, "%s", why.msg));
		return false;
	}
	link = bal_snapshot_ifindex(f->snap, way->ifindex);
	(void)bal_copy(leaves, BAL_IFNAMSIZ, link ? link->name : "");
	return true;
}

const struct bal_uplink *
bal_facts_uplink(const struct bal_facts *f, const char *name)
{
	return bal_uplinks_find(f->uplinks, name);
}
