// SPDX-License-Identifier: GPL-2.0-or-later
/* requests - the folder of requests as root sees it: nobody's word counts. */
#include "requests.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER_MODE 03770
#define LOOK_MAX 20000 /* entries, at about 2 us each */
#define UNFINISHED_S 60
#define GROUP_MAX ((size_t)16 << 20)

/* --- the folder ------------------------------------------------------------ */

/* Of a line of group(5): NAME:PASSWORD:GID:MEMBERS. */
static bool
is_our_group(const char *line, gid_t *gid)
{
	static const char name[] = BAL_REQUEST_GROUP ":";
	const size_t len = sizeof(name) - 1;
	const char *id;
	unsigned long value;
	char *end;

	if (strncmp(line, name, len) != 0 || !(id = strchr(line + len, ':')))
		return false;
	value = strtoul(++id, &end, 10);
	if (end == id || *end != ':' || value >= UINT32_MAX)
		return false;
	*gid = (gid_t)value;
	return true;
}

/*
 * As the file has it: no library of a directory service is loaded for that.
 * (glibc's fgetgrent() would do, but seeks twice a line: a hundred system
 * calls in each pass.)
 */
static bool
find_group(gid_t *gid)
{
	struct bal_err ignored;
	char *text, *line, *rest;
	bool found = false;
	size_t len;

	if (bal_read_file("/etc/group", GROUP_MAX, &text, &len, &ignored) < 0)
		return false;
	for (rest = text; !found && (line = strsep(&rest, "\n"));)
		found = is_our_group(line, gid);
	free(text);
	return found;
}

/* Whoever made it otherwise may have had reasons; ours is 0700 until it is. */
static bool
is_made(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 &&
	       (!S_ISDIR(st.st_mode) || (st.st_mode & 07777) != 0700);
}

int
bal_requests_folder(const struct bal_paths *paths, struct bal_err *err)
{
	gid_t gid;
	int dir, eno = 0;

	if (is_made(paths->requests) || !find_group(&gid))
		return 0;
	if (bal_make_dir(paths->rundir, err) < 0)
		return -1;
	if (mkdir(paths->requests, 0700) < 0 && errno != EEXIST)
		return bal_err_sys(err, errno, "cannot make folder %s",
				   paths->requests);
	dir = open(paths->requests,
		   O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	/* The mode comes last: as long as it lacks, this is done again. */
	if (dir < 0 || fchown(dir, (uid_t)-1, gid) < 0 ||
	    fchmod(dir, FOLDER_MODE) < 0)
		eno = errno;
	if (dir >= 0)
		close(dir);
	if (!eno)
		return 0;
	(void)rmdir(paths->requests);
	/* A service that is locked in, or a namespace without that group. */
	if (eno == EPERM || eno == EINVAL)
		return 0;
	return bal_err_sys(err, eno,
			   "cannot give %s to group " BAL_REQUEST_GROUP,
			   paths->requests);
}

int
bal_requests_open(const struct bal_paths *paths, struct bal_err *err)
{
	struct stat st;
	int dir = open(paths->requests,
		       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0 && errno == ENOENT)
		return bal_err(err, BAL_EUNAVAIL, "there is no %s",
			       paths->requests);
	if (dir < 0)
		return bal_err_sys(err, errno, "cannot look into %s",
				   paths->requests);
	if (fstat(dir, &st) == 0 && st.st_uid == geteuid() &&
	    !(st.st_mode & S_IWOTH))
		return dir;
	close(dir);
	return bal_err(err, BAL_ECONF,
		       "%s is another's, or open to all: nothing in it is read",
		       paths->requests);
}

/* --- what lies there -------------------------------------------------------- */

static uint64_t
ns_of(const struct timespec *t)
{
	return (uint64_t)t->tv_sec * 1000000000 + (uint64_t)t->tv_nsec;
}

static bool
is_plain(const struct stat *st)
{
	return S_ISREG(st->st_mode) && st->st_nlink == 1 &&
	       st->st_size <= BAL_REQUEST_FILE_MAX;
}

/* An empty folder goes, one that is not stays. */
static bool
remove_entry(int dir, const char *name, const struct stat *st)
{
	return unlinkat(dir, name, S_ISDIR(st->st_mode) ? AT_REMOVEDIR : 0) ==
	       0;
}

static int
compare(const struct bal_waiting *a, const struct bal_waiting *b)
{
	if (a->ctime_ns != b->ctime_ns)
		return a->ctime_ns < b->ctime_ns ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void
drop_last_turn(struct bal_waiting_list *list)
{
	size_t last = 0;

	for (size_t i = 1; i < list->n; i++)
		if (list->v[i].turn >= list->v[last].turn)
			last = i;
	list->n--;
	memmove(&list->v[last], &list->v[last + 1],
		(list->n - last) * sizeof(list->v[0]));
	list->more = true;
}

void
bal_waiting_add(struct bal_waiting_list *list, const struct bal_waiting *w)
{
	struct bal_waiting *v = list->v;
	size_t at = list->n++;

	for (; at > 0 && compare(w, &v[at - 1]) < 0; at--) {
		v[at] = v[at - 1];
		v[at].turn += v[at].uid == w->uid;
	}
	v[at] = *w;
	v[at].turn = 0;
	for (size_t i = 0; i < at; i++)
		v[at].turn += v[i].uid == w->uid;
	if (list->n > BAL_REQUESTS_AT_ONCE)
		drop_last_turn(list);
}

/* Whoever wrote it may give it any time: a later one than ours proves nothing. */
static bool
is_unfinished(const char *name, const struct stat *st, time_t now)
{
	return name[0] == '.' && is_plain(st) &&
	       st->st_mtim.tv_sec > now - UNFINISHED_S &&
	       st->st_mtim.tv_sec < now + UNFINISHED_S;
}

static void
look_at(int dir, const char *name, time_t now, struct bal_waiting_list *out)
{
	struct bal_waiting w = { 0 };
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (is_unfinished(name, &st, now))
		return;
	w.ctime_ns = ns_of(&st.st_ctim);
	w.uid = st.st_uid;
	if (name[0] != '.' && is_plain(&st) &&
	    bal_copy(w.name, sizeof(w.name), name) == 0)
		bal_waiting_add(out, &w);
	else if (remove_entry(dir, name, &st))
		out->removed++;
}

int
bal_requests_look(int dir, struct bal_waiting_list *out, struct bal_err *err)
{
	struct timespec now;
	struct dirent *entry;
	DIR *entries;
	int again = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	*out = (struct bal_waiting_list){ 0 };
	entries = again < 0 ? NULL : fdopendir(again);
	if (!entries) {
		bal_err_sys(err, errno, "cannot look for requests");
		if (again >= 0)
			close(again);
		return -1;
	}
	clock_gettime(CLOCK_REALTIME, &now);
	for (int n = 0; n < LOOK_MAX && (entry = readdir(entries)); n++)
		if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
			look_at(dir, entry->d_name, now.tv_sec, out);
	closedir(entries);
	return 0;
}

int
bal_requests_read(int dir, const char *name, struct bal_request *out,
		  unsigned *uid, struct bal_err *err)
{
	char text[BAL_REQUEST_FILE_MAX + 1];
	struct stat st;
	ssize_t len;
	int fd;

	/* A device could do something when it is opened. */
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return bal_err_sys(err, errno, "it cannot be read");
	*uid = st.st_uid;
	if (!is_plain(&st))
		return bal_err(err, BAL_ECONF, "it is no plain file");
	fd = openat(dir, name,
		    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		return bal_err_sys(err, errno, "it cannot be read");
	/* What is behind the name may be another by now. */
	if (fstat(fd, &st) < 0 || !is_plain(&st)) {
		close(fd);
		return bal_err(err, BAL_ECONF, "it is no plain file");
	}
	len = read(fd, text, sizeof(text));
	close(fd);
	if (len < 0)
		return bal_err(err, BAL_ECONF, "it cannot be read");
	return bal_request_parse(text, (size_t)len, out, err);
}

/* --- carrying out ------------------------------------------------------------ */

/* One that was left under the same name meanwhile stays. */
static void
drop(int dir, const char *name, const struct stat *read)
{
	struct stat now;

	if (fstatat(dir, name, &now, AT_SYMLINK_NOFOLLOW) == 0 &&
	    now.st_ino == read->st_ino && now.st_dev == read->st_dev)
		(void)remove_entry(dir, name, &now);
}

static void
tell(const char *dev, unsigned uid, const struct bal_err *why)
{
	bal_warn("request by uid %u%s%s is refused: %s", uid,
		 dev[0] ? " for " : "", dev, why->msg);
}

/* 0: done with.  -1: refused, @err says why.  1: it has to wait. */
static int
carry_out(struct bal_pass *pass, const struct bal_request *request,
	  struct bal_err *err)
{
	struct bal_intent intent = bal_request_intent(request);

	if (bal_pass_run(pass, &intent, err) == 0)
		return 0;
	return err->kind == BAL_EBUSY ? 1 : -1;
}

/* How many of those that waited were refused; -1: the rest has to wait. */
static int
carry_all_out(struct bal_pass *pass, int dir,
	      const struct bal_waiting_list *list)
{
	int refused = 0;

	for (size_t i = 0; i < list->n; i++) {
		const char *name = list->v[i].name;
		struct bal_request request = { 0 };
		struct bal_err why = { 0 };
		struct stat st = { 0 };
		unsigned uid = 0;
		int rc;

		(void)fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW);
		rc = bal_requests_read(dir, name, &request, &uid, &why);
		if (rc == 0)
			rc = carry_out(pass, &request, &why);
		if (rc > 0) {
			bal_warn("%s", why.msg);
			return -1;
		}
		/* Whoever floods us shall not flood the log, too. */
		if (rc < 0 && refused++ == 0)
			tell(request.dev, uid, &why);
		drop(dir, name, &st);
	}
	return refused;
}

bool
bal_requests_run(struct bal_pass *pass)
{
	struct bal_waiting_list list;
	struct bal_err why = { 0 };
	int dir, refused = -1;

	if (pass->dry_run || geteuid() != 0)
		return false;
	if (bal_requests_folder(&pass->paths, &why) < 0)
		bal_warn("%s", why.msg);
	dir = bal_requests_open(&pass->paths, &why);
	if (dir < 0) {
		if (why.kind != BAL_EUNAVAIL)
			bal_warn("%s", why.msg);
		return false;
	}
	if (bal_requests_look(dir, &list, &why) < 0) {
		bal_warn("%s", why.msg);
		list.n = 0;
	} else {
		refused = carry_all_out(pass, dir, &list);
	}
	close(dir);
	if (refused > 1)
		bal_warn("%d more requests are refused", refused - 1);
	if (list.removed)
		bal_warn("%u things in %s that are no requests are removed",
			 list.removed, pass->paths.requests);
	return refused >= 0 && list.more;
}
