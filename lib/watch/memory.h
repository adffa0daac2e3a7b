/* memory - what a long-running process needs only now and then. */
/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef BAL_MEMORY_H
#define BAL_MEMORY_H

/*
 * Give back what the work until now took: free heap, and the pages of programs
 * and libraries, which are files and come back from the page cache when they
 * are needed again (a minor fault each).  A small box has other uses for them.
 */
void bal_memory_give_back(void);

#endif
