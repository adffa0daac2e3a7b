// SPDX-License-Identifier: GPL-2.0-or-later
/* reviver_run - bal-revive: takes one step with an uplink that stays dead. */
#include "actions/reviver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "actions/usb.h"

/* ifup asks for a lease, perhaps twice. */
#define DOWN_MS 60000
#define UP_MS 120000
#define POWER_MS 20000
#define REBOOT_MS 10000
/* A stick without power forgets what hung; one that is reset is quicker. */
#define OFF_MS 5000
#define RESET_MS 1000
/* A stick boots, and may change from a disk into a modem. */
#define DEVICE_MS 45000
#define LOOK_MS 100

struct reviver {
	struct bal_revive_order order;
	struct bal_loop *loop;
	struct bal_runner *runner;
};

/* Programs say much when all is well: only the last line of one that fails. */
static char last_line[256];

static void
keep_line(const char *name, const char *line)
{
	(void)name;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static void
pause_ms(unsigned ms)
{
	const struct timespec t = { ms / 1000, ms % 1000 * 1000000L };

	(void)nanosleep(&t, NULL);
}

/* Run @argv, for @limit_ms at most; false: it failed, and that was reported. */
static bool
run(struct reviver *r, uint32_t limit_ms, const char *const argv[])
{
	unsigned before = 0, failed = 0;
	struct bal_err why;

	last_line[0] = '\0';
	if (bal_runner_drain(r->runner, &before, &why) < 0 ||
	    bal_runner_start(r->runner, (char *const *)argv, environ, limit_ms,
			     keep_line, &why) < 0 ||
	    bal_runner_drain(r->runner, &failed, &why) < 0) {
		bal_warn("%s: %s", r->order.dev, why.msg);
		return false;
	}
	if (failed > before && last_line[0])
		bal_warn("%s: %s: %s", r->order.dev, argv[0], last_line);
	return failed == before;
}

static const char *
stanza_of(const struct bal_revive_order *order)
{
	return order->stanza[0] ? order->stanza : order->dev;
}

static bool
uhubctl(struct reviver *r, const char *action)
{
	char hub[BAL_USB_STRLEN], number[16];
	const char *argv[] = { "uhubctl", "-l", hub, "-p", number,
			       action ? "-a" : NULL, action, NULL };
	unsigned port;

	if (!bal_usb_port(r->order.usb, hub, &port))
		return false;
	snprintf(number, sizeof(number), "%u", port);
	return run(r, POWER_MS, argv);
}

static void
authorize(const struct bal_revive_order *order, bool yes)
{
	struct bal_err why;

	if (bal_usb_authorize(order->usb, yes, &why) < 0)
		bal_warn("%s: %s", order->dev, why.msg);
}

/* False: the step cannot be taken, and nothing was done. */
static bool
take_down(struct reviver *r)
{
	const struct bal_revive_order *order = &r->order;

	/* Asked for a hub that does not switch its ports singly, it fails. */
	if (order->step == BAL_REVIVE_POWER && !uhubctl(r, NULL)) {
		bal_warn("%s: its port of a USB hub cannot be switched singly",
			 order->dev);
		return false;
	}
	(void)run(r, DOWN_MS,
		  (const char *[]){ "ifdown", stanza_of(order), NULL });
	if (order->step == BAL_REVIVE_USB_RESET)
		authorize(order, false);
	if (order->step == BAL_REVIVE_POWER)
		(void)uhubctl(r, "off");
	return true;
}

static void
wait_for_device(const struct bal_revive_order *order)
{
	for (unsigned ms = 0; ms < DEVICE_MS; ms += LOOK_MS) {
		if (bal_usb_has_net(order->dev))
			return;
		pause_ms(LOOK_MS);
	}
	bal_warn("%s: the device has not come back within %d s", order->dev,
		 DEVICE_MS / 1000);
}

static void
bring_back(struct reviver *r)
{
	const struct bal_revive_order *order = &r->order;

	if (order->step == BAL_REVIVE_USB_RESET) {
		pause_ms(RESET_MS);
		authorize(order, true);
	} else if (order->step == BAL_REVIVE_POWER) {
		pause_ms(OFF_MS);
		(void)uhubctl(r, "on");
	}
	if (order->step != BAL_REVIVE_IFDOWN_UP)
		wait_for_device(order);
	(void)run(r, UP_MS, (const char *[]){ "ifup", stanza_of(order), NULL });
}

static void
reboot_box(struct reviver *r)
{
	(void)run(r, REBOOT_MS,
		  (const char *[]){ "shutdown", "-r", "now",
				    "bal: no uplink is alive", NULL });
}

/* --- the order ------------------------------------------------------------ */

static bool
take_name(const char **line, char *out, size_t size)
{
	if (bal_next_word(line, out, size) <= 0)
		return false;
	if (strcmp(out, "-") == 0)
		out[0] = '\0';
	return true;
}

static bool
parse(const char *line, struct bal_revive_order *out)
{
	char step[16], hub[BAL_USB_STRLEN];
	struct bal_err ignored;
	unsigned port;

	return bal_next_word(&line, step, sizeof(step)) > 0 &&
	       bal_revive_parse(step, &out->step) &&
	       take_name(&line, out->dev, sizeof(out->dev)) &&
	       bal_check_ifname(out->dev, &ignored) == 0 &&
	       take_name(&line, out->stanza, sizeof(out->stanza)) &&
	       take_name(&line, out->usb, sizeof(out->usb)) &&
	       (!out->usb[0] || bal_usb_port(out->usb, hub, &port));
}

/* Is it still the file at @path, and not one that was removed? */
static bool
is_at(int fd, const char *path)
{
	struct stat mine, there;

	return fstat(fd, &mine) == 0 && lstat(path, &there) == 0 &&
	       mine.st_ino == there.st_ino && mine.st_dev == there.st_dev;
}

/* The locked order of @path; -1: there is none, or another one is at it. */
static int
take_order(const char *path, struct bal_revive_order *order, bool *begun)
{
	char text[BAL_REVIVE_ORDER_MAX] = "", *end;
	int fd = bal_open(path, O_RDWR | O_APPEND | O_NOFOLLOW, 0);

	if (fd < 0)
		return -1;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || !is_at(fd, path)) {
		close(fd);
		return -1;
	}
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	end = strchr(text, '\n');
	*begun = end && end[1];
	if (end)
		*end = '\0';
	if (!parse(text, order)) {
		bal_warn("%s is no order, and is removed", path);
		(void)unlink(path);
		close(fd);
		return -1;
	}
	return fd;
}

static void
carry_out(struct reviver *r, const char *path, int fd, bool begun)
{
	if (r->order.step == BAL_REVIVE_REBOOT) {
		(void)unlink(path);
		reboot_box(r);
		return;
	}
	/* From here on it is ended, whatever happens to us. */
	if (!begun && bal_write_all(fd, "begun\n", strlen("begun\n")) < 0)
		bal_warn("cannot write %s: %s", path, strerror(errno));
	if (begun || take_down(r))
		bring_back(r);
	(void)unlink(path);
}

int
bal_revive_run(const struct bal_paths *paths)
{
	struct reviver r = { 0 };
	struct bal_err why;
	bool begun, can;
	int fd = take_order(paths->revive_order, &r.order, &begun);

	if (fd < 0)
		return 0;
	r.loop = bal_loop_open(&why);
	r.runner = r.loop ? bal_runner_open(r.loop, &why) : NULL;
	can = r.runner;
	if (can)
		carry_out(&r, paths->revive_order, fd, begun);
	else
		bal_warn("%s: %s", r.order.dev, why.msg);
	bal_runner_close(r.runner);
	bal_loop_close(r.loop);
	close(fd);
	return can ? 0 : -1;
}
