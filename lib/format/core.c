/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core.c - ELF core dumps, of Go processes or others: recognised, not decoded.
 *
 *   header = 0x7f "ELF" class:u1 order:u1 skip[10] type:u2 ...
 *
 * The order is 1 for little-endian, 2 for big-endian; type 4 is a core dump.
 */
#include <string.h>

#include "format/format.h"

#define TYPE_CORE 4

static int probe(struct hs_cursor head)
{
    const uint8_t *ident = hs_cursor_take(&head, 16);

    if (!ident || memcmp(ident, "\177ELF", 4) != 0)
        return 0;
    head.big_endian = ident[5] == 2;
    return hs_cursor_u16(&head) == TYPE_CORE && !head.fault ? 100 : 0;
}

const struct hs_format hs_format_core = {
    .name = "core",
    .title = "core dump (ELF)",
    .probe = probe,
};
