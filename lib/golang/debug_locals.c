/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_locals.c - the variables that are in the heap's frames.
 *
 *   function = (formal_parameter | variable | scope)*
 *   scope    = lexical_block | inlined_subroutine, with ranges of code and
 *              children as a function has
 *   place    = part | (part DW_OP_piece bytes)*
 *   part     = DW_OP_fbreg offset | DW_OP_call_frame_cfa    on the stack
 *            | DW_OP_reg, or nothing                        not in a dump
 *
 * In Go's frames the base is the CFA, and that is where the dump says that the
 * frame ends.  What a function was given in registers it spills above that, in
 * the memory of its caller's frame: such a local is told of there.
 *
 * A variable that escapes is "&x" in DWARF, a pointer to what x is.
 *
 * Frames with one pc have one list of locals, which is made once: a *site*.
 */
#include "golang/debug_impl.h"

#include <stdlib.h>

#include "golang/symname.h"

/* Scopes inside scopes.  Go inlines some ten deep. */
#define MOST_SCOPES 64

/* Parts of a variable that are in places of their own. */
#define MOST_PIECES 16

/* A local of all frames of one site. */
struct debug_local {
    int64_t offset; /* from the frame's end */
    struct hs_str name;
    struct hs_str outside; /* what it is called in the caller's frame */
    uint32_t type;
};

struct debug_site {
    uint64_t entry;
    size_t first, count; /* in locals */
};

struct locals {
    struct golang_debug *d;
    struct hs_column sites;  /* struct debug_site */
    struct hs_column locals; /* struct debug_local */
    struct hs_map site_at;   /* pc to look up -> number in sites */
    uint64_t pc;             /* of the site that is being made, in the file */
    struct hs_str function;  /* its function */
};

/* One piece of a variable: bytes [start, start + size) of it. */
struct piece {
    uint64_t start, size;
    int64_t offset; /* from the frame's end */
    bool on_stack;
};

/* Does the code of SCOPE include the pc? */
static bool is_in(struct locals *l, Dwarf_Die *scope)
{
    Dwarf_Addr base, start, end;
    ptrdiff_t at = 0;

    while ((at = dwarf_ranges(scope, at, &base, &start, &end)) > 0) {
        if (l->pc >= start && l->pc < end)
            return true;
        if (!hs_debug_pay(l->d, 16))
            return false;
    }
    return false;
}

/* What tells where VARIABLE is at the pc. */
static bool find_place(struct locals *l, Dwarf_Die *variable, Dwarf_Op **code,
                       size_t *count)
{
    Dwarf_Attribute location;
    Dwarf_Addr base, start, end;
    ptrdiff_t at = 0;

    if (!dwarf_attr(variable, DW_AT_location, &location))
        return false;
    while ((at = dwarf_getlocations(&location, at, &base, &start, &end, code,
                                    count)) > 0) {
        if (l->pc >= start && l->pc < end)
            return *count > 0;
        if (!hs_debug_pay(l->d, 64))
            return false;
    }
    return false;
}

/* Reads the pieces of a place, up to MOST_PIECES; returns how many. */
static size_t read_pieces(const Dwarf_Op *code, size_t count,
                          struct piece *pieces)
{
    struct piece piece = {0};
    uint64_t at = 0;
    size_t made = 0;

    for (size_t i = 0; i < count; i++) {
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
            if (made == MOST_PIECES || code[i].number > INT32_MAX)
                return made;
            piece.start = at;
            piece.size = code[i].number;
            at += piece.size;
            pieces[made++] = piece;
            piece = (struct piece){0};
            break;
        default: /* a register, or more than Go writes */
            piece.on_stack = false;
            if (count == 1)
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
static size_t join_pieces(struct piece *pieces, size_t count)
{
    size_t to = 0;

    for (size_t i = 0; i < count; i++) {
        struct piece *last = to ? &pieces[to - 1] : NULL;

        if (!pieces[i].on_stack)
            continue;
        if (last && last->start + last->size == pieces[i].start &&
            last->offset + (int64_t)last->size == pieces[i].offset)
            last->size += pieces[i].size;
        else
            pieces[to++] = pieces[i];
    }
    return to;
}

/* The field of TYPE that PIECE is, or NULL. */
static const struct hs_go_field *field_at(const struct golang *g,
                                          const struct hs_go_type *type,
                                          const struct piece *piece)
{
    const struct hs_go_field *fields = g->names->fields.at;

    for (uint32_t i = 0; type->kind == HS_GO_STRUCT && i < type->field_count;
         i++) {
        const struct hs_go_field *field = &fields[type->first_field + i];

        if (field->offset == piece->start &&
            hs_names_type(g->names, field->type)->size == piece->size)
            return field;
    }
    return NULL;
}

/* Notes the pointers that are in PIECE of a variable of type NUMBER. */
static void add_piece(struct locals *l, struct hs_str name, uint32_t number,
                      const struct piece *piece)
{
    struct golang *g = l->d->g;
    const struct hs_go_type *type = hs_names_type(g->names, number);
    struct debug_local local = {
        .offset = piece->offset, .name = name, .type = number};

    if (type->size != 0 && piece->size < type->size) {
        const struct hs_go_field *field = field_at(g, type, piece);

        local.type = field ? field->type : HS_NO_TYPE;
        if (field)
            local.name = hs_str_of(hs_arena_printf(
                g->arena, "%.*s.%.*s", (int)name.size, name.text,
                (int)field->name.size, field->name.text));
        else if (piece->start != 0 &&
                 (type->kind == HS_GO_SLICE || type->kind == HS_GO_STRING))
            return; /* a length */
    }
    if (local.type != HS_NO_TYPE &&
        !hs_names_type(g->names, local.type)->has_pointers)
        return;
    if (local.offset >= 0)
        local.outside = hs_str_of(hs_arena_printf(
            g->arena, "%.*s (argument of %.*s)", (int)local.name.size,
            local.name.text, (int)l->function.size, l->function.text));
    hs_column_push(&l->locals, &local);
}

static void read_variable(struct locals *l, Dwarf_Die *variable)
{
    struct golang *g = l->d->g;
    struct hs_str name = hs_debug_name(l->d, variable);
    struct piece pieces[MOST_PIECES];
    size_t count;
    uint32_t type;
    Dwarf_Op *code;

    if (name.size && name.text[0] == '&') {
        name.text++;
        name.size--;
    }
    /* ".autotmp_3" and its kin are no names that anybody knows. */
    if (name.size == 0 || name.text[0] == '.' ||
        !find_place(l, variable, &code, &count))
        return;
    count = join_pieces(pieces, read_pieces(code, count, pieces));
    if (count == 0)
        return;
    type = hs_debug_type(l->d, variable, DW_AT_type);
    name = hs_symname_plain(name, g->arena);
    for (size_t i = 0; i < count; i++)
        add_piece(l, name, type, &pieces[i]);
}

/* Goes through the scopes of FUNCTION that the pc is in. */
static void read_function(struct locals *l, Dwarf_Die *function)
{
    Dwarf_Die path[MOST_SCOPES], child;
    size_t depth = 0;

    if (!hs_debug_child(l->d, function, &path[0]))
        return;
    for (;;) {
        Dwarf_Die *die = &path[depth];

        switch (dwarf_tag(die)) {
        case DW_TAG_formal_parameter:
        case DW_TAG_variable:
            read_variable(l, die);
            break;
        case DW_TAG_lexical_block:
        case DW_TAG_inlined_subroutine:
            if (depth + 1 < MOST_SCOPES && is_in(l, die) &&
                hs_debug_child(l->d, die, &child)) {
                path[++depth] = child;
                continue;
            }
            break;
        default:
            break;
        }
        while (!hs_debug_next(l->d, &path[depth]))
            if (depth-- == 0)
                return;
    }
}

/* The site of FRAME with PC, or HS_MAP_NONE. */
static uint32_t site_of(struct locals *l, const struct hs_frame *frame,
                        uint64_t pc)
{
    struct golang_debug *d = l->d;
    const struct debug_function *functions = d->functions.at;
    uint32_t number = hs_map_lookup(&l->site_at, pc), function;
    struct debug_site site = {.entry = frame->entry, .first = l->locals.count};
    Dwarf_Die die;

    if (number != HS_MAP_NONE)
        return ((const struct debug_site *)l->sites.at)[number].entry ==
                       frame->entry
                   ? number
                   : HS_MAP_NONE;
    function = hs_map_lookup(&d->function_at, frame->entry - d->g->slide);
    l->pc = pc - d->g->slide;
    l->function = frame->function;
    if (function != HS_MAP_NONE &&
        dwarf_offdie(d->dwarf, functions[function].die, &die))
        read_function(l, &die);
    site.count = l->locals.count - site.first;
    number = hs_map_add(&l->site_at, pc, (uint32_t)l->sites.count);
    hs_column_push(&l->sites, &site);
    return number;
}

/* A call is over when its frame is looked at, and what it needed no more may
 * be overwritten: it is the instruction before the return address that counts.
 * What was interrupted anywhere goes on at its pc. */
static uint64_t pc_of(const struct hs_frame *frame,
                      const struct hs_frame *callee)
{
    if (callee &&
        hs_str_equal(callee->function, hs_str_of("runtime.asyncPreempt")))
        return frame->pc;
    return frame->pc - (frame->pc > frame->entry);
}

/* Puts LOCAL of frame number NUMBER where it is: there, or in the caller's. */
static void place_local(struct locals *l, uint32_t number,
                        const struct debug_local *local)
{
    struct golang *g = l->d->g;
    const struct hs_frame *frames = g->heap->frames.at;
    const struct hs_frame *frame = &frames[number];
    uint64_t end = frame->memory.address + frame->memory.size;
    uint64_t address = end + (uint64_t)local->offset;
    struct hs_local placed = {
        .frame = number, .name = local->name, .type = local->type};

    if (address - frame->memory.address >= frame->memory.size) {
        frame++;
        placed.frame++;
        if (placed.frame >= g->heap->frames.count ||
            frame->goroutine != frame[-1].goroutine ||
            frame->memory.address != end ||
            address - frame->memory.address >= frame->memory.size ||
            local->outside.size == 0)
            return;
        placed.name = local->outside;
    }
    placed.offset = address - frame->memory.address;
    hs_column_push(&g->names->locals, &placed);
}

static int by_place(const void *left, const void *right)
{
    const struct hs_local *a = left, *b = right;

    if (a->frame != b->frame)
        return a->frame < b->frame ? -1 : 1;
    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    if ((a->type == HS_NO_TYPE) != (b->type == HS_NO_TYPE))
        return a->type == HS_NO_TYPE ? 1 : -1;
    return hs_str_compare(a->name, b->name);
}

/* Sorts the locals, and keeps one of those at one place: inlined functions
 * call what they were given by names of their own. */
static void sort_locals(struct hs_column *column)
{
    struct hs_local *all = column->at;
    size_t to = 0;

    if (column->count)
        qsort(all, column->count, sizeof(*all), by_place);
    for (size_t i = 0; i < column->count; i++)
        if (to == 0 || all[i].frame != all[to - 1].frame ||
            all[i].offset != all[to - 1].offset)
            all[to++] = all[i];
    column->count = to;
}

void hs_debug_read_locals(struct golang_debug *d)
{
    struct golang *g = d->g;
    const struct hs_frame *frames = g->heap->frames.at;
    struct locals l = {
        .d = d,
        .sites = HS_COLUMN(struct debug_site, g->scratch),
        .locals = HS_COLUMN(struct debug_local, g->scratch),
    };

    g->names->locals = HS_COLUMN(struct hs_local, g->arena);
    hs_map_init(&l.site_at, g->scratch, 256);
    for (size_t i = 0; i < g->heap->frames.count; i++) {
        const struct hs_frame *callee =
            frames[i].depth > 0 && i > 0 ? &frames[i - 1] : NULL;
        uint32_t number = site_of(&l, &frames[i], pc_of(&frames[i], callee));
        const struct debug_site *site;

        if (number == HS_MAP_NONE)
            continue;
        site = (const struct debug_site *)l.sites.at + number;
        for (size_t k = 0; k < site->count; k++)
            place_local(&l, (uint32_t)i,
                        (const struct debug_local *)l.locals.at + site->first +
                            k);
    }
    sort_locals(&g->names->locals);
}
