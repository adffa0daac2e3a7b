// SPDX-License-Identifier: GPL-2.0-or-later
/* run - posix_spawn and wait. */
#include "base/run.h"

#include <errno.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

int
bal_run_wait(char *const argv[], struct bal_err *err)
{
	pid_t pid;
	int status, eno;

	eno = posix_spawnp(&pid, argv[0], NULL, NULL, argv, environ);
	if (eno == ENOENT)
		return bal_err(err, BAL_EUNAVAIL, "cannot find %s in PATH",
			       argv[0]);
	if (eno)
		return bal_err_sys(err, eno, "cannot run %s", argv[0]);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return bal_err_sys(err, errno, "cannot wait for %s",
					   argv[0]);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}
