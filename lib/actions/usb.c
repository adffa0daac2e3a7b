// SPDX-License-Identifier: GPL-2.0-or-later
/* usb - which USB device an uplink is, by sysfs. */
#include "actions/usb.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"

#define NET "/sys/class/net/"
#define DEVICES "/sys/bus/usb/devices/"

bool
bal_usb_has_net(const char *dev)
{
	char path[sizeof(NET) + BAL_IFNAMSIZ];

	snprintf(path, sizeof(path), NET "%s", dev);
	return access(path, F_OK) == 0;
}

/* The last part of its path that names a USB device is the nearest one. */
bool
bal_usb_find(const char *dev, char *usb)
{
	char path[sizeof(NET) + BAL_IFNAMSIZ], real[PATH_MAX];
	char hub[BAL_USB_STRLEN], *save = NULL;
	unsigned port;

	snprintf(path, sizeof(path), NET "%s", dev);
	if (!realpath(path, real))
		return false;
	memset(usb, 0, BAL_USB_STRLEN);
	for (char *part = strtok_r(real, "/", &save); part;
	     part = strtok_r(NULL, "/", &save))
		if (bal_usb_port(part, hub, &port))
			(void)bal_copy(usb, BAL_USB_STRLEN, part);
	return true;
}

static void
authorized(const char *usb, char *path, size_t size)
{
	snprintf(path, size, DEVICES "%s/authorized", usb);
}

bool
bal_usb_can_reset(const char *usb)
{
	char path[sizeof(DEVICES) + BAL_USB_STRLEN + 16];

	authorized(usb, path, sizeof(path));
	return *usb && access(path, F_OK) == 0;
}

int
bal_usb_authorize(const char *usb, bool yes, struct bal_err *err)
{
	char path[sizeof(DEVICES) + BAL_USB_STRLEN + 16];
	int fd, eno = 0;

	authorized(usb, path, sizeof(path));
	fd = bal_open(path, O_WRONLY, 0);
	if (fd < 0 || bal_write_all(fd, yes ? "1" : "0", 1) < 0)
		eno = errno;
	if (fd >= 0)
		close(fd);
	return eno ? bal_err_sys(err, eno, "cannot write %s", path) : 0;
}
