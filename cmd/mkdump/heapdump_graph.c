/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_graph.c - a server's heap, structure by structure.
 *
 *   goroutines  (registry structure*)*  tops
 *
 * Each variable has a table, its top, of registries, and each registry lists
 * the structures behind it.  A few variables have most registries.  Structures
 * are small, but for one in thousands.  One in 256 is in no registry: garbage,
 * or held by a finalizer.
 */
#include "heapdump.h"

#define NEAR 64 /* objects in one row of the index */

struct planner {
    struct heapdump_graph *graph;
    uint64_t state;
    uint32_t used; /* objects so far */
    struct hs_column first, kind, registry;
};

static void push(struct planner *p, enum heapdump_kind kind, uint32_t units)
{
    uint8_t byte = (uint8_t)kind;

    hs_column_push(&p->first, &p->used);
    hs_column_push(&p->kind, &byte);
    p->used += heapdump_heads(kind) + units * heapdump_per(kind);
}

/* How many units of KIND, with ROOM for so many objects; 0: it does not fit. */
static uint32_t draw_units(struct planner *p, enum heapdump_kind kind,
                           uint32_t room)
{
    uint64_t luck = mkdump_random(&p->state), units;
    unsigned heads = heapdump_heads(kind), per = heapdump_per(kind);

    if (per == 0 || room < heads + per)
        return 0;
    if (kind == KIND_RECORD)
        units = 2 + luck % 5;
    else if (kind == KIND_RING)
        units = 2 + luck % 4;
    else
        units = 2 + luck % 32;
    if (kind >= KIND_LIST && kind <= KIND_BOXES && (luck >> 32) % 4096 == 0)
        units *= 400;
    return units * per + heads < room ? (uint32_t)units : (room - heads) / per;
}

static enum heapdump_kind draw_kind(struct planner *p)
{
    static const struct {
        uint8_t percent, kind;
    } odds[] = {{46, KIND_RECORD}, {12, KIND_LIST}, {8, KIND_DLIST},
                {10, KIND_TREE},   {8, KIND_MAP},   {7, KIND_SLICE},
                {3, KIND_BOXES},   {6, KIND_RING}};
    uint64_t luck = mkdump_random(&p->state);

    /* Bytes of some kilobytes are rare, or they would be all of the heap. */
    if ((luck >> 32) % 512 == 0)
        return KIND_BLOB;
    luck %= 100;
    for (unsigned i = 0; i < sizeof(odds) / sizeof(odds[0]); i++) {
        if (luck < odds[i].percent)
            return odds[i].kind;
        luck -= odds[i].percent;
    }
    return KIND_BLOB;
}

/* A registry and its structures, as long as there is room up to object END. */
static void push_registry(struct planner *p, uint32_t end)
{
    uint64_t luck = mkdump_random(&p->state);
    uint64_t members = 30 + luck % 200;
    uint32_t number = (uint32_t)p->first.count;

    if (luck >> 58 == 0)
        members *= 10;
    hs_column_push(&p->registry, &number);
    push(p, KIND_REGISTRY, 0);
    for (; members > 0 && p->used < end; members--) {
        enum heapdump_kind kind = draw_kind(p);
        uint32_t units = draw_units(p, kind, end - p->used);

        push(p, units ? kind : KIND_BLOB, units);
    }
}

/* Deals the registries to the variables, most of them to the first few. */
static void deal(struct planner *p, struct hs_arena *arena)
{
    struct heapdump_graph *graph = p->graph;
    uint32_t *from = hs_arena_zeroed(arena, graph->variables + 2u, 4);
    uint32_t *held = hs_arena_zeroed(arena, graph->registries + 1u, 4);
    uint32_t *owner = hs_arena_zeroed(arena, graph->registries + 1u, 4);

    for (uint32_t i = 0; i < graph->registries; i++) {
        uint64_t x = mkdump_random(&p->state) & 0xfff;

        owner[i] = (uint32_t)(graph->variables * (x * x * x * x) >> 48);
        from[owner[i] + 2]++;
    }
    for (uint32_t v = 2; v <= graph->variables + 1; v++)
        from[v] += from[v - 1];
    /* FROM[v + 1] is where v's next goes, and in the end where v + 1 starts. */
    for (uint32_t i = 0; i < graph->registries; i++)
        held[from[owner[i] + 1]++] = i;
    graph->held = held;
    graph->held_from = from;
}

static void make_index(struct heapdump_graph *graph, struct hs_arena *arena)
{
    uint32_t *near = hs_arena_zeroed(arena, graph->count / NEAR + 1, 4);

    for (uint32_t s = 0, row = 0; row <= graph->count / NEAR; row++) {
        while (s + 1 < graph->structures &&
               graph->first[s + 1] <= (uint64_t)row * NEAR)
            s++;
        near[row] = s;
    }
    graph->near = near;
}

void heapdump_plan(struct heapdump_graph *graph, enum heapdump_kind all,
                   struct hs_arena *arena)
{
    struct planner p = {.graph = graph,
                        .state = heapdump_hash(graph->seed, 1),
                        .first = HS_COLUMN(uint32_t, arena),
                        .kind = HS_COLUMN(uint8_t, arena),
                        .registry = HS_COLUMN(uint32_t, arena)};
    uint32_t end;

    graph->whole = all != KINDS;
    graph->variables = graph->whole ? 1 : graph->count / 200 + 1;
    if (graph->variables > 300)
        graph->variables = 300;
    end = graph->count - graph->variables;
    push(&p, KIND_GOROUTINES, graph->goroutines);
    if (graph->whole) {
        uint32_t number = (uint32_t)p.first.count;

        hs_column_push(&p.registry, &number);
        push(&p, KIND_REGISTRY, 0);
        push(&p, all, (end - p.used - heapdump_heads(all)) / heapdump_per(all));
    }
    while (p.used < end)
        push_registry(&p, end);
    graph->registries = (uint32_t)p.registry.count;
    graph->registry = p.registry.at;
    deal(&p, arena);
    push(&p, KIND_TOPS, graph->variables);
    graph->structures = (uint32_t)p.first.count;
    hs_column_push(&p.first, &p.used);
    graph->first = p.first.at;
    graph->kind = p.kind.at;
    make_index(graph, arena);
}

void heapdump_describe(const struct heapdump_graph *graph, uint32_t number,
                       struct heapdump_object *object)
{
    uint32_t s = graph->near[number / NEAR], i;
    unsigned heads, per;

    while (graph->first[s + 1] <= number)
        s++;
    i = number - graph->first[s];
    object->number = number;
    object->structure = s;
    object->first = graph->first[s];
    object->kind = graph->kind[s];
    heads = heapdump_heads(object->kind);
    per = heapdump_per(object->kind);
    object->units =
        per ? (graph->first[s + 1] - object->first - heads) / per : 0;
    object->unit = i < heads ? 0 : (i - heads) / per;
    object->part = i < heads ? i : heads + (i - heads) % per;
    heapdump_measure(graph, object);
}

bool heapdump_orphan(const struct heapdump_graph *graph, uint32_t structure)
{
    return !graph->whole && graph->kind[structure] > KIND_REGISTRY &&
           heapdump_hash(graph->seed ^ 2, structure) % 256 == 0;
}

uint32_t heapdump_members(const struct heapdump_graph *graph,
                          uint32_t structure)
{
    uint32_t low = 0, high = graph->registries;

    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (graph->registry[middle] <= structure)
            low = middle;
        else
            high = middle;
    }
    return (low + 1 < graph->registries ? graph->registry[low + 1]
                                        : graph->structures - 1) -
           structure - 1;
}
