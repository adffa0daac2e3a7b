// SPDX-License-Identifier: GPL-2.0-or-later
/* files - detects changes of bal.conf, state and requests by others. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lines.h"
#include "base/text.h"
#include "config/conf_parts.h"
#include "config/destinations.h"
#include "watch/internal.h"

/* Identifies the file that a name refers to: renaming changes it. */
struct version {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
	bool there;
	uint64_t others; /* of bal.conf: a hash of its folder's and its lists' */
};

struct bal_watch_files {
	struct bal_source source; /* first member; fd -1: no inotify */
	struct bal_loop *loop;
	char conf[BAL_PATH_MAX], parts[BAL_PATH_MAX], state[BAL_PATH_MAX];
	int conf_directory, state_directory; /* inotify's numbers; -1: none */
	struct version conf_seen, state_seen;
	char requests[BAL_PATH_MAX];
	int requests_directory;
	bool touched;	/* conf or state */
	bool requested;
};

static struct version
version_of(const char *path)
{
	struct version v = { 0 };
	struct stat st;

	if (stat(path, &st) < 0)
		return v;
	return (struct version){ st.st_dev, st.st_ino, st.st_size, st.st_mtim,
				 true, 0 };
}

static void
add_file(void *arg, const char *path)
{
	const struct version v = version_of(path);
	const uint64_t parts[] = { v.there, v.dev, v.ino, (uint64_t)v.size,
				   (uint64_t)v.mtime.tv_sec,
				   (uint64_t)v.mtime.tv_nsec };
	uint64_t *hash = arg;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		*hash = (*hash ^ parts[i]) * UINT64_C(1099511628211);
}

/* By the file as it is, right or wrong: what is mended may be a list of it. */
static void
add_lists_of(uint64_t *hash, const char *path)
{
	struct bal_err ignored;
	size_t len;
	char *text;

	if (bal_read_file(path, BAL_INI_MAX, &text, &len, &ignored) < 0)
		return;
	bal_destinations_files(text, add_file, hash);
	free(text);
}

static int
add_part(void *arg, const char *path, struct bal_err *err)
{
	(void)err;
	add_file(arg, path);
	add_lists_of(arg, path);
	return 0;
}

static struct version
version_of_conf(const struct bal_watch_files *f)
{
	struct version v = version_of(f->conf);
	struct bal_err ignored;

	if (v.there)
		add_lists_of(&v.others, f->conf);
	(void)bal_conf_parts_list(f->parts, add_part, &v.others, &ignored);
	return v;
}

static bool
same_version(const struct version *a, const struct version *b)
{
	return a->there == b->there && a->others == b->others &&
	       a->dev == b->dev && a->ino == b->ino &&
	       a->size == b->size && a->mtime.tv_sec == b->mtime.tv_sec &&
	       a->mtime.tv_nsec == b->mtime.tv_nsec;
}

/* Replaced, or (by an editor) written in place. */
static void
watch_folder_of(int fd, const char *path, uint32_t events, int *directory)
{
	char dir[BAL_PATH_MAX];
	char *slash;
	int now;

	(void)bal_copy(dir, sizeof(dir), path);
	slash = strrchr(dir, '/');
	if (!slash)
		(void)bal_copy(dir, sizeof(dir), ".");
	else
		slash[slash == dir] = '\0';
	now = inotify_add_watch(fd, dir, events | IN_MASK_ADD);
	if (*directory >= 0 && now != *directory)
		(void)inotify_rm_watch(fd, *directory);
	*directory = now;
}

/* Without a descriptor now, the next look tries again. */
static int
open_inotify(struct bal_watch_files *f, struct bal_err *err)
{
	if (f->source.fd >= 0)
		return 0;
	f->source.fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (f->source.fd < 0)
		return bal_err_sys(err, errno, "cannot watch files");
	if (bal_loop_add(f->loop, &f->source, EPOLLIN, err) == 0)
		return 0;
	close(f->source.fd);
	f->source.fd = -1;
	return -1;
}

void
bal_watch_files_look(struct bal_watch_files *f)
{
	struct bal_err why;

	f->touched = f->requested = true;
	if (open_inotify(f, &why) < 0) {
		bal_warn("%s", why.msg);
		return;
	}
	watch_folder_of(f->source.fd, f->conf,
			IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE | IN_CREATE,
			&f->conf_directory);
	watch_folder_of(f->source.fd, f->state, IN_MOVED_TO | IN_DELETE,
			&f->state_directory);
	(void)inotify_add_watch(f->source.fd, f->parts,
				IN_MOVED_TO | IN_CLOSE_WRITE | IN_DELETE |
					IN_MOVED_FROM | IN_ONLYDIR);
	/* The same number again, or -1 as long as there is no directory. */
	f->requests_directory = inotify_add_watch(f->source.fd, f->requests,
					       IN_MOVED_TO | IN_ONLYDIR |
						       IN_DONT_FOLLOW);
}

static void
on_ready(struct bal_source *source, uint32_t events)
{
	struct bal_watch_files *f = (struct bal_watch_files *)source;
	char buf[4096] __attribute__((aligned(8)));
	bool folder = false;
	ssize_t len;

	(void)events;
	while ((len = read(source->fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *e = (const void *)(buf + at);

			/*
			 * After a queue overflow any of them may have changed.
			 */
			f->requested |= e->wd == f->requests_directory ||
					e->mask & IN_Q_OVERFLOW;
			f->touched |= e->wd != f->requests_directory;
			folder |= e->wd == f->conf_directory &&
				  e->mask & IN_ISDIR;
			at += (ssize_t)(sizeof(*e) + e->len);
		}
	}
	/* It may be that of the parts, which was not there. */
	if (folder)
		bal_watch_files_look(f);
}

struct bal_watch_files *
bal_watch_files_open(struct bal_loop *loop, const struct bal_paths *paths,
		     struct bal_err *err)
{
	struct bal_watch_files *f = calloc(1, sizeof(*f));

	if (!f) {
		bal_err_nomem(err);
		return NULL;
	}
	f->loop = loop;
	memcpy(f->conf, paths->conf, sizeof(f->conf));
	memcpy(f->parts, paths->conf_parts, sizeof(f->parts));
	memcpy(f->state, paths->state, sizeof(f->state));
	memcpy(f->requests, paths->requests, sizeof(f->requests));
	f->conf_seen = version_of_conf(f);
	f->conf_directory = f->state_directory = f->requests_directory = -1;
	f->source.ready = on_ready;
	f->source.fd = -1;
	bal_watch_files_look(f);
	return f;
}

void
bal_watch_files_close(struct bal_watch_files *f)
{
	if (!f)
		return;
	if (f->source.fd >= 0) {
		bal_loop_del(f->loop, &f->source);
		close(f->source.fd);
	}
	free(f);
}

void
bal_watch_files_seen(struct bal_watch_files *f)
{
	f->state_seen = version_of(f->state);
}

bool
bal_watch_files_touched(const struct bal_watch_files *f)
{
	return f->touched;
}

bool
bal_watch_files_conf_changed(struct bal_watch_files *f)
{
	struct version now;

	if (!f->touched)
		return false;
	now = version_of_conf(f);
	if (same_version(&now, &f->conf_seen))
		return false;
	f->conf_seen = now;
	return true;
}

bool
bal_watch_files_state_changed(struct bal_watch_files *f)
{
	struct version now;

	if (!f->touched)
		return false;
	f->touched = false;
	now = version_of(f->state);
	return !same_version(&now, &f->state_seen);
}

bool
bal_watch_files_requested(struct bal_watch_files *f)
{
	bool requested = f->requested;

	f->requested = false;
	return requested;
}
