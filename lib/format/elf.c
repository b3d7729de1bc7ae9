/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elf.c - ELF executables and shared objects: recognised, not decoded.
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
    return hs_cursor_u16(&head) != TYPE_CORE && !head.fault ? 100 : 0;
}

const struct hs_format hs_format_elf = {
    .name = "elf",
    .title = "executable (ELF)",
    .probe = probe,
};
