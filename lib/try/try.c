// SPDX-License-Identifier: GPL-2.0-or-later
/* try - records a change, and restores what was before. */
#include "try/internal.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/boot.h"
#include "base/lock.h"
#include "kernel/snapshot.h"
#include "state/read.h"
#include "state/write.h"

#define RESULT_MAX 4096
#define CONF_MODE 0644
#define TRY_LOCK_MS 10000

static struct bal_try_path
result_path(const struct bal_paths *paths)
{
	struct bal_try_path p;

	snprintf(p.s, sizeof(p.s), "%s/tried", paths->rundir);
	return p;
}

/* Each is copied only if it may be changed. */
static const char *const copies[] = { "conf", "last", "mode", "conf.after",
				      "mode.after", "mode.0" };

static void
write_result(const struct bal_paths *paths, const char *how, const char *why)
{
	char text[RESULT_MAX];
	struct bal_err ignored;
	int len = snprintf(text, sizeof(text), "%s: %s\n", how, why);

	if (len > 0 && (size_t)len < sizeof(text))
		(void)bal_write_file(result_path(paths).s, text, (size_t)len,
				     0644, &ignored);
}

void
bal_try_result(const struct bal_paths *paths, char *buf, size_t size)
{
	struct bal_err ignored;
	char *text;
	size_t len;

	buf[0] = '\0';
	if (bal_read_file(result_path(paths).s, RESULT_MAX, &text, &len,
			  &ignored) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	snprintf(buf, size, "%s", text);
	free(text);
}

static void
drop_copies(const struct bal_paths *paths)
{
	for (size_t i = 0; i < sizeof(copies) / sizeof(copies[0]); i++)
		bal_try_drop(paths, copies[i]);
	bal_try_drop_steps(paths);
}

int
bal_try_end(const struct bal_paths *paths, const char *how, const char *why,
	    struct bal_err *err)
{
	write_result(paths, how, why);
	if (unlink(bal_try_file(paths, "record").s) && errno != ENOENT)
		return bal_err_sys(err, errno, "cannot remove %s",
				   bal_try_file(paths, "record").s);
	drop_copies(paths);
	return 0;
}

static int
check_free(const struct bal_paths *paths, struct bal_err *err)
{
	struct bal_try t;
	int rc = bal_try_read(paths, &t, err);

	if (rc <= 0)
		return rc;
	if (bal_try_expired(&t))
		return bal_err(err, BAL_EBUSY,
			       "a change before was not confirmed, and cannot "
			       "be reverted yet: bal-check prints why");
	return bal_err(err, BAL_EBUSY,
		       "another change is being tried: bal-try --keep from a "
		       "new connection keeps it, and it is reverted in %" PRIu64
		       " s otherwise",
		       (t.until_ms - bal_now_ms()) / 1000);
}

/* Commands copy what they change themselves; see step.c. */
static int
save(const struct bal_paths *paths, const struct bal_try *t,
     const struct bal_conf *conf, struct bal_err *err)
{
	const struct bal_try_path after = bal_try_file(paths, "conf.after");

	drop_copies(paths);
	if (!conf)
		return bal_try_save_start(paths, err);
	if (bal_check_replaceable(t->conf, err) < 0)
		return -1;
	if (paths->last_good[0] &&
	    bal_try_save(paths, "last", paths->last_good, err) < 0)
		return -1;
	if (bal_try_save(paths, "conf", t->conf, err) < 0)
		return -1;
	return bal_write_file(after.s, conf->text ? conf->text : "", conf->len,
			      CONF_MODE, err);
}

static int
begin_locked(const struct bal_paths *paths, const struct bal_conf *conf,
	     struct bal_try *out, struct bal_err *err)
{
	struct bal_try t = { 0 };
	char real[PATH_MAX];

	if (check_free(paths, err) < 0 ||
	    bal_session_find(&t.session, err) < 0 ||
	    bal_try_make_id(t.id, err) < 0)
		return -1;
	if (bal_copy(t.conf, sizeof(t.conf),
		     realpath(paths->conf, real) ? real : paths->conf) < 0)
		return bal_err_sys(err, ENAMETOOLONG, "%s", paths->conf);
	bal_boot_id(t.boot, sizeof(t.boot));
	t.until_ms = bal_now_ms() + BAL_TRY_MAKING_MS;
	if (bal_make_dir(paths->trial, err) < 0 ||
	    bal_check_private(paths->trial, err) < 0 ||
	    save(paths, &t, conf, err) < 0 || bal_try_write(paths, &t, err) < 0)
		return -1;
	(void)unlink(result_path(paths).s);
	*out = t;
	return 0;
}

int
bal_try_begin(const struct bal_paths *paths, const struct bal_conf *conf,
	      struct bal_try *out, struct bal_err *err)
{
	int lock = bal_lock(paths, TRY_LOCK_MS, err);
	int rc;

	if (lock < 0)
		return -1;
	rc = begin_locked(paths, conf, out, err);
	bal_unlock(&lock);
	return rc;
}

static int
install_locked(const struct bal_paths *paths, const char *id,
	       const struct bal_conf *conf, struct bal_err *err)
{
	struct bal_try t;
	struct stat st;
	int rc = bal_try_read_own(paths, id, &t, err);

	if (rc < 0)
		return -1;
	if (rc == 0 || bal_try_expired(&t))
		return bal_err(err, BAL_EBUSY, "it is too late to change %s",
			       paths->conf);
	return bal_write_file(t.conf, conf->text ? conf->text : "", conf->len,
			      stat(t.conf, &st) ? CONF_MODE :
						  st.st_mode & 07777,
			      err);
}

int
bal_try_install(const struct bal_paths *paths, const char *id,
		const struct bal_conf *conf, struct bal_err *err)
{
	int lock = bal_lock(paths, TRY_LOCK_MS, err), rc;

	if (lock < 0)
		return -1;
	rc = install_locked(paths, id, conf, err);
	bal_unlock(&lock);
	return rc;
}

static int
made_locked(const struct bal_paths *paths, uint32_t for_ms, struct bal_try *t,
	    struct bal_err *err)
{
	struct bal_try now;
	int rc = bal_try_read_own(paths, t->id, &now, err);

	if (rc < 0)
		return -1;
	if (rc == 0 || bal_try_expired(&now))
		return bal_err(err, BAL_EBUSY,
			       "the change took longer than %d s, and is not "
			       "kept",
			       BAL_TRY_MAKING_MS / 1000);
	if (bal_try_adopt(paths, err) < 0)
		return -1;
	now.made_ms = bal_now_ms();
	now.until_ms = now.made_ms + for_ms;
	if (bal_try_write(paths, &now, err) < 0)
		return -1;
	*t = now;
	return 0;
}

int
bal_try_made(const struct bal_paths *paths, uint32_t for_ms, struct bal_try *t,
	     struct bal_err *err)
{
	int lock = bal_lock(paths, TRY_LOCK_MS, err), rc;

	if (lock < 0)
		return -1;
	rc = made_locked(paths, for_ms, t, err);
	bal_unlock(&lock);
	return rc;
}

/* -1: @by proves nothing about new connections. */
static int
check_proof(const struct bal_try *t, const struct bal_session *by,
	    struct bal_err *err)
{
	if (!t->made_ms)
		return bal_err(err, BAL_EUSAGE, "the change is not made yet");
	if (by->console)
		return 0;
	if (bal_addr_none(&by->peer))
		return bal_err(err, BAL_EUSAGE,
			       "it is not known by which connection this comes: "
			       "log in anew, outside of tmux or screen, or at "
			       "the console");
	if (!bal_session_is_remote(by))
		return bal_err(err, BAL_EUSAGE,
			       "a connection from this box to itself proves "
			       "nothing");
	if (by->begun_ms < t->made_ms)
		return bal_err(err, BAL_EUSAGE,
			       "this connection is from before the change and "
			       "proves nothing: log in anew (without ssh's "
			       "ControlMaster)");
	return 0;
}

static int
keep_locked(const struct bal_paths *paths, const char *id,
	    const struct bal_session *by, struct bal_err *err)
{
	char how[BAL_ADDR_STRLEN + 32], peer[BAL_ADDR_STRLEN];
	struct bal_try t;
	int rc = bal_try_read_own(paths, id, &t, err);

	if (rc <= 0)
		return rc < 0 ? -1 : 1;
	if (bal_try_expired(&t))
		return 1;
	if (check_proof(&t, by, err) < 0)
		return -1;
	if (by->console)
		snprintf(how, sizeof(how), "confirmed at the console");
	else
		snprintf(how, sizeof(how), "confirmed from %s port %u",
			 bal_addr_host_str(&by->peer, peer), by->peer_port);
	return bal_try_end(paths, "kept", how, err);
}

int
bal_try_keep(const struct bal_paths *paths, const char *id,
	     const struct bal_session *by, struct bal_err *err)
{
	int lock = bal_lock(paths, TRY_LOCK_MS, err), rc;

	if (lock < 0)
		return -1;
	rc = keep_locked(paths, id, by, err);
	bal_unlock(&lock);
	return rc;
}
