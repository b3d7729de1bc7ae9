/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notes.c - the identities that linkers give an executable.
 *
 *   note = namesize:u4 size:u4 type:u4 name pad4 contents pad4
 *
 * Go's is a text ("action/content/..."), GNU's, which profiles have, is bytes
 * that are shown in hexadecimal.
 */
#include <gelf.h>

#include "golang/golang_impl.h"

#define NOTE_GNU_BUILD_ID 3
#define NOTE_GO_BUILD_ID  4

static struct hs_str in_hex(const struct golang *g, const uint8_t *bytes,
                            size_t size)
{
    static const char digits[] = "0123456789abcdef";
    char *text = hs_arena_alloc(g->arena, 2 * size + 1);

    for (size_t i = 0; i < size; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
    return (struct hs_str){text, 2 * size};
}

static const uint8_t *padded(struct hs_cursor *c, uint32_t size)
{
    const uint8_t *at = hs_cursor_take(c, size);

    if (size % 4)
        hs_cursor_take(c, 4 - size % 4);
    return at;
}

static void read_notes(struct golang *g, struct hs_cursor c)
{
    c.big_endian = g->big_endian;
    while (!hs_cursor_done(&c)) {
        uint32_t name_size = hs_cursor_u32(&c), size = hs_cursor_u32(&c);
        uint32_t type = hs_cursor_u32(&c);
        const uint8_t *name = padded(&c, name_size), *at = padded(&c, size);

        if (!name || !at || name_size != 4)
            continue;
        if (type == NOTE_GO_BUILD_ID && memcmp(name, "Go\0", 4) == 0)
            g->program->build_id = (struct hs_str){(const char *)at, size};
        if (type == NOTE_GNU_BUILD_ID && memcmp(name, "GNU", 4) == 0)
            g->program->gnu_build_id = in_hex(g, at, size);
    }
}

void hs_golang_read_notes(struct golang *g)
{
    size_t count;

    if (elf_getphdrnum(g->image->elf, &count) != 0)
        return;
    for (size_t i = 0; i < count && i < GOLANG_MOST_SEGMENTS; i++) {
        struct hs_cursor file = g->program->bytes;
        GElf_Phdr header;

        if (!gelf_getphdr(g->image->elf, (int)i, &header) ||
            header.p_type != PT_NOTE)
            continue;
        hs_cursor_take(&file, header.p_offset);
        read_notes(g, hs_cursor_sub(&file, header.p_filesz));
    }
}
