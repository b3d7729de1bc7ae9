/* SPDX-License-Identifier: Apache-2.0 */
/*
 * elf.c - ELF executables and shared objects: recognised, and kept.
 *
 *   header = 0x7f "ELF" class:u1 order:u1 skip[10] type:u2 ...
 *
 * The order is 1 for little-endian, 2 for big-endian; type 4 is a core dump.
 * What they tell of a Go program is read by golang/.
 */
#include <string.h>

#include "format/format.h"
#include "model/program.h"

#define TYPE_CORE 4

static int probe(struct hs_cursor head)
{
    const uint8_t *ident = hs_cursor_take(&head, 16);

    if (!ident || memcmp(ident, "\177ELF", 4) != 0)
        return 0;
    head.big_endian = ident[5] == 2;
    return hs_cursor_u16(&head) != TYPE_CORE && !head.fault ? 100 : 0;
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct hs_program *program =
        hs_arena_zeroed(&snapshot->arena, 1, sizeof(*program));

    if (!hs_input_map(input, &program->bytes, err))
        return false;
    program->file = hs_input_path(input);
    snapshot->program = program;
    snapshot->parts |= HS_PART_PROGRAM;
    return true;
}

const struct hs_format hs_format_elf = {
    .name = "elf",
    .title = "executable (ELF)",
    .command = "go build -o app .",
    .capture =
        "The very file that the process was started from: on its host,\n"
        "/proc/PID/exe is it even if a newer one was installed since.  A\n"
        "stripped one names types and functions, one with symbols and DWARF\n"
        "(the default of 'go build') variables and locals too.",
    .fills = HS_PART_PROGRAM,
    .probe = probe,
    .decode = decode,
};
