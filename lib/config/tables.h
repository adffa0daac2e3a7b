/* tables - names of routing tables in iproute2's rt_tables. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_TABLES_H
#define BAL_TABLES_H

#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"

#define BAL_TABLE_NAMELEN 64

/*
 * Ids of tables that have no name yet.  Scripts use tables by number, without a
 * name: 1 to 255 by hand, and of programs 52 (Tailscale), 100 (TPROXY), 220
 * (strongSwan), from 256 on (pbr), from 1000 on (VRF, Android), 2022 (proxies),
 * 7120 (NetBird), from 10000 on (cloud images), 51820 (wg-quick).  This range
 * begins with bal's protocol number, 214; BAL_TABLES_BASE + N belongs to slot
 * N.  It ends far above the slots, as names of removed modems are kept.
 */
#define BAL_TABLES_BASE 21400 /* that of `balancing` */
#define BAL_TABLES_LAST 31399

struct bal_table_name {
	uint32_t id;
	char name[BAL_TABLE_NAMELEN];
};

typedef BAL_LIST(struct bal_table_name) bal_table_list;

/*
 * Read rt_tables and the *.conf files of rt_tables.d below @dir, and those of
 * iproute2's own in /usr/share/iproute2 that have no file of that name below
 * @dir, as ip does from 6.5 on.  Missing files are empty.  Lines that ip would
 * ignore or stop at are ignored.
 */
int bal_tables_read(const char *dir, struct bal_arena *arena,
		    bal_table_list *out, struct bal_err *err);

/*
 * The id that @name has, or 0.  With two ids the one that ip takes: the
 * smallest last byte, the later line among equal ones.
 */
uint32_t bal_tables_id(const bal_table_list *tables, const char *name);

/* The name that @id has, or NULL.  With two names the later, as for ip. */
const char *bal_tables_name(const bal_table_list *tables, uint32_t id);

/*
 * Add "@id @name": to rt_tables.d/bal.conf below @dir where that directory is
 * (it is made where @dir or its rt_tables is missing, as since iproute2 6.5),
 * else to rt_tables.  Written whole to a temporary file beside it, fsync,
 * rename; owner, mode and other lines stay.  The caller holds the lock.
 */
int bal_tables_add(const char *dir, const char *name, uint32_t id,
		   struct bal_err *err);

#endif
