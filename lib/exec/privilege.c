// SPDX-License-Identifier: GPL-2.0-or-later
/* privilege - detects and drops privilege that the caller does not have. */
#include "exec/privilege.h"

#include <errno.h>
#include <sys/auxv.h>
#include <sys/types.h>
#include <unistd.h>

bool
bal_privilege_borrowed(void)
{
	return getauxval(AT_SECURE) || geteuid() != getuid() ||
	       getegid() != getgid();
}

/* Are real, effective and saved ids all @uid and @gid? */
static bool
is_only(uid_t uid, gid_t gid)
{
	uid_t u[3];
	gid_t g[3];

	if (getresuid(&u[0], &u[1], &u[2]) < 0 ||
	    getresgid(&g[0], &g[1], &g[2]) < 0)
		return false;
	for (int i = 0; i < 3; i++)
		if (u[i] != uid || g[i] != gid)
			return false;
	return true;
}

int
bal_privilege_drop(struct bal_err *err)
{
	const uid_t uid = getuid();
	const gid_t gid = getgid();

	/* The group first: without root it could not be changed any more. */
	if (setresgid(gid, gid, gid) < 0 || setresuid(uid, uid, uid) < 0)
		return bal_err_sys(err, errno, "cannot give up privileges");
	if (!is_only(uid, gid) || (uid != 0 && setuid(0) == 0))
		return bal_err(err, BAL_ESYS, "privileges cannot be given up");
	return 0;
}
