/* flush_entries - conntrack entries that are marked for an uplink. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_FLUSH_ENTRIES_H
#define BAL_FLUSH_ENTRIES_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Has any connection @mark under @mask?  True where conntrack cannot be read:
 * the mark is then taken to be in use.
 */
bool bal_flush_is_marked(uint32_t mark, uint32_t mask);

#endif
