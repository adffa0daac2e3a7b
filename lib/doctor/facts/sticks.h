/* sticks - network devices on USB ports, and the files that say their names. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_STICKS_H
#define BAL_STICKS_H

#include "doctor/facts/facts.h"

/* One line of a file that has the name of a stick as a word of its own. */
struct bal_saying {
	const char *path, *text; /* @text without the blanks at its begin */
	unsigned line;
};

struct bal_stick {
	const char *dev;
	const char *id_path; /* udev's ID_PATH: the port, and the interface */
	const char *link; /* the .link file in force; "": none is known */
	BAL_LIST(struct bal_saying) sayings;
};

typedef BAL_LIST(struct bal_stick) bal_stick_list;

/*
 * The sticks of this box by their ports, as udevadm(8) knows them, and each line
 * that says one of their names, comments aside: of every text file below /etc
 * and where else administrators write (/usr/local, crontabs, bal's own records),
 * of bal.conf and its folder in @paths, and of files that interfaces(5) brings
 * in.  What cannot be read is noted by bal_facts_unseen().  All of it lives in
 * the arena of @f.  -1: no memory, or BAL_EUNAVAIL: there is no udevadm.
 */
int bal_facts_sticks(struct bal_facts *f, const struct bal_paths *paths,
		     bal_stick_list *out, struct bal_err *err);

#endif
