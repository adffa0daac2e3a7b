// SPDX-License-Identifier: GPL-2.0-or-later
/* journal - the transitions of the uplinks, on disk, bounded. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "actions/journal_internal.h"

#define JOURNAL_MODE 0644 /* world-readable */
#define TORN "...\n"	  /* marks the end of a torn line */

struct text {
	char *v; /* malloced */
	size_t len;
};

struct bal_instant
bal_journal_now(void)
{
	struct bal_instant now = { .boot_ms = bal_clock_ns() / BAL_NS_PER_MS };
	time_t at = time(NULL);

	now.at = at > 0 ? (uint64_t)at : 0;
	return now;
}

/* A regular file: its descriptor and its size. */
static int
open_journal(const char *path, int flags, int *out, off_t *size,
	     struct bal_err *err)
{
	struct stat st;
	int fd, rc;

	/* O_NONBLOCK: a fifo in its place must not hold us up. */
	fd = bal_open(path, flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY,
		      JOURNAL_MODE);
	if (fd < 0)
		return bal_err_sys(err, errno, "cannot open %s", path);
	if (fstat(fd, &st)) {
		rc = bal_err_sys(err, errno, "cannot open %s", path);
	} else if (!S_ISREG(st.st_mode)) {
		rc = bal_err(err, BAL_ECONF, "%s is not a regular file", path);
	} else {
		*out = fd;
		*size = st.st_size;
		return 0;
	}
	close(fd);
	return rc;
}

static const char *
next_line(const char *text, const char *end)
{
	const char *newline = memchr(text, '\n', (size_t)(end - text));

	return newline ? newline + 1 : end;
}

/*
 * Read the last BAL_JOURNAL_MAX bytes of @fd, from the start of a line, with
 * room for TORN behind: we never write more than that.
 */
static int
read_tail(int fd, off_t size, struct text *out)
{
	off_t from = size > BAL_JOURNAL_MAX ? size - BAL_JOURNAL_MAX : 0;
	char *buf = malloc(BAL_JOURNAL_MAX + sizeof(TORN));
	size_t len = 0, cut = 0;
	ssize_t got;

	if (!buf)
		return -1;
	while (len < BAL_JOURNAL_MAX) {
		got = pread(fd, buf + len, BAL_JOURNAL_MAX - len,
			    from + (off_t)len);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			free(buf);
			return -1;
		}
		if (!got)
			break;
		len += (size_t)got;
	}
	if (from)
		cut = (size_t)(next_line(buf, buf + len) - buf);
	memmove(buf, buf + cut, len - cut);
	*out = (struct text){ .v = buf, .len = len - cut };
	return 0;
}

static size_t
end_line(char *at)
{
	memcpy(at, TORN, strlen(TORN));
	return strlen(TORN);
}

/* What is to be written, behind the end of a torn line, if there is one. */
static int
compose(const struct bal_event *events, size_t n, bool torn, struct text *out)
{
	uint64_t boot_ms = bal_journal_now().boot_ms;
	struct text t = { .v = malloc(n * BAL_JOURNAL_LINE + strlen(TORN)) };

	if (!t.v)
		return -1;
	if (torn)
		t.len = end_line(t.v);
	for (size_t i = 0; i < n; i++) {
		struct bal_event e = events[i];

		/* It says nothing new. */
		if (e.again)
			continue;
		if (!e.boot_ms)
			e.boot_ms = boot_ms;
		t.len += bal_journal_line(&e, t.v + t.len);
	}
	*out = t;
	return 0;
}

static bool
is_torn(int fd, off_t size)
{
	char last = '\n';

	return size > 0 && pread(fd, &last, 1, size - 1) == 1 && last != '\n';
}

/* Write all of it, or restore the file: errno. */
static int
append(int fd, off_t size, const struct text *t)
{
	size_t done = 0;
	ssize_t got;
	int eno = 0;

	while (done < t->len && !eno) {
		got = write(fd, t->v + done, t->len - done);
		if (got > 0)
			done += (size_t)got;
		else if (got == 0)
			eno = ENOSPC;
		else if (errno != EINTR)
			eno = errno;
	}
	if (eno && done && ftruncate(fd, size))
		return eno; /* a torn line: the next one ends it */
	return eno;
}

/* Rewrite without the older half, with as much of @fresh as fits. */
static int
rewrite(const char *path, int fd, off_t size, const struct text *fresh,
	struct bal_err *err)
{
	size_t keep = BAL_JOURNAL_MAX / 2, total;
	const char *from, *end;
	struct text old;
	char *all;
	int rc;

	if (read_tail(fd, size, &old) < 0)
		return bal_err_sys(err, errno, "cannot read %s", path);
	total = old.len + fresh->len;
	all = realloc(old.v, total + 1);
	if (!all) {
		free(old.v);
		return bal_err_nomem(err);
	}
	memcpy(all + old.len, fresh->v, fresh->len);
	if (fresh->len > keep)
		keep = fresh->len < BAL_JOURNAL_MAX ? fresh->len :
						      BAL_JOURNAL_MAX;
	from = all;
	end = all + total;
	while ((size_t)(end - from) > keep)
		from = next_line(from, end);
	rc = bal_write_file(path, from, (size_t)(end - from), JOURNAL_MODE,
			    err);
	free(all);
	return rc;
}

static int
extend(const char *path, int fd, off_t size, const struct text *fresh,
       struct bal_err *err)
{
	int eno = 0;

	/* The mode of a new file does not depend on the umask. */
	if (size == 0 && fchmod(fd, JOURNAL_MODE))
		eno = errno;
	if (!eno)
		eno = append(fd, size, fresh);
	return eno ? bal_err_sys(err, eno, "cannot write %s", path) : 0;
}

int
bal_journal_add(const char *path, const struct bal_event *events, size_t n,
		struct bal_err *err)
{
	const int flags = O_RDWR | O_APPEND | O_CREAT;
	struct text fresh;
	off_t size;
	int fd, rc;

	if (!n)
		return 0;
	if (open_journal(path, flags, &fd, &size, err) < 0)
		return -1;
	if (compose(events, n, is_torn(fd, size), &fresh) < 0) {
		close(fd);
		return bal_err_nomem(err);
	}
	if (size + (off_t)fresh.len > BAL_JOURNAL_MAX)
		rc = rewrite(path, fd, size, &fresh, err);
	else
		rc = extend(path, fd, size, &fresh, err);
	free(fresh.v);
	close(fd);
	return rc;
}

/* Cuts @t into lines, the last of which may have no end. */
static int
parse(struct text *t, struct bal_event **events, size_t *n)
{
	struct bal_event *list = NULL, *more, e;
	size_t used = 0, room = 0;
	char *line = t->v, *end, *next;

	if (t->len && t->v[t->len - 1] != '\n')
		t->len += end_line(t->v + t->len);
	for (end = t->v + t->len; line < end; line = next) {
		next = line + (next_line(line, end) - line);
		next[-1] = '\0';
		/* A NUL in the middle: damaged. */
		if (line + strlen(line) < next - 1 ||
		    !bal_journal_parse(line, &e))
			continue;
		if (used == room) {
			room = room ? room * 2 : 64;
			more = realloc(list, room * sizeof(*list));
			if (!more) {
				free(list);
				return -1;
			}
			list = more;
		}
		list[used++] = e;
	}
	*events = list;
	*n = used;
	return 0;
}

int
bal_journal_read(const char *path, struct bal_event **events, size_t *n,
		 struct bal_err *err)
{
	struct text t;
	off_t size;
	int fd, rc;

	if (open_journal(path, O_RDONLY, &fd, &size, err) < 0) {
		if (err->sys != ENOENT)
			return -1;
		*err = (struct bal_err){ 0 };
		*events = NULL;
		*n = 0;
		return 0;
	}
	rc = read_tail(fd, size, &t);
	if (rc < 0)
		bal_err_sys(err, errno, "cannot read %s", path);
	close(fd);
	if (rc < 0)
		return -1;
	rc = parse(&t, events, n);
	free(t.v);
	return rc < 0 ? bal_err_nomem(err) : 0;
}
