/* memory - returns free heap and idle code to the kernel. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MEMORY_H
#define BAL_MEMORY_H

/*
 * Return the memory of the work until now: free heap, and the pages of programs
 * and libraries, which come back from the page cache when they are used again
 * (a minor fault each).  A small box has other uses for them.
 */
void bal_memory_give_back(void);

#endif
