// SPDX-License-Identifier: GPL-2.0-or-later
/* boot - which boot of the kernel this is. */
#include "base/boot.h"

#include <stdlib.h>
#include <string.h>

#include "base/paths.h"
#include "base/text.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

void
bal_boot_id(char *buf, size_t size)
{
	struct bal_err ignored;
	char *text;
	size_t len;

	buf[0] = '\0';
	if (bal_read_file(BOOT_ID, BAL_BOOT_STRLEN, &text, &len, &ignored) < 0)
		return;
	text[strcspn(text, "\n")] = '\0';
	(void)bal_copy(buf, size, text);
	free(text);
}
