// SPDX-License-Identifier: GPL-2.0-or-later
/* devsock - binds a socket to the device that is meant, and to no other. */
#include "devsock.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/socket.h>

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.0 */
#endif

/* Which device is @fd bound to?  0 for none, -1 with errno. */
static int
bound_to(int fd, const char *dev)
{
	socklen_t len = sizeof(int);
	int ifindex;

	if (getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, &len) == 0)
		return ifindex;
	return errno == ENOPROTOOPT ? (int)if_nametoindex(dev) : -1;
}

int
bal_devsock_bind(int fd, const char *dev, int ifindex, uint32_t mark,
		 struct bal_err *err)
{
	const socklen_t len = (socklen_t)strnlen(dev, IFNAMSIZ - 1);

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev, len) < 0)
		return bal_err_sys(err, errno, "cannot bind a socket to %s",
				   dev);
	/* By name alone it might be another device of the same name by now. */
	if (bound_to(fd, dev) != ifindex)
		return bal_err_sys(err, ENODEV, "%s is another device now",
				   dev);
	if (mark && setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0 &&
	    errno != EPERM)
		return bal_err_sys(err, errno, "cannot mark a socket on %s",
				   dev);
	return 0;
}
