/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_places.c - where in its function's frame a variable is.
 *
 *   place = part | (part DW_OP_piece bytes)*
 *   part  = DW_OP_fbreg offset | DW_OP_call_frame_cfa    on the stack
 *         | DW_OP_reg, or nothing                        not in a dump
 *
 * or a list of those, each for some of the function's code.
 */
#include "golang/debug_impl.h"

/* A program for the debugger. */
struct place {
    Dwarf_Op *code;
    size_t count;
    Dwarf_Op fixed; /* CODE, if it is no list */
};

static int64_t read_signed(struct hs_cursor *code)
{
    uint64_t value = 0;

    for (unsigned shift = 0; shift < 64; shift += 7) {
        uint8_t byte = hs_cursor_u8(code);

        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte >= 0x80)
            continue;
        if (byte & 0x40 && shift < 57)
            value |= UINT64_MAX << (shift + 7);
        break;
    }
    return (int64_t)value;
}

/* Go writes the place of what never moves as a block of code, which libdw takes
 * for none in the versions of DWARF that have a form of its own for that.  Only
 * one on the stack is of interest. */
static bool read_block(Dwarf_Attribute *location, struct place *place)
{
    struct hs_cursor code;
    Dwarf_Block block;

    if (dwarf_formblock(location, &block) != 0)
        return false;
    code = hs_cursor_over(block.data, block.length, 0);
    place->fixed = (Dwarf_Op){.atom = hs_cursor_u8(&code)};
    if (place->fixed.atom == DW_OP_fbreg)
        place->fixed.number = (Dwarf_Word)read_signed(&code);
    place->code = &place->fixed;
    place->count = 1;
    return !code.fault && hs_cursor_done(&code);
}

/* What tells where VARIABLE is at the pc. */
static bool find_place(struct golang_debug *d, Dwarf_Die *variable, uint64_t pc,
                       struct place *place)
{
    Dwarf_Attribute location;
    Dwarf_Addr base, start, end;
    ptrdiff_t at = 0;

    if (!dwarf_attr(variable, DW_AT_location, &location))
        return false;
    if (read_block(&location, place))
        return true;
    while ((at = dwarf_getlocations(&location, at, &base, &start, &end,
                                    &place->code, &place->count)) > 0) {
        if (pc >= start && pc < end)
            return place->count > 0;
        if (!hs_debug_pay(d, 64))
            return false;
    }
    return false;
}

/* Reads the pieces of a place, up to HS_DEBUG_PIECES; returns how many. */
static size_t read_pieces(const struct place *place, struct debug_piece *pieces)
{
    const Dwarf_Op *code = place->code;
    struct debug_piece piece = {0};
    uint64_t at = 0;
    size_t made = 0;

    for (size_t i = 0; i < place->count; i++) {
        switch (code[i].atom) {
        case DW_OP_fbreg:
            piece.on_stack = true;
            piece.offset = (int64_t)code[i].number;
            break;
        case DW_OP_call_frame_cfa:
            piece.on_stack = true;
            piece.offset = 0;
            break;
        case DW_OP_piece:
            if (made == HS_DEBUG_PIECES || code[i].number > INT32_MAX)
                return made;
            piece.start = at;
            piece.size = code[i].number;
            at += piece.size;
            pieces[made++] = piece;
            piece = (struct debug_piece){0};
            break;
        default: /* a register, or more than Go writes */
            piece.on_stack = false;
            if (place->count == 1)
                return 0;
            break;
        }
    }
    if (made == 0) {
        piece.size = UINT64_MAX; /* all of it */
        pieces[made++] = piece;
    }
    return made;
}

/* Joins neighbours that are neighbours on the stack as well. */
static size_t join_pieces(struct debug_piece *pieces, size_t count)
{
    size_t to = 0;

    for (size_t i = 0; i < count; i++) {
        struct debug_piece *last = to ? &pieces[to - 1] : NULL;

        if (!pieces[i].on_stack)
            continue;
        if (last && last->start + last->size == pieces[i].start &&
            (uint64_t)last->offset + last->size == (uint64_t)pieces[i].offset)
            last->size += pieces[i].size;
        else
            pieces[to++] = pieces[i];
    }
    return to;
}

size_t hs_debug_place(struct golang_debug *d, Dwarf_Die *variable, uint64_t pc,
                      struct debug_piece *pieces)
{
    struct place place;

    if (!find_place(d, variable, pc, &place))
        return 0;
    return join_pieces(pieces, read_pieces(&place, pieces));
}
