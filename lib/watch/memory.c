// SPDX-License-Identifier: GPL-2.0-or-later
/* memory - returns free heap and idle code to the kernel. */
#include "watch/memory.h"

#include <link.h>
#include <malloc.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* Only pages that are never written can be read from their file again. */
static int
give_back_object(struct dl_phdr_info *info, size_t size, void *page)
{
	const uintptr_t mask = ~(*(const uintptr_t *)page - 1);

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *p = &info->dlpi_phdr[i];
		uintptr_t from = (info->dlpi_addr + p->p_vaddr) & mask;
		uintptr_t to = (info->dlpi_addr + p->p_vaddr + p->p_filesz) &
			       mask;

		if (p->p_type == PT_LOAD && !(p->p_flags & PF_W) && to > from)
			(void)madvise((void *)from, to - from, MADV_DONTNEED);
	}
	return 0;
}

void
bal_memory_give_back(void)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);

	(void)malloc_trim(0);
	(void)dl_iterate_phdr(give_back_object, &page);
}
