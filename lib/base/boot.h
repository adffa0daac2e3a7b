/* boot - which boot of the kernel this is. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_BOOT_H
#define BAL_BOOT_H

#include <stddef.h>

#define BAL_BOOT_STRLEN 64

/* The kernel's id of this boot into @buf of @size; "" where it has none. */
void bal_boot_id(char *buf, size_t size);

#endif
