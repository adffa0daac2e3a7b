// SPDX-License-Identifier: GPL-2.0-or-later
/* events - event programs that are not run. */
#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "doctor/facts/internal.h"

/* Files that event.c would not run. */
static void
look_at_event(struct bal_facts *f, const char *path)
{
	struct bal_event_file *found;
	struct stat st;
	bool foreign;

	if (stat(path, &st) != 0 || !S_ISREG(st.st_mode) ||
	    !(st.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)))
		return;
	foreign = st.st_uid != 0 && st.st_uid != geteuid();
	if (!foreign && !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return;
	found = BAL_PUSH(&f->arena, &f->events);
	if (found)
		*found = (struct bal_event_file){ path, foreign };
}

void
bal_facts_events(struct bal_facts *f, const struct bal_paths *paths)
{
	const struct dirent *entry;
	DIR *dir = opendir(paths->event_dir);

	while (dir && (entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			look_at_event(f, bal_facts_text(f, "%s/%s",
							paths->event_dir,
							entry->d_name));
	if (dir)
		closedir(dir);
}
