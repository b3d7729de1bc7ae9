/* SPDX-License-Identifier: Apache-2.0 */
/*
 * temporaries.c - variables without a name that named ones point to.
 *
 * What `var cache = &LRU{...}` points to is made by the compiler, stands in
 * data or BSS, and has no symbol.  The type of the variable says how large it
 * is, and the variable what to call it: "*main.cache".  What it points to in
 * turn is found the same way, so a table of tables is known to its leaves.
 */
#include <stdlib.h>

#include "golang/lens_impl.h"

#define ROUNDS  16 /* temporaries of temporaries of ... */
#define DEEPEST 64 /* structs in arrays in structs ... */

/* Of names, in all: a damaged program may have a variable with a name of
 * megabytes and a million pointers. */
#define NAME_BYTES ((size_t)64 << 20)

/* What is OFFSET bytes into a value of type NUMBER: its type, and how far into
 * that. */
static uint32_t type_inside(const struct hs_names *names, uint32_t number,
                            uint64_t *offset)
{
    const struct hs_go_field *fields = names->fields.at;

    for (unsigned depth = 0; depth < DEEPEST; depth++) {
        const struct hs_go_type *type = hs_names_type(names, number);
        uint64_t size = hs_names_type(names, type->elem)->size;
        uint32_t i = type->field_count;

        if (type->kind == HS_GO_ARRAY && size) {
            *offset %= size;
            number = type->elem;
            continue;
        }
        if (type->kind != HS_GO_STRUCT)
            return number;
        while (i > 0 && fields[type->first_field + i - 1].offset > *offset)
            i--;
        if (i == 0)
            return HS_NO_TYPE;
        *offset -= fields[type->first_field + i - 1].offset;
        number = fields[type->first_field + i - 1].type;
    }
    return HS_NO_TYPE;
}

/* A pointer word of a segment. */
struct word {
    const struct hs_segment *segment;
    uint64_t offset, value;
};

/* How many elements the slice that starts at WORD has room for. */
static uint64_t capacity(const struct golang *g, const struct word *word)
{
    const struct hs_memory *memory = &word->segment->memory;
    uint64_t at = word->offset + 2 * (uint64_t)g->pointer_size;

    if (at > memory->size || memory->size - at < g->pointer_size)
        return 0;
    return hs_heap_word(g->heap, memory->bytes + at);
}

/* What stands at WORD of GLOBAL: its type, and how far into that. */
static uint32_t type_at_word(const struct golang *g,
                             const struct hs_global *global,
                             const struct word *word, uint64_t *offset)
{
    uint64_t size = hs_names_type(g->names, global->type)->size;

    *offset = word->segment->memory.address + word->offset - global->address;
    if (global->several && size)
        *offset %= size;
    return type_inside(g->names, global->type, offset);
}

/* The type of what the interface holds whose second word is WORD. */
static uint32_t type_held(struct golang *g, uint32_t interface,
                          const struct word *word)
{
    const uint8_t *bytes = word->segment->memory.bytes + word->offset;

    /* Nothing else may have named that type yet. */
    return hs_golang_type_at(
        g, lens_descriptor(g, interface, bytes - g->pointer_size));
}

/* Type and size of what WORD of GLOBAL points to; false if that is unknown. */
static bool look_behind(struct golang *g, const struct hs_global *global,
                        const struct word *word, struct hs_global *found)
{
    const struct hs_names *names = g->names;
    uint64_t offset;
    uint32_t number = type_at_word(g, global, word, &offset);
    const struct hs_go_type *type = hs_names_type(names, number);

    found->type = type->elem;
    found->size = hs_names_type(names, type->elem)->size;
    if (type->kind == HS_GO_POINTER && offset == 0)
        return found->size != 0;
    if (type->kind == HS_GO_SLICE && offset == 0 && found->size) {
        uint64_t elements = capacity(g, word);

        found->several = elements > 1;
        if (elements == 0 ||
            elements > word->segment->memory.size / found->size)
            return false;
        found->size *= elements;
        return true;
    }
    /* Its type stands before: a damaged program's variable may start before
     * the segment. */
    if (type->kind != HS_GO_INTERFACE || offset != g->pointer_size ||
        word->offset < g->pointer_size)
        return false;
    number = type_held(g, number, word);
    type = hs_names_type(names, number);
    found->type = type->direct ? type->elem : number;
    found->size = hs_names_type(names, found->type)->size;
    return found->size != 0;
}

/* "*main.cache", and what that has in .Sub is "*main.cache.Sub". */
static struct hs_str name_behind(const struct golang *g, uint32_t number,
                                 const struct word *word)
{
    const struct hs_lens *lens = g->names->lens;
    const struct hs_global *global =
        (const struct hs_global *)g->names->globals.at + number;
    struct hs_str name = global->name;
    struct hs_str via = lens->in_global(lens, number,
                                        word->segment->memory.address +
                                            word->offset - global->address,
                                        g->scratch);

    if (name.size && name.text[0] == '*' && global->temporary) {
        name.text++;
        name.size--;
    }
    return hs_str_of(hs_arena_printf(g->arena, "*%.*s%.*s", (int)name.size,
                                     name.text, (int)via.size,
                                     via.size ? via.text : ""));
}

/* Adds to FOUND what WORD points to, if that is a temporary.  *ROOM is what is
 * left for names. */
static void follow(struct golang *g, const struct word *word,
                   struct hs_column *found, size_t *room)
{
    const struct hs_segment *segment = hs_heap_segment(g->heap, word->value);
    uint32_t number;
    const struct hs_global *global;
    struct hs_global temporary = {.address = word->value, .temporary = true};

    if (!segment || hs_names_global(g->names, word->value) != HS_NO_GLOBAL)
        return;
    number =
        hs_names_global(g->names, word->segment->memory.address + word->offset);
    if (number == HS_NO_GLOBAL)
        return;
    global = (const struct hs_global *)g->names->globals.at + number;
    if (!look_behind(g, global, word, &temporary) ||
        temporary.size >
            segment->memory.size - (word->value - segment->memory.address))
        return;
    if (global->name.size > *room)
        return;
    temporary.package = global->package;
    temporary.name = name_behind(g, number, word);
    *room -= temporary.name.size < *room ? temporary.name.size : *room;
    hs_column_push(found, &temporary);
}

static void follow_segment(struct golang *g, const struct hs_segment *segment,
                           struct hs_column *found, size_t *room)
{
    const struct hs_memory *memory = &segment->memory;
    struct hs_fields fields = hs_fields_of(memory);
    struct word word = {.segment = segment};

    while (hs_fields_next(&fields, &word.offset)) {
        if (memory->size < g->pointer_size ||
            word.offset > memory->size - g->pointer_size)
            continue;
        word.value = hs_heap_word(g->heap, memory->bytes + word.offset);
        if (word.value)
            follow(g, &word, found, room);
    }
}

/* The larger first of those at one address, then by name. */
static int by_address(const void *a, const void *b)
{
    const struct hs_global *x = a, *y = b;

    if (x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (x->size != y->size)
        return x->size > y->size ? -1 : 1;
    return hs_str_compare(x->name, y->name);
}

/* Adds those of FOUND that do not overlap any variable; says whether there are
 * some. */
static bool add_found(struct golang *g, struct hs_column *found)
{
    struct hs_column *globals = &g->names->globals;
    struct hs_column merged = HS_COLUMN(struct hs_global, g->arena);
    const struct hs_global *old = globals->at, *fresh = found->at;
    size_t next = 0, before = globals->count;
    uint64_t end = 0;

    qsort(found->at, found->count, sizeof(*fresh), by_address);
    for (size_t i = 0; i <= before; i++) {
        for (; next < found->count &&
               (i == before || fresh[next].address < old[i].address);
             next++) {
            if (fresh[next].address < end ||
                (i < before &&
                 old[i].address - fresh[next].address < fresh[next].size))
                continue;
            end = fresh[next].address + fresh[next].size;
            hs_column_push(&merged, &fresh[next]);
        }
        if (i == before)
            break;
        if (old[i].address + old[i].size > end)
            end = old[i].address + old[i].size;
        hs_column_push(&merged, &old[i]);
    }
    *globals = merged;
    return merged.count > before;
}

void hs_golang_find_temporaries(struct golang *g)
{
    const struct hs_segment *segments = g->heap->segments.at;
    size_t room = NAME_BYTES;

    for (unsigned round = 0; round < ROUNDS; round++) {
        struct hs_column found = HS_COLUMN(struct hs_global, g->scratch);

        for (size_t i = 0; i < g->heap->segments.count; i++)
            follow_segment(g, &segments[i], &found, &room);
        if (found.count == 0 || !add_found(g, &found))
            return;
    }
}
