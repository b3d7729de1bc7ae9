/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_tables.c - the tables of abbreviations, before libdw relies on them.
 *
 *   table       = abbreviation* 0
 *   abbreviation = code tag children:u1 (attribute form value?)* 0 0
 *
 * All but children are LEB128; a value follows the form implicit_const.  An
 * entry costs as many steps as its abbreviation has attributes, whatever they
 * take in the file: one with a million that take nothing would make an entry of
 * a byte cost a million steps.  Go's longest has ten.
 */
#include "golang/debug_impl.h"

#define MOST_ATTRIBUTES 128

/* Steps over an abbreviation but for its code; false if it is too long. */
static bool skip_abbreviation(struct hs_cursor *table)
{
    hs_cursor_varint(table); /* tag */
    hs_cursor_u8(table);     /* children */
    for (int i = 0; i < MOST_ATTRIBUTES; i++) {
        uint64_t attribute = hs_cursor_varint(table);
        uint64_t form = hs_cursor_varint(table);

        if (table->fault)
            return true; /* libdw will go no further either */
        if (form == DW_FORM_implicit_const)
            hs_cursor_varint(table); /* as long as a signed one */
        if (attribute == 0 && form == 0)
            return true;
    }
    return false;
}

/* The table at OFFSET of TABLES. */
static bool is_sound(struct golang_debug *d, struct hs_cursor tables,
                     uint64_t offset)
{
    const uint8_t *start;

    hs_cursor_take(&tables, offset);
    start = tables.at;
    while (!tables.fault && hs_cursor_varint(&tables) != 0)
        if (!skip_abbreviation(&tables))
            return false;
    return hs_debug_pay(d, (uint64_t)(tables.at - start));
}

bool hs_debug_check_tables(struct golang_debug *d, struct hs_cursor tables)
{
    struct hs_map seen;
    Dwarf_Off at = 0, next, offset;
    size_t header;

    hs_map_init(&seen, d->g->scratch, 64);
    while (dwarf_next_unit(d->dwarf, at, &next, &header, NULL, &offset, NULL,
                           NULL, NULL, NULL) == 0 &&
           next > at) {
        size_t before = seen.count;

        hs_map_add(&seen, offset, 0);
        if (seen.count > before && !is_sound(d, tables, offset))
            return false;
        at = next;
    }
    return true;
}
