/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.h - how far long work has come, told to whoever asked to know.
 *
 * The library never prints: it calls back.  cmd/heapscope installs a callback
 * that draws a line on a terminal after one second.
 */
#ifndef HS_BASE_PROGRESS_H
#define HS_BASE_PROGRESS_H

#include <stdint.h>

struct hs_progress {
    /* WHAT is being done ("reading"), DONE bytes of TOTAL (0: unknown). */
    void (*tell)(struct hs_progress *self, const char *what, uint64_t done,
                 uint64_t total);
};

/* Installed once before work starts; NULL means nobody wants to know. */
void hs_progress_install(struct hs_progress *progress);
void hs_progress_tell(const char *what, uint64_t done, uint64_t total);

#endif
