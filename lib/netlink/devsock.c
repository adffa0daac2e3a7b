// SPDX-License-Identifier: GPL-2.0-or-later
/* devsock - binds a socket to the intended device, and to no other. */
#include "netlink/devsock.h"

#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62 /* Linux 5.0 */
#endif

/* The number of device @dev; -1 with errno. */
static int
number_of(int fd, const char *dev)
{
	struct ifreq req = { 0 };

	memcpy(req.ifr_name, dev, strnlen(dev, IFNAMSIZ - 1));
	return ioctl(fd, SIOCGIFINDEX, &req) < 0 ? -1 : req.ifr_ifindex;
}

/* The device that @fd is bound to: 0 for none, -1 with errno. */
static int
bound_to(int fd, const char *dev)
{
	socklen_t len = sizeof(int);
	int ifindex;

	if (getsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &ifindex, &len) == 0)
		return ifindex;
	if (errno != ENOPROTOOPT)
		return -1;
	return number_of(fd, dev);
}

int
bal_devsock_there(const char *dev, int ifindex)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int number, eno;

	if (fd < 0)
		return -1;
	number = number_of(fd, dev);
	eno = errno;
	close(fd);
	errno = eno;
	if (number < 0)
		return eno == ENODEV ? 0 : -1;
	return number == ifindex;
}

int
bal_devsock_bind(int fd, const char *dev, int ifindex, uint32_t mark,
		 struct bal_err *err)
{
	const socklen_t len = (socklen_t)strnlen(dev, IFNAMSIZ - 1);
	int bound;

	if (setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, dev, len) < 0)
		return bal_err_sys(err, errno, "cannot bind a socket to %s",
				   dev);
	/* Another device may have the name by now. */
	bound = bound_to(fd, dev);
	if (bound < 0)
		return bal_err_sys(err, errno, "cannot find a socket's device");
	if (bound != ifindex)
		return bal_err_sys(err, ENODEV, "%s is another device now",
				   dev);
	if (mark &&
	    setsockopt(fd, SOL_SOCKET, SO_MARK, &mark, sizeof(mark)) < 0 &&
	    errno != EPERM)
		return bal_err_sys(err, errno, "cannot mark a socket on %s",
				   dev);
	return 0;
}
