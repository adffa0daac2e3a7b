/* journals - a journal on disk, for the tests of what may befall it. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TEST_JOURNALS_H
#define TEST_JOURNALS_H

#include "files.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

#include "actions/journal.h"

#define PAGE 4096

static struct bal_event *events;
static size_t n;
static bool own_mounts;

static inline const char *
journal(void)
{
	return in_directory("journal");
}

static inline int
drop_events(void **state)
{
	free(events);
	events = NULL;
	n = 0;
	if (own_mounts)
		umount2(directory, MNT_DETACH);
	return remove_directory(state);
}

static inline struct bal_event
numbered(unsigned number)
{
	struct bal_event e = { .kind = BAL_EVENT_DEAD,
			       .uplink = "eth2",
			       .before = "alive",
			       .lasted_ms = 1500,
			       .at = 1795521600,
			       .boot_ms = 1000 + number,
			       .mode = "multi" };

	snprintf(e.reason, sizeof(e.reason), "number %u", number);
	return e;
}

static inline int
add(unsigned first, unsigned count, struct bal_err *err)
{
	struct bal_event *list = calloc(count, sizeof(*list));
	int rc;

	assert_non_null(list);
	for (unsigned i = 0; i < count; i++)
		list[i] = numbered(first + i);
	rc = bal_journal_add(journal(), list, count, err);
	free(list);
	return rc;
}

static inline void
must_add(unsigned first, unsigned count)
{
	struct bal_err err = { 0 };

	if (add(first, count, &err) < 0)
		fail_msg("%s", err.msg);
}

static inline void
read_back(void)
{
	struct bal_err err = { 0 };

	free(events);
	events = NULL;
	if (bal_journal_read(journal(), &events, &n, &err) < 0)
		fail_msg("%s", err.msg);
}

static unsigned
number_of(const struct bal_event *e)
{
	unsigned number;

	assert_int_equal(sscanf(e->reason, "number %u", &number), 1);
	return number;
}

/* Half a line shows that it is. */
static inline bool
is_whole(const struct bal_event *e)
{
	return !strstr(e->reason, "...");
}

static off_t
size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_size;
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, make_directory, drop_events)

#endif
