/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug.c - DWARF 4 and 5 through libdw: units, and the package variables.
 *
 *   unit        = DW_TAG_compile_unit of language Go, with children:
 *     variable    name, location (exprloc: DW_OP_addr address), type
 *     subprogram  name, low_pc, ...        or, inlined, without low_pc
 *     types       in the last units, one each for the whole program
 *
 * Only the children of units are looked at; what is below them is skipped
 * until it is asked for.  A program of 20 MB has 50 000 of them.
 */
#include "golang/debug_impl.h"

#include <gelf.h>

#include "base/hash.h"
#include "golang/globals.h"

/* What all walks below the children of units may step over, in bytes: some ten
 * times what the biggest programs need. */
#define BUDGET ((uint64_t)256 << 20)

/* No name that anybody reads is longer. */
#define MOST_NAME 65536

bool hs_debug_child(struct golang_debug *d, Dwarf_Die *parent, Dwarf_Die *child)
{
    return hs_debug_pay(d, 8) && dwarf_child(parent, child) == 0 &&
           dwarf_tag(child) != DW_TAG_invalid;
}

/* libdw steps over all that is below DIE, which is paid for by how far that
 * was; where it finds nothing behind, it may have been up to END. */
bool hs_debug_next(struct golang_debug *d, Dwarf_Die *die, Dwarf_Off end)
{
    Dwarf_Off at = dwarf_dieoffset(die);
    bool parent = dwarf_haschildren(die) != 0;
    Dwarf_Die next;

    if (parent && end <= at)
        return false;
    if (dwarf_siblingof(die, &next) != 0 || next.addr <= die->addr) {
        hs_debug_pay(d, parent ? end - at : 8);
        return false;
    }
    if (!hs_debug_pay(d, dwarf_dieoffset(&next) - at))
        return false;
    *die = next;
    return dwarf_tag(die) != DW_TAG_invalid;
}

bool hs_debug_function(struct golang_debug *d,
                       const struct debug_function *function, Dwarf_Die *die)
{
    return dwarf_offdie(d->dwarf, function->die, die) != NULL;
}

struct hs_str hs_debug_name(struct golang_debug *d, Dwarf_Die *die)
{
    struct hs_str name = {0};
    Dwarf_Attribute attribute;
    size_t most = MOST_NAME;

    if (!dwarf_attr_integrate(die, DW_AT_name, &attribute))
        return name;
    if (dwarf_whatform(&attribute) == DW_FORM_string) {
        /* libdw does not look for the end of a text in place. */
        name.text = (const char *)attribute.valp;
        if (name.text < d->info || name.text >= d->info_end)
            return (struct hs_str){0};
        if (most > (size_t)(d->info_end - name.text))
            most = (size_t)(d->info_end - name.text);
    } else {
        name.text = dwarf_formstring(&attribute);
    }
    if (name.text)
        name.size = strnlen(name.text, most);
    /* Many entries may share one long name. */
    return hs_debug_pay(d, name.size) ? name : (struct hs_str){0};
}

bool hs_debug_number(Dwarf_Die *die, unsigned name, uint64_t *value)
{
    Dwarf_Attribute attribute;
    Dwarf_Word word;

    if (!dwarf_attr_integrate(die, name, &attribute) ||
        (dwarf_formudata(&attribute, &word) != 0 &&
         dwarf_formaddr(&attribute, &word) != 0))
        return false;
    *value = word;
    return true;
}

/* The address that a variable is at, if its place is just that. */
static bool variable_address(const struct golang_debug *d, Dwarf_Die *die,
                             uint64_t *address)
{
    Dwarf_Attribute attribute;
    struct hs_cursor code;
    Dwarf_Block block;

    if (!dwarf_attr(die, DW_AT_location, &attribute) ||
        dwarf_formblock(&attribute, &block) != 0 ||
        block.length != 1 + d->g->pointer_size)
        return false;
    code = hs_cursor_over(block.data, block.length, 0);
    code.big_endian = d->g->big_endian;
    if (hs_cursor_u8(&code) != DW_OP_addr)
        return false;
    *address = hs_golang_word(d->g, &code) + d->g->slide;
    return true;
}

/* Is it in what the dump has?  The types of what is not are of no use. */
static bool is_dumped(const struct golang *g, uint64_t address)
{
    const struct hs_segment *segments;

    if (!g->heap)
        return true;
    segments = g->heap->segments.at;
    for (size_t i = 0; i < g->heap->segments.count; i++)
        if (address - segments[i].memory.address < segments[i].memory.size)
            return true;
    return false;
}

/* The symbol's size stands if there is one; its type has to fit into it. */
static void read_variable(struct golang_debug *d, struct globals *globals,
                          Dwarf_Die *die)
{
    struct hs_names *names = d->g->names;
    uint64_t address, size;
    uint32_t type, global;

    if (!variable_address(d, die, &address) || !is_dumped(d->g, address))
        return;
    type = hs_debug_type(d, die, DW_AT_type);
    size = hs_names_type(names, type)->size;
    global = hs_names_global(names, address);
    if (global != HS_NO_GLOBAL) {
        struct hs_global *known =
            (struct hs_global *)names->globals.at + global;

        if (known->address == address && size <= known->size)
            known->type = type;
        return;
    }
    hs_globals_add(globals, hs_debug_name(d, die), address, size, type);
}

static void note_function(struct golang_debug *d, Dwarf_Die *die)
{
    struct debug_function function = {.die = dwarf_dieoffset(die)};
    Dwarf_Addr entry;

    if (dwarf_lowpc(die, &entry) == 0)
        function.entry = entry;
    if (d->functions.count >= HS_MAP_NONE)
        return;
    if (function.entry)
        hs_map_add(&d->function_at, function.entry,
                   (uint32_t)d->functions.count);
    hs_column_push(&d->functions, &function);
}

/* The function that was noted last goes up to END. */
static void end_function(struct golang_debug *d, Dwarf_Off end)
{
    struct debug_function *functions = d->functions.at;

    if (d->functions.count && functions[d->functions.count - 1].end == 0)
        functions[d->functions.count - 1].end = end;
}

/* False if it is damaged. */
static bool read_unit(struct golang_debug *d, struct globals *globals,
                      Dwarf_Die *unit)
{
    Dwarf_Die die, next;

    if (dwarf_tag(unit) == DW_TAG_invalid)
        return false;
    if (dwarf_srclang(unit) != DW_LANG_Go || dwarf_child(unit, &die) != 0)
        return true;
    for (;;) {
        switch (dwarf_tag(&die)) {
        case DW_TAG_invalid:
            return false;
        case DW_TAG_variable:
            read_variable(d, globals, &die);
            break;
        case DW_TAG_subprogram:
            note_function(d, &die);
            break;
        default:
            break;
        }
        if (dwarf_siblingof(&die, &next) != 0 || next.addr <= die.addr)
            return true;
        die = next;
        end_function(d, dwarf_dieoffset(&die));
    }
}

/* An entry whose abbreviation is not in its unit's table makes libdw read all
 * of that. */
static void read_units(struct golang_debug *d, struct globals *globals,
                       uint64_t abbreviations)
{
    Dwarf_Off at = 0, next;
    size_t header;
    Dwarf_Die die;

    while (dwarf_next_unit(d->dwarf, at, &next, &header, NULL, NULL, NULL, NULL,
                           NULL, NULL) == 0 &&
           next > at) {
        if ((!dwarf_offdie(d->dwarf, at + header, &die) ||
             !read_unit(d, globals, &die)) &&
            !hs_debug_pay(d, abbreviations))
            return;
        end_function(d, next);
        at = next;
    }
}

/* What the section called NAME after its first letters holds, inflated by
 * libdw when it opened it. */
static Elf_Data *inflated(Elf *elf, const char *rest)
{
    Elf_Scn *section = NULL;
    size_t names;

    if (elf_getshdrstrndx(elf, &names) != 0)
        return NULL;
    while ((section = elf_nextscn(elf, section)) != NULL) {
        GElf_Shdr header;
        const char *name;

        if (!gelf_getshdr(section, &header))
            continue;
        name = elf_strptr(elf, names, header.sh_name);
        if (!name || name[0] != '.')
            continue;
        if (strcmp(name + 1 + (name[1] == 'z'), rest) == 0)
            return elf_rawdata(section, NULL);
    }
    return NULL;
}

static struct golang_debug *open_debug(struct golang *g)
{
    struct golang_debug *d = hs_arena_zeroed(g->arena, 1, sizeof(*d));

    *d = (struct golang_debug){.g = g, .budget = BUDGET};
    d->functions = HS_COLUMN(struct debug_function, g->scratch);
    d->pending = HS_COLUMN(struct debug_pending, g->scratch);
    d->added = HS_COLUMN(uint32_t, g->scratch);
    hs_map_init(&d->function_at, g->scratch, 1024);
    hs_map_init(&d->function_named, g->scratch, 16);
    hs_map_init(&d->type_of, g->scratch, 1024);
    hs_map_init(&d->closures, g->scratch, 16);
    return d;
}

void hs_golang_read_debug(struct golang *g)
{
    Elf *elf = hs_debug_open_image(g);
    Elf_Data *info, *abbreviations;
    struct golang_debug *d;
    struct globals globals;

    if (!elf)
        return;
    g->debug = d = open_debug(g);
    d->elf = elf;
    d->dwarf = dwarf_begin_elf(elf, DWARF_C_READ, NULL);
    if (!d->dwarf)
        return;
    info = inflated(elf, "debug_info");
    abbreviations = inflated(elf, "debug_abbrev");
    if (!info || !info->d_buf || !abbreviations || !abbreviations->d_buf)
        return;
    d->info = info->d_buf;
    d->info_end = d->info + info->d_size;
    if (!hs_debug_check_tables(
            d, hs_cursor_over(abbreviations->d_buf, abbreviations->d_size, 0)))
        return;
    hs_globals_begin(&globals, g);
    read_units(d, &globals, abbreviations->d_size);
    hs_globals_settle(&globals);
    if (g->heap)
        hs_debug_read_locals(d);
}

void hs_golang_close_debug(struct golang *g)
{
    if (!g->debug)
        return;
    dwarf_end(g->debug->dwarf);
    elf_end(g->debug->elf);
    g->debug = NULL;
}
