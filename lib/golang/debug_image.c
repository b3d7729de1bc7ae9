/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_image.c - a small ELF file of the debug sections that are needed.
 *
 *   image = header data* section-header*
 *
 * libdw takes an ELF file, which it writes to where a section is compressed;
 * the program is mapped for reading.  The copy also leaves out what would be
 * inflated for nothing: lines, which functions.c knows, and unwinding.  What is
 * compressed as Go does it is inflated here, several sections at once: of a
 * large program they take longer than all that is read from them.
 */
#include "golang/debug_impl.h"

#include <gelf.h>

#include "base/inflate.h"
#include "base/parallel.h"

/* Of both versions; each also as .zdebug_. */
static const char *const wanted[] = {
    "info",   "abbrev",   "str", "str_offsets", "line_str",
    "ranges", "rnglists", "loc", "loclists",    "addr",
};

enum { WANTED = sizeof(wanted) / sizeof(wanted[0]), NULL_AND_NAMES = 2 };

/* Go's sections inflate to three to five times their size.  What claims more
 * than this is not believed, as libelf would allocate it. */
#define MOST_INFLATED(size) (((uint64_t)(size) << 6) + (1 << 20))

struct section {
    char name[24];
    struct hs_cursor bytes; /* as in the file, */
    struct hs_cursor zlib;  /* and what of it is to be inflated, if any, */
    uint64_t inflated;      /* to so many bytes */
    uint64_t flags, align;
    size_t offset, size; /* in the image */
};

struct image {
    struct golang *g;
    struct section sections[WANTED];
    uint8_t *bytes;
    size_t at;     /* where to write next */
    unsigned next; /* section to be filled in */
};

/* Which of those wanted is called NAME; WANTED if none. */
static size_t which(const char *name)
{
    const char *rest;

    if (strncmp(name, ".debug_", 7) == 0)
        rest = name + 7;
    else if (strncmp(name, ".zdebug_", 8) == 0)
        rest = name + 8;
    else
        return WANTED;
    for (size_t i = 0; i < WANTED; i++)
        if (strcmp(rest, wanted[i]) == 0)
            return i;
    return WANTED;
}

/* Reads how SECTION is compressed; how many bytes it says that it inflates to,
 * 0 if it is not compressed.  What is not zlib's is left to libelf. */
static uint64_t read_compression(const struct golang *g,
                                 struct section *section)
{
    struct hs_cursor start = section->bytes;
    uint64_t inflated;
    uint32_t how = ELFCOMPRESS_ZLIB;

    if (section->flags & SHF_COMPRESSED) {
        how = hs_cursor_u32(&start);
        if (g->pointer_size == 8)
            hs_cursor_u32(&start);
        inflated = hs_golang_word(g, &start);
        section->align = hs_golang_word(g, &start);
    } else if (section->name[1] == 'z') {
        hs_cursor_take(&start, 4); /* "ZLIB" */
        start.big_endian = true;
        inflated = hs_cursor_u64(&start);
        memmove(section->name + 1, section->name + 2,
                strlen(section->name + 1));
    } else {
        return 0;
    }
    if (how == ELFCOMPRESS_ZLIB && !start.fault) {
        section->zlib = start;
        section->inflated = inflated;
        section->flags = 0;
    }
    return inflated;
}

/* Keeps the section that HEADER is of, if it is wanted and sound. */
static void keep(struct image *image, const GElf_Shdr *header, const char *name)
{
    struct hs_cursor file = image->g->program->bytes;
    struct section section = {.flags = header->sh_flags & SHF_COMPRESSED,
                              .align = header->sh_addralign};
    size_t place = which(name);

    if (place == WANTED || header->sh_type == SHT_NOBITS ||
        image->sections[place].bytes.at)
        return;
    strcpy(section.name, name);
    hs_cursor_take(&file, header->sh_offset);
    section.bytes = hs_cursor_sub(&file, header->sh_size);
    section.bytes.big_endian = image->g->big_endian;
    if (section.bytes.fault ||
        read_compression(image->g, &section) > MOST_INFLATED(header->sh_size))
        return;
    image->sections[place] = section;
}

static void find_sections(struct image *image, Elf *elf)
{
    Elf_Scn *scn = NULL;
    size_t names;

    if (elf_getshdrstrndx(elf, &names) != 0)
        return;
    while ((scn = elf_nextscn(elf, scn)) != NULL) {
        GElf_Shdr header;
        const char *name;

        if (!gelf_getshdr(scn, &header))
            continue;
        name = elf_strptr(elf, names, header.sh_name);
        if (name)
            keep(image, &header, name);
    }
}

static void put(struct image *image, uint64_t value, unsigned size)
{
    for (unsigned i = 0; i < size; i++)
        image->bytes[image->at + (image->g->big_endian ? size - 1 - i : i)] =
            (uint8_t)(value >> 8 * i);
    image->at += size;
}

static void put_word(struct image *image, uint64_t value)
{
    put(image, value, image->g->pointer_size);
}

static void put_header(struct image *image, uint64_t headers, unsigned count)
{
    bool wide = image->g->pointer_size == 8;
    static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};

    memcpy(image->bytes, magic, sizeof(magic));
    image->bytes[EI_CLASS] = wide ? ELFCLASS64 : ELFCLASS32;
    image->bytes[EI_DATA] = image->g->big_endian ? ELFDATA2MSB : ELFDATA2LSB;
    image->bytes[EI_VERSION] = EV_CURRENT;
    image->at = EI_NIDENT;
    put(image, ET_EXEC, 2);
    put(image, image->g->image->machine, 2);
    put(image, EV_CURRENT, 4);
    put_word(image, 0); /* entry */
    put_word(image, 0); /* program headers */
    put_word(image, headers);
    put(image, 0, 4); /* flags */
    put(image, wide ? sizeof(Elf64_Ehdr) : sizeof(Elf32_Ehdr), 2);
    put(image, 0, 2);
    put(image, 0, 2);
    put(image, wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr), 2);
    put(image, count, 2);
    put(image, 1, 2); /* the section of names is the first */
}

static void put_section(struct image *image, size_t name, unsigned type,
                        uint64_t flags, uint64_t offset, uint64_t size,
                        uint64_t align)
{
    put(image, name, 4);
    put(image, type, 4);
    put_word(image, flags);
    put_word(image, 0); /* address */
    put_word(image, offset);
    put_word(image, size);
    put(image, 0, 8); /* link, info */
    put_word(image, align);
    put_word(image, 0); /* entry size */
}

/* The offset from which COUNT bytes are to be written, aligned as all may be.
 */
static size_t reserve(size_t *total, size_t count)
{
    size_t at = (*total + 15) & ~(size_t)15;

    *total = at + count;
    return at;
}

/* Fills in SECTION; if it is damaged, it is as if it were not there. */
static void fill_in(struct image *image, struct section *section)
{
    uint8_t *at = image->bytes + section->offset;

    if (!section->inflated)
        memcpy(at, section->bytes.at, section->size);
    else if (!hs_inflate(section->zlib.at, hs_cursor_left(&section->zlib), at,
                         section->size))
        section->size = 0;
}

static void fill_some(void *context, unsigned part)
{
    struct image *image = context;
    unsigned i;

    (void)part;
    while ((i = __atomic_fetch_add(&image->next, 1, __ATOMIC_RELAXED)) < WANTED)
        if (image->sections[i].size)
            fill_in(image, &image->sections[i]);
}

/* Writes the image; its size. */
static size_t write_image(struct image *image)
{
    bool wide = image->g->pointer_size == 8;
    size_t header = wide ? sizeof(Elf64_Shdr) : sizeof(Elf32_Shdr);
    size_t total = sizeof(Elf64_Ehdr), names, headers;
    unsigned threads;

    for (size_t i = 0; i < WANTED; i++) {
        struct section *section = &image->sections[i];

        section->size = section->inflated ? section->inflated
                                          : hs_cursor_left(&section->bytes);
        section->offset = reserve(&total, section->size);
    }
    names = reserve(&total, 1 + sizeof(image->sections[0].name) * WANTED);
    headers = reserve(&total, header * (WANTED + NULL_AND_NAMES));
    image->bytes = hs_arena_zeroed(image->g->scratch, total, 1);
    threads = hs_parallel_processors();
    hs_parallel_run(threads < WANTED ? threads : WANTED, fill_some, image);
    put_header(image, headers, WANTED + NULL_AND_NAMES);
    image->at = headers;
    put_section(image, 0, SHT_NULL, 0, 0, 0, 0);
    put_section(image, 0, SHT_STRTAB, 0, names,
                1 + sizeof(image->sections[0].name) * WANTED, 1);
    for (size_t i = 0; i < WANTED; i++) {
        const struct section *section = &image->sections[i];
        size_t name = 1 + i * sizeof(section->name);

        memcpy(image->bytes + names + name, section->name,
               sizeof(section->name));
        put_section(image, name, section->size ? SHT_PROGBITS : SHT_NULL,
                    section->flags, section->offset, section->size,
                    section->align);
    }
    return total;
}

Elf *hs_debug_open_image(struct golang *g)
{
    struct image image = {.g = g};
    size_t size;

    find_sections(&image, g->image->elf);
    if (!image.sections[0].bytes.at || !image.sections[1].bytes.at)
        return NULL;
    size = write_image(&image);
    return elf_memory((char *)image.bytes, size);
}
