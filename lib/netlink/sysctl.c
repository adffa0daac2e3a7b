// SPDX-License-Identifier: GPL-2.0-or-later
/* sysctl - reads and writes single numbers below /proc/sys. */
#include "netlink/sysctl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/text.h"

static int32_t
read_number(const char *path)
{
	struct bal_err ignored;
	char text[16] = "";
	uint32_t value;
	ssize_t len;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (len <= 0)
		return -1;
	text[strcspn(text, "\n")] = '\0';
	if (bal_parse_u32(text, 0, INT32_MAX, &value, &ignored) < 0)
		return -1;
	return (int32_t)value;
}

int32_t
bal_sysctl_read(const char *name)
{
	char path[96];
	int len = snprintf(path, sizeof(path), "/proc/sys/%s", name);

	return len < (int)sizeof(path) ? read_number(path) : -1;
}

int
bal_sysctl_write(const char *name, int32_t value, struct bal_err *err)
{
	char path[96], text[16];
	int len = snprintf(text, sizeof(text), "%d\n", value);
	int fd, eno;

	snprintf(path, sizeof(path), "/proc/sys/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	eno = errno;
	if (fd >= 0) {
		ssize_t n = write(fd, text, (size_t)len);

		eno = errno;
		close(fd);
		if (n == len)
			return 0;
	}
	return bal_err_sys(err, eno, "cannot write %s", path);
}

unsigned
bal_kernel_release(void)
{
	unsigned long major, minor;
	struct utsname name;
	char *end;

	if (uname(&name) < 0)
		return 0;
	major = strtoul(name.release, &end, 10);
	minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	return major < 1000 && minor < 1000 ? (unsigned)(major * 1000 + minor) :
					      0;
}

int32_t
bal_devconf_read(const char *scope, enum bal_devconf dc)
{
	char path[96];

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/%s", scope,
		 bal_devconf_name(dc));
	return read_number(path);
}
