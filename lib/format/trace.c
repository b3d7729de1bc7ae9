/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace.c - Go execution traces: recognised, not decoded.
 *
 *   header = "go 1." digit+ " trace" NUL*        16 bytes
 */
#include <string.h>

#include "format/format.h"

#define HEADER 16

static int probe(struct hs_cursor head)
{
    static const char start[] = "go 1.", end[] = " trace";
    const char *at = (const char *)hs_cursor_take(&head, HEADER);
    size_t n = sizeof(start) - 1;

    if (!at || memcmp(at, start, n) != 0)
        return 0;
    while (n < HEADER && at[n] >= '0' && at[n] <= '9')
        n++;
    return HEADER - n >= sizeof(end) - 1 &&
                   memcmp(at + n, end, sizeof(end) - 1) == 0
               ? 100
               : 0;
}

const struct hs_format hs_format_trace = {
    .name = "trace",
    .title = "Go execution trace",
    .probe = probe,
};
