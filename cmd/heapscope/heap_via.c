/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_via.c - the references of a path, as Go writes them.
 *
 * A map is one thing to its user, but a header, a directory, tables and
 * entries to the heap.  Steps that are only such inner parts are not shown;
 * their references are part of that which leads to the next step:
 * `.sessions["key-17"]`.
 */
#include "heap_steps.h"

#include <inttypes.h>

#include "base/bitset.h"
#include "model/lens.h"

/* So many words are looked at to count what is like a step; of more nothing is
 * said. */
#define MOST_WORDS ((uint64_t)1 << 24)

static bool is_inner(const struct hs_heap_case *c, uint32_t object)
{
    const struct hs_names *names = c->heap->names;

    return names && hs_typing_inner(names, hs_names_typing(names, object));
}

/* Is OBJECT an interface that stands by itself? */
static bool is_box(const struct hs_heap_case *c, uint32_t object)
{
    const struct hs_names *names = c->heap->names;
    uint32_t typing = hs_names_typing(names, object);

    return hs_typing_shape(typing) == HS_SHAPE_ONE &&
           hs_typing_evidence(typing) > HS_EVIDENCE_GUESS &&
           hs_names_type(names, hs_typing_type(typing))->kind ==
               HS_GO_INTERFACE;
}

bool hs_look_plain(const struct hs_heap_case *c, uint32_t object)
{
    const struct hs_names *names = c->heap->names;
    uint32_t typing;

    if (!names || object >= hs_heap_count(c->heap))
        return false;
    typing = hs_names_typing(names, object);
    if (hs_typing_shape(typing) != HS_SHAPE_ONE ||
        hs_typing_evidence(typing) <= HS_EVIDENCE_GUESS)
        return false;
    switch (
        (enum hs_go_kind)hs_names_type(names, hs_typing_type(typing))->kind) {
    case HS_GO_POINTER:
    case HS_GO_SLICE:
    case HS_GO_STRING:
    case HS_GO_MAP:
    case HS_GO_CHAN:
    case HS_GO_FUNC:
    case HS_GO_UNSAFE_POINTER:
        return true;
    default:
        return false;
    }
}

/* Is the step at NUMBER of PATH passed over?  Inner parts are, and what the
 * entries of a sync.Map before Go 1.24 point to: the interface that is the
 * value. */
static bool is_passed(const struct hs_heap_case *c, const struct hs_path *path,
                      uint32_t number)
{
    return is_inner(c, path->steps[number].object) ||
           (number > 0 && is_inner(c, path->steps[number - 1].object) &&
            is_box(c, path->steps[number].object));
}

struct hs_column hs_look_steps(const struct hs_heap_case *c,
                               const struct hs_path *path,
                               struct hs_arena *arena)
{
    struct hs_column steps = HS_COLUMN(uint32_t, arena);

    for (uint32_t i = 0; i < path->step_count; i++)
        if (i + 1 == path->step_count || !is_passed(c, path, i))
            hs_column_push(&steps, &i);
    return steps;
}

/* Where in SIZE bytes at MEMORY's OFFSET a pointer to OBJECT is. */
static uint64_t find_pointer(const struct hs_heap *heap,
                             const struct hs_memory *memory, uint64_t offset,
                             uint64_t size, uint32_t object)
{
    unsigned step = heap->pointer_size;

    for (uint64_t at = 0;
         at + step <= size && offset + at + step <= memory->size; at += step)
        if (hs_heap_find(heap, hs_heap_word(heap, memory->bytes + offset +
                                                      at)) == object)
            return at;
    return HS_NO_OFFSET;
}

/* What Go writes behind the name of variable UNIT for what it points to, a
 * temporary (model/names.h): of main.config, "*main.config.Sub" is ".Sub". */
static struct hs_str below(const struct hs_heap_case *c, uint32_t unit,
                           const struct hs_global *temporary,
                           struct hs_arena *arena)
{
    struct hs_str name = hs_holders_name(c->holders, unit, arena);

    if (!temporary->temporary || temporary->name.size <= name.size ||
        memcmp(temporary->name.text + 1, name.text, name.size) != 0)
        return (struct hs_str){0};
    return (struct hs_str){temporary->name.text + 1 + name.size,
                           temporary->name.size - 1 - name.size};
}

/* How variable HOLDER, which belongs to UNIT, points to OBJECT. */
static struct hs_str from_global(const struct hs_heap_case *c, uint32_t unit,
                                 uint32_t holder, uint32_t object,
                                 struct hs_arena *arena)
{
    const struct hs_names *names = c->heap->names;
    const struct hs_variable *variable =
        &c->holders->variables[c->holders->holders[holder].record];
    const struct hs_segment *segment =
        (const struct hs_segment *)c->heap->segments.at + variable->segment;
    const struct hs_global *global;
    struct hs_str before, via;
    uint64_t offset;

    if (variable->global == HS_NO_GLOBAL)
        return (struct hs_str){0};
    global = (const struct hs_global *)names->globals.at + variable->global;
    if (global->address < segment->memory.address)
        return (struct hs_str){0};
    offset = find_pointer(c->heap, &segment->memory,
                          global->address - segment->memory.address,
                          global->size, object);
    if (offset == HS_NO_OFFSET)
        return (struct hs_str){0};
    before = below(c, unit, global, arena);
    via = names->lens->in_global(names->lens, variable->global, offset, arena);
    if (!before.size)
        return via;
    return hs_str_of(hs_arena_printf(arena, "%.*s%.*s", (int)before.size,
                                     before.text, (int)via.size,
                                     via.size ? via.text : ""));
}

/* The local variable of a frame that points to OBJECT. */
static struct hs_str from_frame(const struct hs_heap_case *c, uint32_t holder,
                                uint32_t object)
{
    uint32_t number = c->holders->holders[holder].record;
    const struct hs_memory *memory =
        &((const struct hs_frame *)c->heap->frames.at)[number].memory;
    uint64_t offset = find_pointer(c->heap, memory, 0, memory->size, object);
    const struct hs_local *local;

    if (offset == HS_NO_OFFSET)
        return (struct hs_str){0};
    local = hs_names_local(c->heap->names, number, offset);
    return local ? local->name : (struct hs_str){0};
}

/* How the first object of PATH is reached. */
static struct hs_str from_holder(const struct hs_heap_case *c,
                                 const struct hs_path *path,
                                 struct hs_arena *arena)
{
    uint32_t holder = path->through;

    if (holder == HS_NO_RECORD || path->step_count == 0)
        return (struct hs_str){0};
    if (c->holders->holders[holder].kind == HS_HOLDER_GLOBAL)
        return from_global(c, path->unit, holder, path->steps[0].object, arena);
    if (c->holders->holders[holder].kind == HS_HOLDER_FRAME)
        return from_frame(c, holder, path->steps[0].object);
    return (struct hs_str){0};
}

static struct hs_str reference(const struct hs_heap_case *c,
                               const struct hs_path *path, uint32_t number,
                               struct hs_arena *arena)
{
    const struct hs_lens *lens = c->heap->names->lens;
    struct hs_path_step step;

    if (number == 0)
        return from_holder(c, path, arena);
    step = hs_paths_step(c->heap, path, number);
    if (step.offset == HS_NO_OFFSET)
        return (struct hs_str){0};
    return lens->reference(lens, path->steps[number - 1].object, step.offset,
                           arena);
}

struct hs_str hs_look_via(const struct hs_heap_case *c,
                          const struct hs_path *path, uint32_t number,
                          struct hs_arena *arena)
{
    struct hs_column chars = HS_COLUMN(char, arena);
    uint32_t first = number;

    if (!c->heap->names || !c->heap->names->lens)
        return (struct hs_str){0};
    while (first > 0 && is_passed(c, path, first - 1))
        first--;
    for (uint32_t i = first; i <= number; i++) {
        struct hs_str part = reference(c, path, i, arena);

        /* `.inflight key 7`, not `.inflightkey 7` */
        if (chars.count && hs_str_starts(part, "key "))
            hs_column_push(&chars, " ");
        if (part.size)
            memcpy(hs_column_extend(&chars, part.size), part.text, part.size);
    }
    return (struct hs_str){chars.at, chars.count};
}

/* What was counted before: a path is told to people and to programs, and many
 * lead through one map. */
struct counted {
    uint32_t object, typing, count;
    uint64_t size;
};

/* What the inner parts from OBJECT on point to, themselves left out: how many
 * objects are of the type and size of LIKE; 0 if they have too many words to
 * say. */
static uint32_t count_below(const struct hs_heap_case *c, uint32_t object,
                            uint32_t like, struct hs_arena *scratch)
{
    const struct hs_names *names = c->heap->names;
    struct hs_column stack = HS_COLUMN(uint32_t, scratch);
    struct hs_bitset seen = hs_bitset_new(hs_heap_count(c->heap), scratch);
    uint64_t size = hs_heap_size(c->heap, like), words = 0;
    uint32_t typing = hs_names_typing(names, like), count = 0;

    hs_bitset_add(&seen, object);
    hs_column_push(&stack, &object);
    while (stack.count) {
        struct hs_memory memory;
        struct hs_fields fields;
        uint64_t offset;

        object = ((uint32_t *)stack.at)[--stack.count];
        memory = hs_heap_memory(c->heap, object);
        fields = hs_fields_of(&memory);
        while (hs_fields_next(&fields, &offset)) {
            uint32_t to;

            if (words++ >= MOST_WORDS)
                return 0;
            if (offset + c->heap->pointer_size > memory.size)
                continue;
            to = hs_heap_find(c->heap,
                              hs_heap_word(c->heap, memory.bytes + offset));
            if (to == HS_NO_OBJECT || hs_bitset_has(&seen, to))
                continue;
            hs_bitset_add(&seen, to);
            if ((is_inner(c, to) || (is_inner(c, object) && is_box(c, to))) &&
                to != like)
                hs_column_push(&stack, &to);
            else if (hs_names_typing(names, to) == typing &&
                     hs_heap_size(c->heap, to) == size)
                count++;
        }
    }
    return count ? count : 1;
}

static struct hs_column *counts_of(struct hs_run *run)
{
    if (!run->counts) {
        run->counts = hs_arena_alloc(run->scratch, sizeof(*run->counts));
        *run->counts = HS_COLUMN(struct counted, run->scratch);
    }
    return run->counts;
}

/* count_below(), unless it was counted before. */
static uint32_t recall(struct hs_run *run, const struct hs_heap_case *c,
                       uint32_t object, uint32_t like)
{
    struct hs_column *counts = counts_of(run);
    const struct counted *known = counts->at;
    struct counted fresh = {.object = object,
                            .typing = hs_names_typing(c->heap->names, like),
                            .size = hs_heap_size(c->heap, like)};
    struct hs_arena scratch = HS_ARENA_EMPTY;

    for (size_t i = 0; i < counts->count; i++)
        if (known[i].object == object && known[i].typing == fresh.typing &&
            known[i].size == fresh.size)
            return known[i].count;
    fresh.count = count_below(c, object, like, &scratch);
    hs_arena_free(&scratch);
    hs_column_push(counts, &fresh);
    return fresh.count;
}

uint32_t hs_look_alike(struct hs_run *run, const struct hs_heap_case *c,
                       const struct hs_path *path, uint32_t number)
{
    uint32_t first = number;

    while (first > 0 && is_passed(c, path, first - 1))
        first--;
    if (first == number)
        return hs_paths_step(c->heap, path, number).alike;
    return recall(run, c, path->steps[first].object,
                  path->steps[number].object);
}
