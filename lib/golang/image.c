/* SPDX-License-Identifier: Apache-2.0 */
/*
 * image.c - the ELF file: what stands at an address.
 *
 * Addresses are looked up by program headers alone, which no stripping takes
 * away.  In a position-independent program that another linker made, addresses
 * are not in place but in the relocations of its dynamic section:
 *
 *   dynamic     = (tag:word value:word)*             RELA, RELASZ
 *   relocation  = place:word info:word addend:word   type RELATIVE
 *
 * They are applied to a copy of the writable segments.  Go's own linker writes
 * both, and those of 32-bit x86 and arm are in place anyway.
 */
#include <gelf.h>
#include <libelf.h>
#include <stdlib.h>
#include <string.h>

#include "golang/golang_impl.h"

static const struct machine {
    unsigned machine;
    unsigned relative; /* the type of a relocation by the slide only; 0: none,
                        * or addresses are in place */
    const char *little, *big; /* what Go calls it */
} machines[] = {
    {EM_X86_64, R_X86_64_RELATIVE, "amd64", NULL},
    {EM_AARCH64, R_AARCH64_RELATIVE, "arm64", NULL},
    {EM_386, 0, "386", NULL},
    {EM_ARM, 0, "arm", NULL},
    {EM_PPC64, R_PPC64_RELATIVE, "ppc64le", "ppc64"},
    {EM_S390, R_390_RELATIVE, NULL, "s390x"},
    {EM_RISCV, R_RISCV_RELATIVE, "riscv64", NULL},
    {EM_LOONGARCH, R_LARCH_RELATIVE, "loong64", NULL},
};

static const struct machine *machine_of(const struct golang *g)
{
    for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
        if (machines[i].machine == g->image->machine)
            return &machines[i];
    return NULL;
}

static const struct golang_segment *segment_at(const struct golang_image *image,
                                               uint64_t address)
{
    const struct golang_segment *segments = image->segments.at;
    size_t low = 0, high = image->segments.count;

    /* The last that starts at ADDRESS or before. */
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (segments[middle].address <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 ||
        address - segments[low - 1].address >= segments[low - 1].size)
        return NULL;
    return &segments[low - 1];
}

struct hs_cursor hs_golang_bytes(const struct golang *g, uint64_t address,
                                 uint64_t size)
{
    const struct golang_segment *segment =
        segment_at(g->image, address - g->slide);
    struct hs_cursor cursor = {.fault = HS_CURSOR_SHORT};
    uint64_t skip;

    if (!segment)
        return cursor;
    skip = address - g->slide - segment->address;
    cursor = hs_cursor_over(segment->bytes, segment->size, 0);
    cursor.big_endian = g->big_endian;
    hs_cursor_take(&cursor, skip);
    return hs_cursor_sub(&cursor, size);
}

struct hs_cursor hs_golang_rest(const struct golang *g, uint64_t address)
{
    const struct golang_segment *segment =
        segment_at(g->image, address - g->slide);

    return hs_golang_bytes(
        g, address,
        segment ? segment->size - (address - g->slide - segment->address) : 1);
}

uint64_t hs_golang_word(const struct golang *g, struct hs_cursor *cursor)
{
    return g->pointer_size == 8 ? hs_cursor_u64(cursor) : hs_cursor_u32(cursor);
}

uint64_t hs_golang_pointer(const struct golang *g, struct hs_cursor *cursor)
{
    uint64_t address = hs_golang_word(g, cursor);

    return address ? address + g->slide : 0;
}

static int by_address(const void *a, const void *b)
{
    const struct golang_segment *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

static bool cut_short(const struct golang *g, struct hs_err *err)
{
    return hs_fail(err, HS_ETRUNC, hs_cursor_left(&g->program->bytes),
                   "the executable is cut short");
}

/* Keeps what LOAD headers say is in the file. */
static bool keep_segments(struct golang *g, struct hs_err *err)
{
    struct golang_image *image = g->image;
    struct hs_cursor bytes = g->program->bytes;
    size_t count;

    if (elf_getphdrnum(image->elf, &count) != 0)
        return cut_short(g, err);
    for (size_t i = 0; i < count && i < GOLANG_MOST_SEGMENTS; i++) {
        uint64_t left = hs_cursor_left(&bytes);
        struct golang_segment segment;
        GElf_Phdr header;

        if (!gelf_getphdr(image->elf, (int)i, &header) ||
            header.p_type != PT_LOAD || header.p_filesz == 0)
            continue;
        if (header.p_offset > left || header.p_filesz > left - header.p_offset)
            return cut_short(g, err);
        segment.address = header.p_vaddr;
        segment.size = header.p_filesz;
        segment.offset = header.p_offset;
        segment.bytes = bytes.at + header.p_offset;
        segment.writable = header.p_flags & PF_W;
        /* A linker lays nothing out twice; who does could make us copy it. */
        if (segment.address + segment.size < segment.size ||
            image->loaded + segment.size > 2 * left)
            continue;
        image->loaded += segment.size;
        hs_column_push(&image->segments, &segment);
    }
    if (image->segments.count)
        qsort(image->segments.at, image->segments.count,
              sizeof(struct golang_segment), by_address);
    return image->segments.count ||
           hs_fail(err, HS_EDATA, HS_NOWHERE,
                   "the executable has nothing to load");
}

/* The relocations that the dynamic section tells of. */
static struct hs_cursor relocations(const struct golang *g)
{
    uint64_t at = 0, size = 0, dynamic = 0, room = 0;
    struct hs_cursor entries;
    size_t count;

    if (elf_getphdrnum(g->image->elf, &count) != 0)
        return hs_cursor_over(NULL, 0, 0);
    for (size_t i = 0; i < count && i < GOLANG_MOST_SEGMENTS; i++) {
        GElf_Phdr header;

        if (!gelf_getphdr(g->image->elf, (int)i, &header) ||
            header.p_type != PT_DYNAMIC)
            continue;
        dynamic = header.p_vaddr;
        room = header.p_filesz;
    }
    entries = hs_golang_bytes(g, dynamic, room);
    while (!hs_cursor_done(&entries)) {
        uint64_t tag = hs_golang_word(g, &entries);
        uint64_t value = hs_golang_word(g, &entries);

        if (tag == DT_RELA)
            at = value;
        else if (tag == DT_RELASZ)
            size = value;
        else if (tag == DT_NULL)
            break;
    }
    return hs_golang_bytes(g, at, size);
}

/* Makes the bytes of the writable segments our own. */
static void copy_writable(struct golang *g)
{
    struct golang_segment *segments = g->image->segments.at;

    for (size_t i = 0; i < g->image->segments.count; i++)
        if (segments[i].writable)
            segments[i].bytes = (const uint8_t *)hs_arena_copy(
                g->arena, segments[i].bytes, segments[i].size);
}

static void write_word(const struct golang *g, uint64_t address, uint64_t word)
{
    const struct golang_segment *segment = segment_at(g->image, address);
    uint8_t *to;

    if (!segment || !segment->writable ||
        segment->size - (address - segment->address) < g->pointer_size)
        return;
    /* copy_writable made these bytes ours. */
    to = (uint8_t *)(uintptr_t)segment->bytes + (address - segment->address);
    for (unsigned i = 0; i < g->pointer_size; i++)
        to[g->big_endian ? g->pointer_size - 1 - i : i] =
            (uint8_t)(word >> (8 * i));
}

static void relocate(struct golang *g)
{
    struct hs_cursor table = relocations(g);
    const struct machine *machine = machine_of(g);

    if (!machine || !machine->relative || hs_cursor_done(&table))
        return;
    copy_writable(g);
    while (hs_cursor_left(&table) >= 3 * g->pointer_size) {
        uint64_t place = hs_golang_word(g, &table);
        uint64_t info = hs_golang_word(g, &table);
        uint64_t addend = hs_golang_word(g, &table);

        if ((g->pointer_size == 8 ? info & 0xffffffff : info & 0xff) ==
            machine->relative)
            write_word(g, place, addend);
    }
}

bool hs_golang_open_image(struct golang *g, struct hs_err *err)
{
    struct golang_image *image = hs_arena_zeroed(g->arena, 1, sizeof(*image));
    struct hs_cursor bytes = g->program->bytes;
    const struct machine *machine;
    GElf_Ehdr header;

    g->image = image;
    image->segments = HS_COLUMN(struct golang_segment, g->arena);
    elf_version(EV_CURRENT);
    /* libelf takes what it does not write to as writable. */
    image->elf =
        elf_memory((char *)(uintptr_t)bytes.at, hs_cursor_left(&bytes));
    if (!image->elf || elf_kind(image->elf) != ELF_K_ELF ||
        !gelf_getehdr(image->elf, &header))
        return hs_fail(err, HS_EDATA, HS_NOWHERE,
                       "the header of the executable is damaged");
    g->pointer_size = header.e_ident[EI_CLASS] == ELFCLASS64 ? 8 : 4;
    g->big_endian = header.e_ident[EI_DATA] == ELFDATA2MSB;
    image->machine = header.e_machine;
    g->program->pointer_size = g->pointer_size;
    g->program->big_endian = g->big_endian;
    g->program->position_independent = header.e_type == ET_DYN;
    machine = machine_of(g);
    if (machine && (g->big_endian ? machine->big : machine->little))
        g->program->goarch =
            hs_str_of(g->big_endian ? machine->big : machine->little);
    if (!hs_golang_sections_whole(g))
        return cut_short(g, err);
    if (!keep_segments(g, err))
        return false;
    if (header.e_type == ET_DYN)
        relocate(g);
    return true;
}

void hs_golang_close_image(struct golang *g)
{
    if (g->image && g->image->elf)
        elf_end(g->image->elf);
    if (g->image)
        g->image->elf = NULL;
}
