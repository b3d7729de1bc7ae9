/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pages.c - madvise(), for whole pages only.
 */
#include "base/pages.h"

#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* A kernel that does not know ADVICE does nothing, which is no harm. */
static void advise(void *from, void *to, int advice)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t first = ((uintptr_t)from + page - 1) & ~(page - 1);
    uintptr_t last = (uintptr_t)to & ~(page - 1);

    if (first < last)
        madvise((void *)first, last - first, advice);
}

void hs_pages_forget(void *from, void *to)
{
    advise(from, to, MADV_DONTNEED);
}

void hs_pages_populate(void *from, void *to)
{
#ifdef MADV_POPULATE_WRITE
    advise(from, to, MADV_POPULATE_WRITE);
#else
    (void)from;
    (void)to;
#endif
}
