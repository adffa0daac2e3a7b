/* files - an OpenVPN configuration with all files that it includes. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_OVPN_FILES_H
#define BAL_OVPN_FILES_H

#include "openvpn/conf.h"

/* Callbacks of a reader. */
struct bal_ovpn_taker {
	/* Each option in file order, included files expanded in place. */
	void (*take)(void *arg, const struct bal_ovpn_option *option);
	/*
	 * "FILE: what": unreadable, or OpenVPN would refuse it; it is skipped.
	 */
	void (*trouble)(void *arg, const char *msg);
	void *arg;
};

/*
 * Read @path.  `config FILE` is followed, relative to @dir or the last absolute
 * `cd`, ten levels deep and 64 files in all, as OpenVPN does.  Failures go to
 * @taker's trouble().
 */
void bal_ovpn_read(const char *path, const char *dir,
		   const struct bal_ovpn_taker *taker);

#endif
