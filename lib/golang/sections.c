/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sections.c - what is in a section of the ELF file; strip takes some away, and
 * a program runs without any.
 */
#include <gelf.h>
#include <libelf.h>
#include <string.h>

#include "golang/golang_impl.h"

/* What HEADER's section holds; empty if it cannot be had.  What a program needs
 * when it runs is never compressed; debug_image.c has what is. */
static struct hs_cursor contents(struct golang *g, const GElf_Shdr *header)
{
    struct hs_cursor file = g->program->bytes;

    hs_cursor_take(&file, header->sh_offset);
    file = hs_cursor_sub(&file, header->sh_size);
    if (file.fault || header->sh_type == SHT_NOBITS ||
        header->sh_flags & SHF_COMPRESSED)
        return hs_cursor_over(NULL, 0, 0);
    return file;
}

static Elf_Scn *section_named(const struct golang *g, const char *name,
                              GElf_Shdr *header)
{
    Elf *elf = g->image->elf;
    Elf_Scn *scn = NULL;
    size_t names;

    if (!elf || elf_getshdrstrndx(elf, &names) != 0)
        return NULL;
    while ((scn = elf_nextscn(elf, scn))) {
        const char *its;

        if (!gelf_getshdr(scn, header))
            continue;
        its = elf_strptr(elf, names, header->sh_name);
        if (its && strcmp(its, name) == 0)
            return scn;
    }
    return NULL;
}

struct hs_cursor hs_golang_section(struct golang *g, const char *name,
                                   uint64_t *address)
{
    GElf_Shdr header;
    Elf_Scn *scn = section_named(g, name, &header);
    struct hs_cursor found = hs_cursor_over(NULL, 0, 0);

    if (!scn)
        return found;
    found = contents(g, &header);
    found.big_endian = g->big_endian;
    if (address)
        *address = header.sh_addr ? header.sh_addr + g->slide : 0;
    return found;
}

bool hs_golang_has_section(const struct golang *g, const char *name)
{
    GElf_Shdr header;

    return section_named(g, name, &header) != NULL;
}

bool hs_golang_sections_whole(const struct golang *g)
{
    uint64_t size = hs_cursor_left(&g->program->bytes);
    Elf *elf = g->image->elf;
    Elf_Scn *scn = NULL;
    GElf_Ehdr file;
    GElf_Shdr header;

    if (!gelf_getehdr(elf, &file) || file.e_shoff > size)
        return false;
    while ((scn = elf_nextscn(elf, scn)))
        if (gelf_getshdr(scn, &header) && header.sh_type != SHT_NOBITS &&
            header.sh_type != SHT_NULL &&
            (header.sh_offset > size ||
             header.sh_size > size - header.sh_offset))
            return false;
    return true;
}
