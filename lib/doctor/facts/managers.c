// SPDX-License-Identifier: GPL-2.0-or-later
/* managers - other managers of our devices, and callers of bal-check. */
#include <ctype.h>
#include <dirent.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "doctor/facts/internal.h"

#define PROC_TEXT 4096
#define OWN_CRONTAB "/etc/cron.d/bal"

enum program {
	PROGRAM_NM,
	PROGRAM_NETWORKD,
	PROGRAM_DHCPCD,
	PROGRAM_CONNMAN,
	PROGRAM_MAX,
};

/* As in /proc/PID/comm: truncated to 15 characters. */
static const char *const comms[PROGRAM_MAX] = {
	"NetworkManager", "systemd-network", "dhcpcd", "connmand",
};

/* A small file of /proc, its NULs made blanks; "" where it cannot be read. */
static void
read_proc(const char *pid, const char *name, char *buf)
{
	char path[64];
	FILE *file;
	size_t len = 0;

	buf[0] = '\0';
	snprintf(path, sizeof(path), "/proc/%.10s/%s", pid, name);
	file = fopen(path, "re");
	if (!file)
		return;
	len = fread(buf, 1, PROC_TEXT - 1, file);
	fclose(file);
	for (size_t i = 0; i < len; i++)
		if (!buf[i])
			buf[i] = ' ';
	buf[len] = '\0';
}

/* In a container or another network namespace it has devices of its own. */
static bool
is_elsewhere(const char *pid)
{
	char path[64], theirs[64], ours[64];
	ssize_t n, m = readlink("/proc/self/ns/net", ours, sizeof(ours));

	snprintf(path, sizeof(path), "/proc/%.10s/ns/net", pid);
	n = readlink(path, theirs, sizeof(theirs));
	return n > 0 && m > 0 &&
	       (n != m || memcmp(ours, theirs, (size_t)n) != 0);
}

/*
 * Any user may give a process any name.  Its real user counts: a setuid program
 * may have any name, too.  networkd has a user of its own, and is detected by
 * the files that it alone can write.
 */
static bool
is_trusted(const char *pid, enum program program)
{
	char text[PROC_TEXT];
	const char *uid;

	if (program == PROGRAM_NETWORKD)
		return true;
	read_proc(pid, "status", text);
	uid = strstr(text, "\nUid:\t");
	return uid && strncmp(uid, "\nUid:\t0\t", 8) == 0;
}

static void
note_process(const char *pid, bool *running)
{
	char comm[PROC_TEXT];

	read_proc(pid, "comm", comm);
	comm[strcspn(comm, "\n")] = '\0';
	for (int p = 0; p < PROGRAM_MAX; p++)
		if (strcmp(comm, comms[p]) == 0 && !is_elsewhere(pid) &&
		    is_trusted(pid, (enum program)p))
			running[p] = true;
}

static void
look_at_processes(struct bal_facts *f, bool *running)
{
	const struct dirent *entry;
	DIR *proc = opendir("/proc");

	if (!proc) {
		bal_facts_unseen(f, "processes: there is no /proc");
		return;
	}
	while ((entry = readdir(proc)))
		if (isdigit((unsigned char)entry->d_name[0]))
			note_process(entry->d_name, running);
	closedir(proc);
}

/* --watch as getopt_long() accepts it, or -w, perhaps after other letters. */
static bool
is_watch_option(const char *word)
{
	return strncmp(word, "--w", 3) == 0 ||
	       (word[0] == '-' && word[1] != '-' && strchr(word, 'w'));
}

static bool
is_called_to_watch(const char *pid)
{
	char text[PROC_TEXT], word[64];
	const char *list = text;
	int got;

	read_proc(pid, "cmdline", text);
	while ((got = bal_next_word(&list, word, sizeof(word))) != 0)
		if (got > 0 && is_watch_option(word))
			return true;
	return false;
}

/*
 * bal-check --watch holds the prober's lock, which root alone can open: in
 * /proc/locks its owner is public.
 */
static bool
is_watched(const struct bal_paths *paths)
{
	char path[BAL_PATH_MAX + 16], pid[16];
	struct bal_holder holder;

	snprintf(path, sizeof(path), "%s/check.pid", paths->rundir);
	if (!bal_lock_holder(path, &holder))
		return false;
	snprintf(pid, sizeof(pid), "%d", (int)holder.pid);
	return is_called_to_watch(pid);
}

/* Does a line of @text begin with @begin? */
static bool
has_line(const char *text, const char *begin)
{
	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (strncmp(text, begin, strlen(begin)) == 0)
			return true;
	}
	return false;
}

static bool
is_managed_by_nm(struct bal_facts *f, const struct bal_uplink *up)
{
	return has_line(
		bal_facts_file(
			f, bal_facts_text(f, "/run/NetworkManager/devices/%d",
					  up->ifindex)),
		"managed=true");
}

static bool
is_managed_by_networkd(struct bal_facts *f, const struct bal_uplink *up)
{
	const char *text = bal_facts_file(
		f,
		bal_facts_text(f, "/run/systemd/netif/links/%d", up->ifindex));

	/* Pending, or initialized: it has not decided yet. */
	return has_line(text, "ADMIN_STATE=config") ||
	       has_line(text, "ADMIN_STATE=failed");
}

/* Is @dev among the words after @key in @text?  -1: no such line. */
static int
is_listed(char *text, const char *key, const char *dev, int flags)
{
	const size_t len = strlen(key);
	char word[256], *line;
	int found = -1;

	while ((line = bal_facts_line(&text))) {
		const char *list = line + len;

		if (strncmp(line, key, len) != 0 || !strchr(" \t=", line[len]))
			continue;
		list += strspn(list, " \t=");
		found = found > 0;
		while (bal_next_word(&list, word, sizeof(word)) > 0)
			found |= flags ? strncmp(dev, word, strlen(word)) == 0 :
					 fnmatch(word, dev, 0) == 0;
	}
	return found;
}

/* A client for one device alone is ifupdown's, and no fault. */
static bool
is_managed_by_dhcpcd(struct bal_facts *f, const struct bal_uplink *up)
{
	if (up->no_arp || (access("/run/dhcpcd/pid", F_OK) != 0 &&
			   access("/run/dhcpcd.pid", F_OK) != 0))
		return false;
	return is_listed(bal_facts_file(f, "/etc/dhcpcd.conf"),
			 "denyinterfaces", up->name, 0) <= 0 &&
	       is_listed(bal_facts_file(f, "/etc/dhcpcd.conf"),
			 "allowinterfaces", up->name, 0) != 0;
}

/* Its denial of these where no list is configured. */
static bool
is_managed_by_connman(struct bal_facts *f, const struct bal_uplink *up)
{
	static const char key[] = "NetworkInterfaceBlacklist";
	char usual[] = "NetworkInterfaceBlacklist = "
		       "vmnet,vboxnet,virbr,ifb,ve-,vb-";
	int denied = is_listed(bal_facts_file(f, "/etc/connman/main.conf"), key,
			       up->name, 1);

	if (denied < 0)
		denied = is_listed(usual, key, up->name, 1);
	return !up->no_arp && !denied;
}

static const struct manager {
	enum program program;
	const char *name;
	bool (*manages)(struct bal_facts *f, const struct bal_uplink *up);
} managers[] = {
	{ PROGRAM_NM, "NetworkManager", is_managed_by_nm },
	{ PROGRAM_NETWORKD, "systemd-networkd", is_managed_by_networkd },
	{ PROGRAM_DHCPCD, "dhcpcd", is_managed_by_dhcpcd },
	{ PROGRAM_CONNMAN, "connman", is_managed_by_connman },
};

static void
look_at_manager(struct bal_facts *f, const struct manager *m)
{
	for (size_t i = 0; i < f->uplinks->n; i++) {
		const struct bal_uplink *up = &f->uplinks->v[i];
		struct bal_manager *found;

		if (!up->admin_up || !up->ifindex || !m->manages(f, up))
			continue;
		found = BAL_PUSH(&f->arena, &f->managers);
		if (!found)
			return;
		found->name = m->name;
		memcpy(found->dev, up->name, sizeof(found->dev));
	}
}

/* A line that yields to systemd does nothing where systemd runs. */
static bool
calls_bal_check(const struct bal_facts *f, const char *line)
{
	return line[strspn(line, " \t")] != '#' && strstr(line, "bal-check") &&
	       !(f->systemd && strstr(line, "/run/systemd/system"));
}

/* Would it call bal-check each minute without its comment sign? */
static bool
is_commented_out(const char *line)
{
	return *line == '#' && line[strspn(line, "# ")] == '*' &&
	       strstr(line, "bal-check");
}

static void
read_crontab(struct bal_facts *f, const char *path)
{
	char *line, *text = bal_facts_file(f, path);

	while ((line = bal_facts_line(&text))) {
		f->cron_comment |= strcmp(path, OWN_CRONTAB) == 0 &&
				   is_commented_out(line);
		if (!calls_bal_check(f, line))
			continue;
		f->cron = true;
		if (!f->cron_insists && !strstr(line, "--if-idle"))
			f->cron_insists = path;
	}
}

/* Is it to be started at boot, and is it there? */
static void
look_at_unit(struct bal_facts *f, const char *wanted_by, const char *unit)
{
	char systemctl[] = "systemctl", verb[] = "is-active", name[64];

	if (access(bal_facts_text(f, "/etc/systemd/system/%s.wants/%s",
				  wanted_by, unit),
		   F_OK) != 0 ||
	    bal_copy(name, sizeof(name), unit) < 0)
		return;
	/* It fails without the unit. */
	if (bal_facts_run(f, (char *[]){ systemctl, verb, name, NULL }))
		f->timed = true;
	else
		f->unit_idle = unit;
}

static void
look_for_callers(struct bal_facts *f)
{
	static const char *const crontabs[] = {
		OWN_CRONTAB, "/etc/crontab", "/var/spool/cron/crontabs/root"
	};

	f->systemd = access("/run/systemd/system", F_OK) == 0;
	for (size_t i = 0; i < sizeof(crontabs) / sizeof(crontabs[0]); i++)
		if (geteuid() == 0 || access(crontabs[i], R_OK) == 0)
			read_crontab(f, crontabs[i]);
	f->cron_file = access(OWN_CRONTAB, F_OK) == 0;
	if (!f->systemd)
		return;
	look_at_unit(f, "timers.target", "bal-check.timer");
	look_at_unit(f, "multi-user.target", "bal-check.service");
}

void
bal_facts_managers(struct bal_facts *f, const struct bal_paths *paths)
{
	bool running[PROGRAM_MAX] = { false };

	look_at_processes(f, running);
	for (size_t i = 0; i < sizeof(managers) / sizeof(managers[0]); i++)
		if (running[managers[i].program])
			look_at_manager(f, &managers[i]);
	f->watch = is_watched(paths);
	(void)bal_lock_stopped(paths, &f->stopped);
	look_for_callers(f);
}
