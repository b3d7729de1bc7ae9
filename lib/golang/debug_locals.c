/* SPDX-License-Identifier: Apache-2.0 */
/*
 * debug_locals.c - the variables that are in the heap's frames.
 *
 *   function = (formal_parameter | variable | scope)*
 *   scope    = lexical_block | inlined_subroutine, with ranges of code and
 *              children as a function has
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

/* A local of all frames of one site. */
struct debug_local {
    int64_t offset; /* from the frame's end */
    struct hs_str name;
    struct hs_str outside; /* what it is called in the caller's frame */
    size_t order;          /* in which it was found */
    uint32_t type, values; /* as of an hs_local, ... */
    int64_t count_offset;  /* ... but from the frame's end; see has_count */
    bool has_count;
};

struct debug_site {
    uint64_t entry;
    size_t first, count; /* in locals */
};

/* A variable of the site that is being made. */
struct found {
    struct hs_str name;
    Dwarf_Die die;
    int64_t offset; /* if PLACED: where all of it is */
    bool placed;
};

struct locals {
    struct golang_debug *d;
    struct hs_column sites;  /* struct debug_site */
    struct hs_column locals; /* struct debug_local */
    struct hs_column found;  /* struct found */
    struct hs_map site_at;   /* pc to look up -> number in sites */
    uint64_t pc;             /* of the site that is being made, in the file */
    struct hs_str function;  /* its function */
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

/* The field of TYPE that PIECE is, or NULL. */
static const struct hs_go_field *field_at(const struct golang *g,
                                          const struct hs_go_type *type,
                                          const struct debug_piece *piece)
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

/* A variable of which some piece is looked at. */
struct variable {
    Dwarf_Die *die;
    struct hs_str name;
    uint32_t type;
    struct debug_piece pieces[HS_DEBUG_PIECES];
    size_t piece_count;
};

/* Notes in LOCAL where VARIABLE's word number WORD is, if that is in the frame.
 */
static void count_by(const struct locals *l, const struct variable *variable,
                     unsigned word, struct debug_local *local)
{
    unsigned size = l->d->g->pointer_size;

    for (size_t i = 0; i < variable->piece_count && !local->has_count; i++) {
        const struct debug_piece *piece = &variable->pieces[i];

        local->count_offset = piece->offset;
        local->has_count = piece->start == word * size && piece->size == size;
    }
}

/* The pointer of VARIABLE, a slice or a string, is by itself: what its other
 * words say, if they are there. */
static void add_values(struct locals *l, const struct variable *variable,
                       struct debug_local *local)
{
    const struct hs_go_type *type =
        hs_names_type(l->d->g->names, variable->type);

    if (type->kind == HS_GO_SLICE) {
        local->type = hs_debug_array(l->d, variable->die, DW_AT_type);
        /* That may have made the types move. */
        local->values = hs_names_type(l->d->g->names, variable->type)->elem;
        count_by(l, variable, 2, local);
    } else {
        local->values = variable->type;
    }
    count_by(l, variable, 1, local);
}

/* What PIECE, less than all of VARIABLE, holds, in LOCAL; false if no pointer.
 */
static bool name_piece(struct locals *l, const struct variable *variable,
                       const struct debug_piece *piece,
                       struct debug_local *local)
{
    struct golang *g = l->d->g;
    const struct hs_go_type *type = hs_names_type(g->names, variable->type);
    const struct hs_go_field *field = field_at(g, type, piece);
    struct hs_str name = variable->name;

    local->type = HS_NO_TYPE;
    if (field) {
        local->type = field->type;
        local->name = hs_str_of(
            hs_arena_printf(g->arena, "%.*s.%.*s", (int)name.size, name.text,
                            (int)field->name.size, field->name.text));
    } else if (type->kind == HS_GO_SLICE || type->kind == HS_GO_STRING) {
        if (piece->start != 0)
            return false; /* a length */
        if (piece->size == g->pointer_size)
            add_values(l, variable, local);
    }
    return true;
}

/* Notes the pointers that are in PIECE of VARIABLE. */
static void add_piece(struct locals *l, const struct variable *variable,
                      const struct debug_piece *piece)
{
    struct golang *g = l->d->g;
    uint64_t size = hs_names_type(g->names, variable->type)->size;
    struct debug_local local = {
        .offset = piece->offset,
        .name = variable->name,
        .type = variable->type,
        .order = l->locals.count,
    };

    if (local.offset % (int64_t)g->pointer_size != 0)
        return;
    if (size != 0 && piece->size < size &&
        !name_piece(l, variable, piece, &local))
        return;
    if (local.type != HS_NO_TYPE &&
        !hs_names_type(g->names, local.type)->has_pointers)
        return;
    if (local.offset >= 0)
        local.outside = hs_str_of(hs_arena_printf(
            g->arena, "%.*s (argument of %.*s)", (int)local.name.size,
            local.name.text, (int)l->function.size, l->function.text));
    hs_column_push(&l->locals, &local);
}

static void read_variable(struct locals *l, Dwarf_Die *die)
{
    struct variable variable = {.die = die, .name = hs_debug_name(l->d, die)};
    struct hs_str *name = &variable.name;

    if (name->size && name->text[0] == '&') {
        name->text++;
        name->size--;
    }
    /* ".autotmp_3" and its kin are no names that anybody knows. */
    if (name->size == 0 || name->text[0] == '.')
        return;
    variable.piece_count = hs_debug_place(l->d, die, l->pc, variable.pieces);
    hs_column_push(&l->found,
                   &(struct found){.name = *name,
                                   .die = *die,
                                   .offset = variable.pieces[0].offset,
                                   .placed = variable.piece_count == 1});
    if (variable.piece_count == 0)
        return;
    variable.type = hs_debug_type(l->d, die, DW_AT_type);
    *name = hs_symname_plain(*name, l->d->g->arena);
    for (size_t i = 0; i < variable.piece_count; i++)
        add_piece(l, &variable, &variable.pieces[i]);
}

/* Goes through the scopes of FUNCTION that the pc is in. */
static void read_function(struct locals *l,
                          const struct debug_function *function)
{
    Dwarf_Die path[MOST_SCOPES], child;
    size_t depth = 0;

    if (!hs_debug_function(l->d, function, &child) ||
        !hs_debug_child(l->d, &child, &path[0]))
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
        while (!hs_debug_next(l->d, &path[depth], function->end))
            if (depth-- == 0)
                return;
    }
}

/* The variable called NAME and then SUFFIX, or NULL; of several the last, which
 * is the innermost. */
static struct found *find(const struct locals *l, struct hs_str name,
                          const char *suffix)
{
    struct found *found = l->found.at;
    size_t tail = strlen(suffix);

    if (!hs_debug_pay(l->d, l->found.count))
        return NULL;
    for (size_t i = l->found.count; i-- > 0;) {
        struct hs_str its = found[i].name;

        if (its.size == name.size + tail &&
            memcmp(its.text, name.text, name.size) == 0 &&
            memcmp(its.text + name.size, suffix, tail) == 0)
            return &found[i];
    }
    return NULL;
}

/* Says of LOCAL, "x.ptr", what it leads to, if x is a slice or a string and the
 * compiler keeps its words in variables of their own: x.ptr, x.len, x.cap.  A
 * field may be called ptr, too. */
static void join(struct locals *l, struct debug_local *local)
{
    struct hs_str base = {local->name.text, local->name.size - 4};
    const struct hs_names *names = l->d->g->names;
    struct found *whole = find(l, base, ""), *count;
    const struct hs_go_type *type;
    uint32_t number, elem = hs_names_type(names, local->type)->elem;

    if (!whole)
        return;
    number = hs_debug_type(l->d, &whole->die, DW_AT_type);
    type = hs_names_type(names, number);
    if (type->kind == HS_GO_STRING &&
        hs_names_type(names, elem)->kind == HS_GO_UINT8)
        local->values = number;
    else if (type->kind == HS_GO_SLICE && type->elem == elem)
        local->values = elem;
    else
        return;
    local->name = base;
    count = find(l, base, ".cap");
    if (!count || !count->placed)
        count = find(l, base, ".len");
    local->has_count = count && count->placed;
    local->count_offset = count ? count->offset : 0;
}

/* Joins what the locals from FIRST on were split into. */
static void join_locals(struct locals *l, size_t first)
{
    for (size_t i = first; i < l->locals.count; i++) {
        struct debug_local *local = (struct debug_local *)l->locals.at + i;

        if (local->type != HS_NO_TYPE && local->values == HS_NO_TYPE &&
            hs_str_ends(local->name, ".ptr"))
            join(l, local);
    }
}

static int by_offset(const void *left, const void *right)
{
    const struct debug_local *a = left, *b = right;

    if (a->offset != b->offset)
        return a->offset < b->offset ? -1 : 1;
    if ((a->type == HS_NO_TYPE) != (b->type == HS_NO_TYPE))
        return a->type == HS_NO_TYPE ? 1 : -1;
    return a->order < b->order ? -1 : a->order > b->order;
}

/* Sorts the locals from FIRST on, and keeps one of those at one place: inlined
 * functions call what they were given by names of their own, and the outermost
 * is the one that a reader of the stack looks for. */
static void sort_locals(struct hs_column *column, size_t first)
{
    struct debug_local *all = column->at;
    size_t to = first;

    if (column->count > first)
        qsort(all + first, column->count - first, sizeof(*all), by_offset);
    for (size_t i = first; i < column->count; i++)
        if (to == first || all[i].offset != all[to - 1].offset)
            all[to++] = all[i];
    column->count = to;
}

/* The site of FRAME with PC, or HS_MAP_NONE. */
static uint32_t site_of(struct locals *l, const struct hs_frame *frame,
                        uint64_t pc)
{
    struct golang_debug *d = l->d;
    const struct debug_function *functions = d->functions.at;
    uint32_t number = hs_map_lookup(&l->site_at, pc), function;
    struct debug_site site = {.entry = frame->entry, .first = l->locals.count};

    if (number != HS_MAP_NONE)
        return ((const struct debug_site *)l->sites.at)[number].entry ==
                       frame->entry
                   ? number
                   : HS_MAP_NONE;
    function = hs_map_lookup(&d->function_at, frame->entry - d->g->slide);
    l->pc = pc - d->g->slide;
    l->function = frame->function;
    if (function != HS_MAP_NONE)
        read_function(l, &functions[function]);
    join_locals(l, site.first);
    l->found.count = 0;
    sort_locals(&l->locals, site.first);
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
        (hs_str_equal(callee->function, hs_str_of("runtime.asyncPreempt")) ||
         hs_str_equal(callee->function, hs_str_of("runtime.sigpanic"))))
        return frame->pc;
    return frame->pc - (frame->pc > frame->entry);
}

/* Does CALLER come right behind FRAME on its stack? */
static bool is_caller(const struct hs_frame *frame,
                      const struct hs_frame *caller)
{
    return frame->goroutine == caller->goroutine &&
           caller->depth == frame->depth + 1 &&
           caller->memory.address == frame->memory.address + frame->memory.size;
}

/* The next local of SITE from *AT on that is in MEMORY, if END is where the
 * site's own frame ends; NULL if there is no more.  Its place in *OFFSET. */
static const struct debug_local *
next_in(const struct locals *l, const struct debug_site *site, size_t *at,
        uint64_t end, const struct hs_memory *memory, uint64_t *offset)
{
    const struct debug_local *locals = l->locals.at;

    for (; site && *at < site->count; ++*at) {
        const struct debug_local *local = &locals[site->first + *at];

        *offset = end + (uint64_t)local->offset - memory->address;
        if (*offset < memory->size)
            return local;
    }
    return NULL;
}

/* LOCAL, which is told of from END on, in frame number NUMBER with MEMORY. */
static struct hs_local local_in(const struct debug_local *local, uint64_t end,
                                const struct hs_memory *memory, uint32_t number)
{
    uint64_t start = memory->address;
    uint64_t count_at = end + (uint64_t)local->count_offset - start;

    return (struct hs_local){
        .frame = number,
        .offset = end + (uint64_t)local->offset - start,
        .type = local->type,
        .values = local->values,
        .count_at = local->has_count && count_at < memory->size ? count_at
                                                                : HS_NO_COUNT};
}

/* Notes what is in frame number NUMBER: of its own SITE, and of that BELOW it
 * that it has called. */
static void place_locals(struct locals *l, uint32_t number,
                         const struct debug_site *site,
                         const struct debug_site *below)
{
    const struct hs_heap *heap = l->d->g->heap;
    const struct hs_memory *memory =
        &((const struct hs_frame *)heap->frames.at)[number].memory;
    uint64_t start = memory->address, end = start + memory->size;
    uint64_t inside = 0, outside = 0, last = UINT64_MAX;
    size_t i = 0, k = 0;

    for (;;) {
        const struct debug_local *own =
            next_in(l, site, &i, end, memory, &inside);
        const struct debug_local *given =
            next_in(l, below, &k, start, memory, &outside);
        struct hs_local local;

        if (!own && !given)
            return;
        if (own && (!given || inside <= outside)) {
            i++;
            local = local_in(own, end, memory, number);
            local.name = own->name;
        } else {
            k++;
            local = local_in(given, start, memory, number);
            local.name = given->outside;
        }
        if (local.offset != last)
            hs_column_push(&l->d->g->names->locals, &local);
        last = local.offset;
    }
}

static const struct debug_site *site_at(const struct locals *l, uint32_t number)
{
    return number == HS_MAP_NONE
               ? NULL
               : (const struct debug_site *)l->sites.at + number;
}

void hs_debug_read_locals(struct golang_debug *d)
{
    struct golang *g = d->g;
    const struct hs_frame *frames = g->heap->frames.at;
    struct locals l = {
        .d = d,
        .sites = HS_COLUMN(struct debug_site, g->scratch),
        .locals = HS_COLUMN(struct debug_local, g->scratch),
        .found = HS_COLUMN(struct found, g->scratch),
    };
    uint32_t site, below = HS_MAP_NONE; /* of the frame before */

    g->names->locals = HS_COLUMN(struct hs_local, g->arena);
    hs_map_init(&l.site_at, g->scratch, 256);
    for (uint32_t i = 0; i < g->heap->frames.count; i++) {
        const struct hs_frame *callee =
            i > 0 && is_caller(&frames[i - 1], &frames[i]) ? &frames[i - 1]
                                                           : NULL;

        site = site_of(&l, &frames[i], pc_of(&frames[i], callee));
        place_locals(&l, i, site_at(&l, site),
                     callee ? site_at(&l, below) : NULL);
        below = site;
    }
}
