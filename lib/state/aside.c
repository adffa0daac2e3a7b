// SPDX-License-Identifier: GPL-2.0-or-later
/* aside - moves an unusable state file away. */
#include "state/aside.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"

#define ASIDE_TRIES 10 /* state.bad, state.bad1 ... */

/*
 * Link or rename @path to a free name, put into @bad of PATH_MAX; @keep leaves
 * the file where it is, too.  -1 with errno.  What is no file keeps its name.
 */
static int
put_beside(const char *path, bool keep, char *bad)
{
	struct bal_err ignored;

	errno = EEXIST;
	for (int i = 0; i < ASIDE_TRIES; i++) {
		int len = snprintf(bad, PATH_MAX, i ? "%s.bad%d" : "%s.bad",
				   path, i);

		if (len < 0 || len >= PATH_MAX) {
			errno = ENAMETOOLONG;
			return -1;
		}
		if (bal_check_replaceable(bad, &ignored) < 0)
			continue;
		if (keep)
			(void)unlink(bad);
		if (keep ? !link(path, bad) : !rename(path, bad))
			return 0;
		if (errno != EEXIST)
			return -1;
	}
	return -1;
}

void
bal_state_put_aside(const char *path, bool touch, bool keep, const char *why)
{
	const char *what = keep ? "damaged, and lines of it are not used" :
				  "damaged and not used";
	char bad[PATH_MAX];

	if (!touch)
		bal_warn("%s is %s (%.150s)", path, what, why);
	else if (put_beside(path, keep, bad) < 0)
		bal_warn("%s is %s (%.150s), and cannot be put aside: %s", path,
			 what, why, strerror(errno));
	else
		bal_warn("%s was %s (%.150s), put aside as %s", path, what, why,
			 bad);
}
