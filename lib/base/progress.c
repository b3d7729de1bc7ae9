/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.c - the one progress listener of the process.
 */
#include "base/progress.h"

#include <stddef.h>

static struct hs_progress *listener;

void hs_progress_install(struct hs_progress *progress)
{
    listener = progress;
}

void hs_progress_tell(const char *what, uint64_t done, uint64_t total)
{
    if (listener)
        listener->tell(listener, what, done, total);
}
