/* SPDX-License-Identifier: Apache-2.0 */
/*
 * symbols.c - variables by the symbol table, which strip and -ldflags=-s take
 * away.
 *
 * Go's own linker lists no static temporaries (main..stmp_5), but names what
 * is around them.
 */
#include <gelf.h>

#include "golang/globals.h"

/* No name that anybody reads is longer. */
#define MOST_NAME 65536

static void read_table(struct globals *globals, Elf *elf, Elf_Scn *section,
                       const GElf_Shdr *header)
{
    Elf_Data *data = elf_getdata(section, NULL);
    size_t count;

    if (!data || !header->sh_entsize)
        return;
    count = data->d_size / header->sh_entsize;
    for (size_t i = 0; i < count && i <= INT32_MAX; i++) {
        GElf_Sym symbol;
        const char *name;

        if (!gelf_getsym(data, (int)i, &symbol))
            return;
        if (GELF_ST_TYPE(symbol.st_info) != STT_OBJECT ||
            symbol.st_shndx == SHN_UNDEF || symbol.st_size == 0)
            continue;
        name = elf_strptr(elf, header->sh_link, symbol.st_name);
        if (name)
            hs_globals_add(globals,
                           (struct hs_str){name, strnlen(name, MOST_NAME)},
                           symbol.st_value + globals->g->slide, symbol.st_size,
                           HS_NO_TYPE);
    }
}

void hs_golang_read_symbols(struct golang *g)
{
    Elf *elf = g->image->elf;
    Elf_Scn *section = NULL;
    struct globals globals;

    hs_globals_begin(&globals, g);
    while (elf && (section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;

        if (gelf_getshdr(section, &header) && header.sh_type == SHT_SYMTAB)
            read_table(&globals, elf, section, &header);
    }
    hs_globals_settle(&globals);
}
