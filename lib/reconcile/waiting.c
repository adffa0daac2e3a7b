// SPDX-License-Identifier: GPL-2.0-or-later
/* waiting - reads a request that waits, as untrusted input. */
#include "reconcile/waiting.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

bool
bal_waiting_is_plain(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 &&
	       st->st_size <= BAL_REQUEST_FILE_MAX;
}

static uint64_t
ns_of(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000 + (uint64_t)t->tv_nsec;
}

static bool
is_later(const struct bal_waiting *a, const struct bal_waiting *b)
{
	if (a->ctime_ns != b->ctime_ns)
		return a->ctime_ns > b->ctime_ns;
	return strcmp(a->name, b->name) > 0;
}

bool
bal_waiting_add(struct bal_waiting_list *list, const struct bal_waiting *w,
		struct bal_waiting *loser)
{
	struct bal_waiting *v = list->v;
	size_t at;
	bool found;

	for (at = 0; at < list->n; at++)
		if (strcmp(v[at].request.dev, w->request.dev) == 0)
			break;
	found = at < list->n;
	if (found ? is_later(&v[at], w) : at == BAL_REQUESTS_DEVICES) {
		*loser = *w;
		return found;
	}
	if (found) {
		*loser = v[at];
		list->n--;
		memmove(&v[at], &v[at + 1], (list->n - at) * sizeof(*v));
	}
	for (at = list->n++; at > 0 && is_later(&v[at - 1], w); at--)
		v[at] = v[at - 1];
	v[at] = *w;
	return found;
}

/* -1: it cannot be read, or is no request. */
static int
read_text(int dir, const char *name, char *text, size_t *len, struct stat *st,
	  struct bal_err *err)
{
	ssize_t got;
	int fd = openat(dir, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY |
				O_CLOEXEC);

	if (fd < 0)
		return bal_err_sys(err, errno, "it cannot be read");
	/* Another file may have that name by now. */
	if (fstat(fd, st) < 0 || !bal_waiting_is_plain(st)) {
		close(fd);
		return bal_err(err, BAL_ECONF, "it is no plain file");
	}
	got = read(fd, text, BAL_REQUEST_FILE_MAX + 1);
	close(fd);
	if (got < 0)
		return bal_err(err, BAL_ECONF, "it cannot be read");
	*len = (size_t)got;
	return 0;
}

int
bal_waiting_read(int dir, const char *name, struct bal_waiting *out,
		  struct bal_err *err)
{
	char text[BAL_REQUEST_FILE_MAX + 1];
	struct stat st;
	size_t len = 0;

	if (bal_copy(out->name, sizeof(out->name), name) < 0)
		return bal_err(err, BAL_ECONF, "its name is too long");
	/* Opening a device could have side effects. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return bal_err_sys(err, errno, "it cannot be read");
	out->uid = st.st_uid;
	out->ino = st.st_ino;
	if (!bal_waiting_is_plain(&st))
		return bal_err(err, BAL_ECONF, "it is no plain file");
	if (read_text(dir, name, text, &len, &st, err) < 0)
		return -1;
	out->uid = st.st_uid;
	out->ino = st.st_ino;
	out->ctime_ns = ns_of(&st.st_ctim);
	return bal_request_parse(text, len, &out->request, err);
}
