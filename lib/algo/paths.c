/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths.c - breadth-first search from the targets back to the holders.
 *
 * What refers to a number is what the arcs say (arcs.h): the number before it
 * on its way from the root, and those of the other arcs that lead to it.
 *
 * Backwards from the targets, each node is met first on a shortest way, and
 * NEXT leads on from it.  A holder ends its way, but one that hangs below
 * another variable is passed through.
 */
#include "algo/paths.h"

#include <stdlib.h>

#include "base/hash.h"
#include "base/map.h"
#include "base/sort.h"

/* A way found: HOLDER points to number FIRST. */
struct way {
    uint32_t unit, holder, first;
    uint32_t length, count, goroutines;
    uint64_t weight; /* bytes of the targets that UNIT holds; 0 of one target */
    bool deferred, best; /* is_deferred; the shortest of its unit */
};

struct search {
    const struct hs_heap *heap;
    const struct hs_holders *holders;
    const struct hs_retention *retention;
    const struct hs_dominators *dom;
    struct hs_arena *scratch;
    struct hs_column before; /* uint32_t: what refers to a number */
    uint32_t *next;     /* by number: the number after it; itself: a target */
    uint32_t *distance; /* by number: steps to the target */
    uint32_t *queue;
    size_t head, tail;
    struct hs_column ways; /* struct way */
    struct hs_map known;   /* key of a way -> its number */
    struct hs_map counted; /* a way's number and a goroutine in one -> any */
    uint32_t *leaf;        /* by number: the folded target behind it */
    const uint64_t
        *weights; /* by holder: hs_paths_weigh; NULL: of one target */
};

static int by_number(const void *a, const void *b)
{
    const uint32_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Fills BEFORE with the numbers that refer to NUMBER, in order. */
static void find_before(struct search *s, uint32_t number)
{
    const struct hs_arcs *arcs = &s->dom->arcs;
    uint32_t *end, *in = hs_arc_lists_at(&arcs->in, number, &end);

    s->before.count = 0;
    if (arcs->up[number])
        hs_column_push(&s->before, &arcs->up[number]);
    for (; in < end; in++)
        hs_column_push(&s->before, in);
    if (s->before.count)
        qsort(s->before.at, s->before.count, sizeof(*in), by_number);
}

static uint32_t objects_of(const struct search *s)
{
    return hs_heap_count(s->heap);
}

/* The unit at or above HOLDER; HOLDER itself if there is none. */
static uint32_t unit_of(const struct search *s, uint32_t holder)
{
    const struct hs_holder *all = s->holders->holders;

    for (uint32_t h = holder;; h = all[h].parent) {
        if (all[h].unit)
            return h;
        if (all[h].parent == h)
            return holder;
    }
}

/* Ways with equal keys are one: the same unit, and the same function for
 * frames, or else the same kind of holder. */
static uint64_t way_key(const struct search *s, const struct way *way)
{
    const struct hs_holder *holder = &s->holders->holders[way->holder];
    const struct hs_frame *frames = s->heap->frames.at;
    uint64_t key = hs_hash_number(way->unit, hs_hash_seed());

    if (holder->kind == HS_HOLDER_FRAME)
        return hs_hash_bytes(frames[holder->record].function.text,
                             frames[holder->record].function.size, key);
    if (holder->kind == HS_HOLDER_FINALIZER ||
        holder->kind == HS_HOLDER_GOROUTINE)
        return hs_hash_number(holder->kind, key);
    return hs_hash_number((uint64_t)way->holder << 32 | way->first, key);
}

/* The goroutine that HOLDER is or that runs it; HOLDER itself if it has to do
 * with none. */
static uint32_t goroutine_of(const struct search *s, uint32_t holder)
{
    const struct hs_holder *its = &s->holders->holders[holder];

    return its->kind == HS_HOLDER_FRAME ? its->parent : holder;
}

/* Is HOLDER of a goroutine that way NUMBER was not known to start from? */
static bool is_new(struct search *s, uint32_t number, uint32_t holder)
{
    uint32_t count = (uint32_t)s->counted.count;

    return hs_map_add(&s->counted,
                      (uint64_t)number << 32 | goroutine_of(s, holder),
                      count) == count;
}

/* Is what HOLDER refers to not really its own? */
static bool is_deferred(const struct search *s, uint32_t holder)
{
    const struct hs_holder *its = &s->holders->holders[holder];

    return its->deferred || s->holders->holders[its->parent].deferred;
}

/* HOLDER refers to number FIRST. */
static void add_way(struct search *s, uint32_t holder, uint32_t first)
{
    struct way way = {.unit = unit_of(s, holder),
                      .holder = holder,
                      .first = first,
                      .length = s->distance[first]};
    struct way *ways;
    uint32_t number;

    way.deferred = is_deferred(s, holder);
    way.weight = s->weights ? s->weights[way.unit] : 0;
    number = hs_map_add(&s->known, way_key(s, &way), (uint32_t)s->ways.count);
    if (number == s->ways.count)
        hs_column_push(&s->ways, &way);
    ways = s->ways.at;
    ways[number].count++;
    ways[number].goroutines += is_new(s, number, holder);
}

static void enqueue(struct search *s, uint32_t number, uint32_t next,
                    uint32_t distance)
{
    if (s->next[number])
        return;
    s->next[number] = next;
    s->distance[number] = distance;
    s->queue[s->tail++] = number;
}

/* A holder that hangs below another variable does not end a way. */
static bool passes(const struct search *s, uint32_t node)
{
    uint32_t holder = node - objects_of(s);

    return s->holders->holders[holder].parent == holder && holder != 0;
}

static void step_back(struct search *s, uint32_t number)
{
    find_before(s, number);
    for (size_t i = 0; i < s->before.count; i++) {
        uint32_t before = ((uint32_t *)s->before.at)[i];
        uint32_t node = hs_retention_node(s->retention, before);

        if (node < objects_of(s) || passes(s, node))
            enqueue(s, before, number, s->distance[number] + 1);
        else
            add_way(s, node - objects_of(s), number);
    }
}

/* How many steps OBJECT is below the node that it is folded into; NUMBER gets
 * that node's, 0 if no root reaches it. */
static uint32_t depth_of(const struct search *s, uint32_t object,
                         uint32_t *number)
{
    uint32_t depth = 0;

    while (object != HS_NO_NODE &&
           !(*number = hs_retention_number(s->retention, object))) {
        object = hs_retention_dominator(s->retention, object);
        depth++;
    }
    return depth;
}

/* A target, so many steps below the node that it is folded into. */
struct target {
    uint32_t depth, number, object;
};

/* Steps back from all in the queue that has a place before DEPTH - 1. */
static void step_back_to(struct search *s, uint32_t depth)
{
    while (s->head < s->tail && s->distance[s->queue[s->head]] + 1 < depth)
        step_back(s, s->queue[s->head++]);
}

static void start(struct search *s, const struct target *target)
{
    if (s->next[target->number])
        return;
    if (target->depth)
        s->leaf[target->number] = target->object;
    enqueue(s, target->number, target->number, target->depth);
}

/* Searches from TARGETS back.  What is steps away from its node waits until all
 * that is nearer is in the queue, or a way that is longer could be found first;
 * and of targets that are folded into one another only the first counts. */
static void search_back(struct search *s, const uint32_t *targets, size_t count)
{
    struct target *all = hs_arena_alloc(s->scratch, count * sizeof(*all));
    uint32_t deepest = 0;

    for (size_t i = 0; i < count; i++) {
        all[i].object = targets[i];
        all[i].depth = depth_of(s, targets[i], &all[i].number);
        if (all[i].number && all[i].depth > deepest)
            deepest = all[i].depth;
    }
    for (uint32_t depth = 0; depth <= deepest; depth++) {
        step_back_to(s, depth);
        for (size_t i = 0; i < count; i++)
            if (all[i].number && all[i].depth == depth)
                start(s, &all[i]);
    }
    step_back_to(s, UINT32_MAX);
}

static int by_rank(const void *a, const void *b)
{
    const struct way *x = a, *y = b;

    if (x->best != y->best)
        return x->best ? -1 : 1;
    if (x->best && x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    if (x->deferred != y->deferred)
        return x->deferred ? 1 : -1;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    if (x->holder != y->holder)
        return x->holder < y->holder ? -1 : 1;
    return (x->first > y->first) - (x->first < y->first);
}

/* Marks the shortest way of each unit and returns how many units there are. */
static uint64_t mark_best(struct search *s)
{
    struct way *ways = s->ways.at;
    struct hs_map best;
    uint64_t units = 0;

    if (s->ways.count == 0)
        return 0;
    qsort(ways, s->ways.count, sizeof(*ways), by_rank);
    hs_map_init(&best, s->scratch, 64);
    for (uint32_t i = 0; i < s->ways.count; i++) {
        if (hs_map_add(&best, ways[i].unit, i) != i)
            continue;
        ways[i].best = true;
        units++;
    }
    qsort(ways, s->ways.count, sizeof(*ways), by_rank);
    return units;
}

/* How many different ones OBJECTS are. */
static uint32_t count_different(const struct hs_heap *heap,
                                const struct hs_column *objects)
{
    const uint64_t *at = objects->at;
    uint32_t different = objects->count != 0;

    if (objects->count > 1)
        hs_sort_u64(objects->at, objects->count, 0,
                    hs_sort_bits(hs_heap_count(heap)), objects->arena);
    for (size_t i = 1; i < objects->count; i++)
        different += at[i] != at[i - 1];
    return different;
}

/* Is object A of B's size and, as far as that is known, of its type? */
static bool is_like(const struct hs_heap *heap, uint32_t a, uint32_t b)
{
    uint32_t x = hs_names_typing(heap->names, a);
    uint32_t y = hs_names_typing(heap->names, b);

    return hs_heap_size(heap, a) == hs_heap_size(heap, b) &&
           hs_typing_type(x) == hs_typing_type(y) &&
           hs_typing_shape(x) == hs_typing_shape(y);
}

/* Where object FROM points to STEP's, and to how many like it. */
static void look_up_reference(const struct hs_heap *heap, uint32_t from,
                              struct hs_path_step *step,
                              struct hs_arena *passing)
{
    struct hs_memory memory = hs_heap_memory(heap, from);
    struct hs_fields fields = hs_fields_of(&memory);
    struct hs_column alike = HS_COLUMN(uint64_t, passing);
    uint64_t offset, last = UINT64_MAX;

    while (hs_fields_next(&fields, &offset)) {
        uint64_t object;

        if (memory.size < heap->pointer_size ||
            offset > memory.size - heap->pointer_size)
            continue;
        object = hs_heap_find(heap, hs_heap_word(heap, memory.bytes + offset));
        if (object == HS_NO_OBJECT || object == last)
            continue;
        last = object;
        if (is_like(heap, (uint32_t)object, step->object))
            hs_column_push(&alike, &object);
        if (object == step->object && step->offset == HS_NO_OFFSET)
            step->offset = offset;
    }
    step->alike = alike.count ? count_different(heap, &alike) : 1;
}

/* Fills in offset and count of step NUMBER of a path whose objects are known.
 */
static void dress_step(const struct hs_heap *heap, struct hs_path_step *steps,
                       size_t number, struct hs_arena *passing)
{
    steps[number].offset = HS_NO_OFFSET;
    steps[number].alike = 1;
    if (number > 0)
        look_up_reference(heap, steps[number - 1].object, &steps[number],
                          passing);
    hs_arena_reset(passing);
}

/* Both ends; a step costs a walk over the objects of its page. */
void hs_paths_dress(const struct hs_heap *heap, struct hs_path_step *steps,
                    size_t count)
{
    struct hs_arena passing = HS_ARENA_EMPTY;

    for (size_t i = 0; i < count; i++) {
        if (i >= HS_PATH_ENDS && count - i > HS_PATH_ENDS)
            steps[i].offset = HS_NO_OFFSET;
        else
            dress_step(heap, steps, i, &passing);
    }
    hs_arena_free(&passing);
}

struct hs_path_step hs_paths_step(const struct hs_heap *heap,
                                  const struct hs_path *path, uint32_t number)
{
    struct hs_path_step step[2] = {{0}, path->steps[number]};
    struct hs_arena passing = HS_ARENA_EMPTY;

    if (step[1].alike)
        return step[1];
    step[0] = path->steps[number - 1];
    dress_step(heap, step, 1, &passing);
    hs_arena_free(&passing);
    return step[1];
}

static void push_object(struct hs_column *steps, uint32_t object)
{
    hs_column_push(steps, &(struct hs_path_step){.object = object});
}

/* Appends the objects from below the node that OBJECT is folded into on. */
static void push_folded(const struct search *s, struct hs_column *steps,
                        uint32_t object)
{
    uint32_t number, count = depth_of(s, object, &number);
    struct hs_path_step *step = hs_column_extend(steps, count);

    while (count-- > 0) {
        step[count] = (struct hs_path_step){.object = object};
        object = hs_retention_dominator(s->retention, object);
    }
}

static struct hs_path make_path(const struct search *s, const struct way *way,
                                struct hs_arena *arena)
{
    struct hs_column steps = HS_COLUMN(struct hs_path_step, arena);
    struct hs_path path = {.unit = way->unit,
                           .holder = way->holder,
                           .through = way->holder,
                           .count = way->count,
                           .goroutines = way->goroutines};
    uint32_t number = way->first;

    for (; number; number = s->next[number]) {
        uint32_t node = hs_retention_node(s->retention, number);

        if (node < objects_of(s))
            push_object(&steps, node);
        else
            path.through = node - objects_of(s);
        if (s->next[number] == number)
            break;
    }
    if (s->leaf[number] != HS_NO_OBJECT)
        push_folded(s, &steps, s->leaf[number]);
    hs_paths_dress(s->heap, steps.at, steps.count);
    path.steps = steps.at;
    path.step_count = (uint32_t)steps.count;
    return path;
}

static struct search search_open(const struct hs_heap *heap,
                                 const struct hs_holders *holders,
                                 const struct hs_retention *retention,
                                 struct hs_arena *scratch)
{
    struct search s = {.heap = heap,
                       .holders = holders,
                       .retention = retention,
                       .dom = hs_retention_numbers(retention),
                       .scratch = scratch};
    size_t count = (size_t)s.dom->count + 1;

    s.before = HS_COLUMN(uint32_t, scratch);
    s.next = hs_arena_zeroed(scratch, count, sizeof(uint32_t));
    s.distance = hs_arena_zeroed(scratch, count, sizeof(uint32_t));
    s.queue = hs_arena_alloc(scratch, count * sizeof(uint32_t));
    s.leaf = hs_arena_alloc(scratch, count * sizeof(uint32_t));
    for (size_t i = 0; i < count; i++)
        s.leaf[i] = HS_NO_OBJECT;
    s.ways = HS_COLUMN(struct way, scratch);
    hs_map_init(&s.known, scratch, 64);
    hs_map_init(&s.counted, scratch, 64);
    return s;
}

/* Forgets what the last search found, not what it was made from. */
static void search_clear(struct search *s)
{
    for (size_t i = 0; i < s->tail; i++) {
        s->next[s->queue[i]] = 0;
        s->leaf[s->queue[i]] = HS_NO_OBJECT;
    }
    s->head = s->tail = 0;
    s->ways.count = 0;
    hs_map_init(&s->known, s->scratch, 64);
    hs_map_init(&s->counted, s->scratch, 64);
}

/* Searches from TARGETS back, and keeps at most MOST of the ways found. */
static void search_run(struct search *s, const uint32_t *targets, size_t count,
                       size_t most, struct hs_arena *arena,
                       struct hs_paths *paths)
{
    struct hs_column found = HS_COLUMN(struct hs_path, arena);

    search_back(s, targets, count);
    paths->units = mark_best(s);
    paths->ways = s->ways.count;
    for (size_t i = 0; i < s->ways.count && (most == 0 || i < most); i++) {
        struct hs_path path =
            make_path(s, (const struct way *)s->ways.at + i, arena);

        hs_column_push(&found, &path);
    }
    paths->paths = found.at;
    paths->count = found.count;
}

void hs_paths_find(const struct hs_heap *heap, const struct hs_holders *holders,
                   const struct hs_retention *retention,
                   const uint32_t *targets, size_t target_count, size_t most,
                   struct hs_arena *arena, struct hs_arena *scratch,
                   struct hs_paths *paths)
{
    struct search s = search_open(heap, holders, retention, scratch);

    if (target_count > 1)
        s.weights = hs_paths_weigh(heap, holders, retention, targets,
                                   target_count, scratch);
    search_run(&s, targets, target_count, most, arena, paths);
}

void hs_paths_find_each(const struct hs_heap *heap,
                        const struct hs_holders *holders,
                        const struct hs_retention *retention,
                        const uint32_t *targets, size_t target_count,
                        size_t most, struct hs_arena *arena,
                        struct hs_arena *scratch, struct hs_paths *paths)
{
    struct search s = search_open(heap, holders, retention, scratch);

    for (size_t i = 0; i < target_count; i++) {
        search_clear(&s);
        search_run(&s, &targets[i], 1, most, arena, &paths[i]);
    }
}

void hs_paths_shortest(const struct hs_heap *heap,
                       const struct hs_holders *holders,
                       const struct hs_retention *retention, uint32_t node,
                       struct hs_arena *arena, struct hs_path *path)
{
    struct hs_column steps = HS_COLUMN(struct hs_path_step, arena);
    uint32_t objects = hs_heap_count(heap);
    struct hs_path_step *at;

    for (; node < objects; node = hs_retention_parent(retention, node))
        push_object(&steps, node);
    at = steps.at;
    for (size_t i = 0; i < steps.count / 2; i++) {
        struct hs_path_step other = at[steps.count - 1 - i];

        at[steps.count - 1 - i] = at[i];
        at[i] = other;
    }
    hs_paths_dress(heap, at, steps.count);
    *path = (struct hs_path){.unit = HS_NO_RECORD,
                             .holder = HS_NO_RECORD,
                             .through = HS_NO_RECORD,
                             .count = 1,
                             .goroutines = 1,
                             .step_count = (uint32_t)steps.count,
                             .steps = at};
    if (node == HS_NO_NODE)
        return;
    path->holder = path->through = path->unit = node - objects;
    for (; node != HS_NO_NODE; node = hs_retention_parent(retention, node)) {
        uint32_t holder = node - objects;

        path->unit = holder;
        if (holders->holders[path->through].kind == HS_HOLDER_GLOBAL)
            path->holder = holder;
        if (holders->holders[holder].unit)
            break;
    }
}

void hs_paths_descend(const struct hs_heap *heap,
                      const struct hs_retention *retention, uint32_t holder,
                      double keep, size_t most, struct hs_arena *arena,
                      struct hs_path *path)
{
    struct hs_column steps = HS_COLUMN(struct hs_path_step, arena);
    uint32_t objects = hs_heap_count(heap);
    uint32_t node = hs_retention_holder(retention, holder), child, all;

    *path = (struct hs_path){.unit = holder,
                             .holder = holder,
                             .through = holder,
                             .count = 1,
                             .goroutines = 1};
    while (steps.count < most &&
           hs_retention_children(retention, node, &child, 1, &all)) {
        double share = (double)hs_retention_bytes(retention, child) /
                       (double)hs_retention_bytes(retention, node);

        if (!(share >= keep))
            break;
        if (child < objects)
            push_object(&steps, child);
        else
            path->holder = path->through = child - objects;
        node = child;
    }
    hs_paths_dress(heap, steps.at, steps.count);
    path->steps = steps.at;
    path->step_count = (uint32_t)steps.count;
}

uint64_t hs_paths_offset(const struct hs_heap *heap, uint32_t from, uint32_t to)
{
    struct hs_memory memory = hs_heap_memory(heap, from);
    struct hs_fields fields = hs_fields_of(&memory);
    uint64_t offset;

    while (hs_fields_next(&fields, &offset))
        if (memory.size >= heap->pointer_size &&
            offset <= memory.size - heap->pointer_size &&
            hs_heap_find(heap, hs_heap_word(heap, memory.bytes + offset)) == to)
            return offset;
    return HS_NO_OFFSET;
}
