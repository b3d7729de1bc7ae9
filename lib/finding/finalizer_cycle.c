/* SPDX-License-Identifier: Apache-2.0 */
/*
 * finalizer_cycle.c - objects that their own finalizer keeps alive.
 *
 * The runtime keeps alive what an object with a finalizer points to, not the
 * object.  If nothing but that leads back to the object, it stays reachable
 * for ever, its finalizer never runs, and no size is too small to say so:
 * the finalizer (a holder, holders.h) dominates its own object.
 *
 * Two that point to each other, each with a finalizer, are held by both
 * finalizers and dominated by neither; there a bounded walk from what an object
 * points to shows whether it leads back.
 *
 * Such objects are one suspect for each function that would finalize them, or
 * for those functions whose finalizers hold them together: that is one cycle.
 */
#include <inttypes.h>
#include <string.h>

#include "base/map.h"
#include "base/size.h"
#include "finding/finding.h"
#include "model/lens.h"

struct cycles {
    const struct hs_case *c;
    struct hs_map nearest; /* node -> holder number next above it, or NONE */
    struct hs_column trail;
    size_t seen;             /* by the bounded walks so far */
    struct hs_map functions; /* entry pc -> frame; made when first asked */
    bool functions_known;
    struct hs_column nodes; /* uint32_t: of the holders reported */
    struct hs_arena *scratch;
};

#define NO_HOLDER  (HS_NO_RECORD - 1)
#define LONG_NAMES 100               /* bytes, after which no more are added */
#define MOST_SEEN  ((size_t)1 << 20) /* objects, in all bounded walks */

/* The holder that is the nearest dominator of NODE among holders. */
static uint32_t holder_above(struct cycles *cycles, uint32_t node)
{
    const struct hs_case *c = cycles->c;
    uint32_t objects = hs_heap_count(c->heap), found = NO_HOLDER;
    const uint32_t *trail;

    cycles->trail.count = 0;
    while (node != HS_NO_NODE) {
        uint32_t known;

        if (node >= objects) {
            found = node - objects;
            break;
        }
        known = hs_map_lookup(&cycles->nearest, node);
        if (known != HS_MAP_NONE) {
            found = known;
            break;
        }
        hs_column_push(&cycles->trail, &node);
        node = hs_retention_dominator(c->retention, node);
    }
    trail = cycles->trail.at;
    for (size_t i = 0; i < cycles->trail.count; i++)
        hs_map_add(&cycles->nearest, trail[i], found);
    return found;
}

/* Does what OBJECT points to lead back to it? */
static bool leads_back(struct cycles *cycles, uint32_t object)
{
    const struct hs_heap *heap = cycles->c->heap;
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_column queue = HS_COLUMN(uint32_t, &arena);
    struct hs_map known;
    bool found = false;

    hs_map_init(&known, &arena, 64);
    hs_column_push(&queue, &object);
    for (size_t i = 0; i < queue.count && !found && cycles->seen < MOST_SEEN;
         i++, cycles->seen++) {
        uint32_t from = ((const uint32_t *)queue.at)[i];
        struct hs_memory memory = hs_heap_memory(heap, from);
        struct hs_fields fields = hs_fields_of(&memory);
        uint64_t offset;

        while (hs_fields_next(&fields, &offset)) {
            uint32_t to = HS_NO_OBJECT;

            if (offset <= memory.size &&
                memory.size - offset >= heap->pointer_size)
                to = hs_heap_find(heap,
                                  hs_heap_word(heap, memory.bytes + offset));
            if (to == HS_NO_OBJECT || (to == object && from == object))
                continue;
            found |= to == object;
            if (hs_map_lookup(&known, to) == HS_MAP_NONE) {
                hs_map_add(&known, to, 1);
                hs_column_push(&queue, &to);
            }
        }
    }
    hs_arena_free(&arena);
    return found;
}

/* True if OBJECT, which nothing but finalizers holds, keeps itself alive by
 * the finalizer of HOLDER; *ALONE if that dominates it. */
static bool is_cycle(struct cycles *cycles, uint32_t holder, uint32_t object,
                     bool *alone)
{
    uint32_t above = holder_above(cycles, object);

    *alone = above == holder;
    if (*alone)
        return true;
    return above != NO_HOLDER &&
           cycles->c->holders->holders[above].kind == HS_HOLDER_FINALIZERS &&
           leads_back(cycles, object);
}

/* What the cycles of one function, or of some together, add up to. */
struct tally {
    uint32_t holder; /* of the function */
    uint32_t leader; /* number of the tally that this one is part of */
    uint64_t objects, retained;
    uint64_t joint;   /* of RETAINED, by objects that others hold, too */
    uint64_t others;  /* objects that are in no cycle */
    uint32_t biggest; /* the object whose finalizer retains most */
    uint64_t biggest_bytes;
    uint32_t first; /* record of one of them */

    /* Of a leader: what the finalizers hold together, and their names. */
    uint64_t shared;
    const struct hs_shared *row; /* the largest part of that, or NULL */
    const char *names;
};

static void look_at(struct cycles *cycles, uint32_t holder, struct tally *tally)
{
    const struct hs_case *c = cycles->c;
    uint32_t record = c->holders->holders[holder].record, object;
    const struct hs_finalizer *finalizer =
        (const struct hs_finalizer *)c->heap->finalizers.at + record;
    uint64_t retained;
    bool alone;

    if (finalizer->queued)
        return;
    object = hs_heap_find(c->heap, finalizer->object);
    if (object == HS_NO_OBJECT || !hs_retention_reached(c->retention, object) ||
        !is_cycle(cycles, holder, object, &alone)) {
        tally->others++;
        return;
    }
    retained = hs_retention_bytes(
        c->retention,
        alone ? hs_retention_holder(c->retention, holder) : object);
    if (tally->objects++ == 0)
        tally->first = record;
    tally->retained += retained;
    tally->joint += alone ? 0 : retained;
    if (tally->objects == 1 || retained > tally->biggest_bytes) {
        tally->biggest = object;
        tally->biggest_bytes = retained;
    }
}

/* The name of the function at entry PC, where a frame tells it. */
static struct hs_str function_at(struct cycles *cycles, uint64_t pc)
{
    const struct hs_column *all = &cycles->c->heap->frames;
    const struct hs_frame *frames = all->at;
    uint32_t found;

    if (!cycles->functions_known) {
        hs_map_init(&cycles->functions, cycles->scratch, 64);
        for (uint32_t i = 0; i < all->count; i++)
            hs_map_add(&cycles->functions, frames[i].entry, i);
        cycles->functions_known = true;
    }
    found = hs_map_lookup(&cycles->functions, pc);
    return found == HS_MAP_NONE ? hs_lens_function(cycles->c->heap, pc)
                                : frames[found].function;
}

static struct hs_str type_of(const struct hs_case *c, uint32_t object)
{
    const struct hs_type_row *row =
        &c->types->rows[hs_types_of(c->types, object)];

    return row->named ? row->name : (struct hs_str){0};
}

static void describe(const struct hs_case *c, struct hs_suspect *suspect,
                     const struct tally *tally)
{
    bool one = tally->objects == 1;
    const char *by =
        *tally->names ? hs_arena_printf(c->arena, " (%s)", tally->names) : "";

    suspect->message = hs_arena_printf(
        c->arena,
        "%s object%s can never be freed, %s with what %s: %s own finalizer%s%s "
        "keep%s alive what points back to %s",
        hs_show_count((int64_t)tally->objects).text, one ? "" : "s",
        hs_show_bytes((int64_t)suspect->bytes).text,
        one ? "it holds" : "they hold", one ? "its" : "their", one ? "" : "s",
        by, one ? "s" : "", one ? "it" : "them");
    suspect->advice =
        "break the way back from the object's parts to the object, or set the "
        "finalizer on a small part that points to nothing (or use "
        "runtime.AddCleanup, Go 1.24)";
}

/* Stable from run to run: where the objects come from, or what they are. */
static uint64_t key_of(const struct hs_case *c, const struct tally *tally,
                       struct hs_str function, uint32_t object)
{
    uint32_t site = hs_allocations_site(c->allocations, object);
    const struct hs_stack_line *line =
        site == HS_NO_SITE ? NULL : hs_allocations_line(c->heap, site);
    const struct hs_finalizer *finalizer =
        (const struct hs_finalizer *)c->heap->finalizers.at + tally->first;
    const char *pc;

    if (function.size)
        return hs_finding_key(0, function);
    if (line)
        return hs_finding_key(0, line->function);
    pc = hs_arena_printf(c->arena, "func@0x%" PRIx64, finalizer->pc);
    return hs_finding_key(0, hs_str_of(pc));
}

static void report(struct cycles *cycles, const struct tally *tally,
                   struct hs_suspects *suspects)
{
    const struct hs_case *c = cycles->c;
    uint32_t node = hs_retention_holder(c->retention, tally->holder);
    const struct hs_finalizer *finalizer =
        (const struct hs_finalizer *)c->heap->finalizers.at + tally->first;
    struct hs_str function = function_at(cycles, finalizer->pc);
    struct hs_suspect suspect = {
        .grade = HS_GRADE_PROVED,
        .holder = hs_holders_name(c->holders, tally->holder, c->arena),
        .unit = tally->holder,
        .type = type_of(c, tally->biggest),
        .objects = tally->objects,
        .bytes = tally->retained,
        .retained_bytes = tally->retained,
        .key = key_of(c, tally, function, tally->biggest),
    };

    /* What is held together has in it what each of its objects retains. */
    if (tally->shared > tally->joint)
        suspect.bytes += tally->shared - tally->joint;
    if (tally->row) {
        suspect.unit = HS_NO_RECORD;
        suspect.holder = hs_shared_name(c->holders, tally->row, c->arena);
        node = hs_shared_largest(c->retention, tally->row);
    }
    describe(c, &suspect, tally);
    hs_paths_shortest(c->heap, c->holders, c->retention, tally->biggest,
                      c->arena, &suspect.path);
    hs_column_push(&cycles->nodes, &node);
    hs_column_push(&suspects->rows, &suspect);
}

/* Where most of what NAME's hold together was allocated. */
static struct hs_origin joint_origin(const struct hs_case *c,
                                     struct hs_str name)
{
    for (size_t i = 0; i < c->composed; i++)
        if (c->claims->rows[i].holder == HS_NO_RECORD &&
            hs_str_equal(c->claims->rows[i].name, name))
            return c->compositions[i].origin;
    return (struct hs_origin){0};
}

/* Says of all suspects from FIRST on where their objects were allocated. */
static void add_origins(const struct cycles *cycles,
                        struct hs_suspects *suspects, size_t first)
{
    const struct hs_case *c = cycles->c;
    size_t count = cycles->nodes.count;
    struct hs_suspect *rows = suspects->rows.at;
    struct hs_origin *origins =
        hs_arena_zeroed(cycles->scratch, count + 1, sizeof(*origins));

    if (count == 0)
        return;
    hs_allocations_origins(c->allocations, c->retention, cycles->nodes.at,
                           count, origins, cycles->scratch);
    for (size_t i = 0; i < count; i++)
        rows[first + i].origin = rows[first + i].unit == HS_NO_RECORD
                                     ? joint_origin(c, rows[first + i].holder)
                                     : origins[i];
}

/* The number of the tally that leads the one of number NUMBER. */
static uint32_t leader_of(struct tally *all, uint32_t number)
{
    while (all[number].leader != number) {
        all[number].leader = all[all[number].leader].leader;
        number = all[number].leader;
    }
    return number;
}

/* The tally number I of those that hold ROW; NUMBERS has them by holder. */
static uint32_t tally_at(const struct hs_map *numbers,
                         const struct hs_shared *row, uint32_t i)
{
    return hs_map_lookup(numbers, row->holders[i]);
}

/* Do none hold ROW but finalizers of objects in cycles? */
static bool is_of_cycles(const struct tally *all, const struct hs_map *numbers,
                         const struct hs_shared *row)
{
    for (uint32_t i = 0; i < row->holder_count; i++) {
        uint32_t number = tally_at(numbers, row, i);

        if (number == HS_MAP_NONE || all[number].others)
            return false;
    }
    return row->holder_count && !row->approximate;
}

/* Makes those one that hold ROW. */
static void join(struct tally *all, const struct hs_map *numbers,
                 const struct hs_shared *row)
{
    for (uint32_t i = 1; i < row->holder_count; i++) {
        uint32_t a = leader_of(all, tally_at(numbers, row, 0));
        uint32_t b = leader_of(all, tally_at(numbers, row, i));

        /* The first of all leads: that is the same in every run. */
        all[a > b ? a : b].leader = a > b ? b : a;
    }
}

/* Gives leaders what those that they lead have. */
static void add_up(struct cycles *cycles, struct tally *all, size_t count)
{
    const struct hs_finalizer *finalizers = cycles->c->heap->finalizers.at;

    for (uint32_t i = 0; i < count; i++) {
        struct hs_str name = function_at(cycles, finalizers[all[i].first].pc);
        struct tally *leader = &all[leader_of(all, i)];

        if (!leader->names || !*leader->names)
            leader->names = hs_arena_printf(cycles->c->arena, "%.*s",
                                            (int)name.size, name.text);
        else if (name.size && strlen(leader->names) < LONG_NAMES)
            leader->names =
                hs_arena_printf(cycles->c->arena, "%s, %.*s", leader->names,
                                (int)name.size, name.text);
        if (leader == &all[i])
            continue;
        leader->objects += all[i].objects;
        leader->retained += all[i].retained;
        leader->joint += all[i].joint;
        if (all[i].biggest_bytes > leader->biggest_bytes) {
            leader->biggest = all[i].biggest;
            leader->biggest_bytes = all[i].biggest_bytes;
        }
    }
}

/* Finds which functions' finalizers hold their objects together. */
static void join_all(struct cycles *cycles, struct tally *all, size_t count)
{
    size_t rows;
    const struct hs_shared *shared =
        hs_retention_shared(cycles->c->retention, &rows);
    struct hs_map numbers;

    hs_map_init(&numbers, cycles->scratch, count);
    for (uint32_t i = 0; i < count; i++)
        hs_map_add(&numbers, all[i].holder, i);
    for (size_t i = 0; i < rows; i++)
        if (is_of_cycles(all, &numbers, &shared[i]))
            join(all, &numbers, &shared[i]);
    for (size_t i = 0; i < rows; i++) {
        struct tally *leader;

        if (!is_of_cycles(all, &numbers, &shared[i]))
            continue;
        leader = &all[leader_of(all, tally_at(&numbers, &shared[i], 0))];
        leader->shared += shared[i].bytes;
        if (!leader->row || shared[i].bytes > leader->row->bytes)
            leader->row = &shared[i];
    }
    add_up(cycles, all, count);
}

static void find(const struct hs_case *c, struct hs_suspects *suspects,
                 struct hs_arena *scratch)
{
    const struct hs_holder *holders = c->holders->holders;
    struct cycles cycles = {.c = c,
                            .trail = HS_COLUMN(uint32_t, scratch),
                            .nodes = HS_COLUMN(uint32_t, scratch),
                            .scratch = scratch};
    struct hs_column tallies = HS_COLUMN(struct tally, scratch);
    size_t first = suspects->rows.count;
    struct tally *all;

    hs_map_init(&cycles.nearest, scratch, c->heap->finalizers.count);
    for (uint32_t h = 0; h < c->holders->holder_count; h++) {
        struct tally tally = {.holder = h, .leader = (uint32_t)tallies.count};

        if (holders[h].kind != HS_HOLDER_FINALIZERS ||
            holders[h].record == HS_NO_RECORD)
            continue;
        for (uint32_t f = holders[h].first_child;
             f < holders[h + 1].first_child; f++)
            look_at(&cycles, f, &tally);
        if (tally.objects)
            hs_column_push(&tallies, &tally);
    }
    all = tallies.at;
    join_all(&cycles, all, tallies.count);
    for (uint32_t i = 0; i < tallies.count; i++)
        if (all[i].leader == i)
            report(&cycles, &all[i], suspects);
    add_origins(&cycles, suspects, first);
}

const struct hs_finding hs_finding_finalizer_cycle = {
    .name = "finalizer-cycle",
    .needs = HS_PART_HEAP,
    .find = find,
};
