/* SPDX-License-Identifier: Apache-2.0 */
/*
 * paths_test.c - ways from holders to targets against all ways there are, on
 * small random dumps.
 */
#include "algo/paths.h"

#include <stdlib.h>
#include <string.h>

#include "algo/heap_random_test.h"
#include "algo/shapes_test.h"
#include "base/test.h"

#define FAR  1000
#define MANY 512

/* Fails with the seed. */
#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("seed %llu: %s", (unsigned long long)f->seed,             \
                     #condition);                                              \
    } while (0)

/* A way that there must be: all roots of holders that count as one. */
struct expected {
    uint32_t unit, holder, first; /* nodes; FIRST only of variables' ways */
    uint32_t length, count;
    bool from[RANDOM_NODES]; /* goroutines; or HOLDER, which is no such thing */
    bool deferred, found;
};

struct fixture {
    struct random_heap heap;
    struct hs_retention *retention;
    struct hs_names names;
    uint32_t typings[RANDOM_OBJECTS]; /* of every other heap; else 0 */
    uint64_t seed;
    bool target[RANDOM_NODES];
    uint32_t distance[RANDOM_NODES]; /* to a target, past no holder but those
                                      * that variables hold; or FAR */
    struct expected ways[MANY];
    uint32_t way_count, unit_count;
};

static void retain(struct fixture *f)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;

    CHECK(hs_retention_new(f->heap.heap, f->heap.holders, 1, &f->heap.arena,
                           &scratch, &f->retention, &err));
    hs_arena_free(&scratch);
}

/* Two types and their rows, or none. */
static void name_objects(struct fixture *f)
{
    uint64_t seed = f->seed;

    memset(f->typings, 0, sizeof(f->typings));
    f->names = (struct hs_names){.typings = f->typings};
    if (f->seed % 2 == 0)
        return;
    for (uint32_t i = 0; i < f->heap.objects; i++)
        f->typings[i] =
            hs_typing(hs_shape_draw(&seed, 3),
                      hs_shape_draw(&seed, 2) ? HS_SHAPE_ONE : HS_SHAPE_MANY,
                      HS_EVIDENCE_REACHED + hs_shape_draw(&seed, 2), false);
    f->heap.dump.snapshot.heap->names = &f->names;
}

static const struct hs_holder *holder_of(const struct fixture *f, uint32_t node)
{
    return &f->heap.holders->holders[node - f->heap.objects];
}

static bool is_held(const struct fixture *f, uint32_t node)
{
    return node > f->heap.objects &&
           holder_of(f, node)->parent == node - f->heap.objects;
}

static bool ends_way(const struct fixture *f, uint32_t node)
{
    return node >= f->heap.objects && !is_held(f, node);
}

static void measure(struct fixture *f)
{
    bool more = true;

    for (uint32_t v = 0; v < f->heap.nodes; v++)
        f->distance[v] = f->target[v] ? 0 : FAR;
    while (more) {
        more = false;
        for (uint32_t a = 0; a < f->heap.nodes; a++)
            for (uint32_t b = 0; b < f->heap.nodes; b++) {
                if (!f->heap.edge[a][b] || ends_way(f, a) ||
                    f->distance[b] + 1 >= f->distance[a])
                    continue;
                f->distance[a] = f->distance[b] + 1;
                more = true;
            }
    }
}

static uint32_t unit_of(const struct fixture *f, uint32_t node)
{
    uint32_t up = node;

    while (!holder_of(f, up)->unit) {
        if (holder_of(f, up)->parent == up - f->heap.objects)
            return node;
        up = holder_of(f, up)->parent + f->heap.objects;
    }
    return up;
}

/* paths.h: ways that only differ in which goroutine of a group they start
 * from, or which finalizer of a function, are one. */
static bool same_way(const struct fixture *f, const struct expected *way,
                     uint32_t unit, uint32_t holder, uint32_t first)
{
    const struct hs_holder *a = holder_of(f, way->holder);
    const struct hs_holder *b = holder_of(f, holder);
    const struct hs_frame *frames = f->heap.heap->frames.at;

    if (way->unit != unit || a->kind != b->kind)
        return false;
    if (a->kind == HS_HOLDER_FRAME)
        return hs_str_equal(frames[a->record].function,
                            frames[b->record].function);
    if (a->kind == HS_HOLDER_GOROUTINE || a->kind == HS_HOLDER_FINALIZER)
        return true;
    return way->holder == holder && way->first == first;
}

static void expect(struct fixture *f, uint32_t holder, uint32_t first)
{
    uint32_t unit = unit_of(f, holder), i = 0;
    struct expected *way;

    if (f->distance[first] >= FAR)
        return;
    while (i < f->way_count && !same_way(f, &f->ways[i], unit, holder, first))
        i++;
    CHECK(i < MANY);
    way = &f->ways[i];
    if (i == f->way_count) {
        f->way_count++;
        *way = (struct expected){
            .unit = unit, .holder = holder, .first = first, .length = FAR};
        way->deferred =
            random_heap_is_deferred(&f->heap, holder) ||
            random_heap_is_deferred(&f->heap, f->heap.objects +
                                                  holder_of(f, holder)->parent);
    }
    way->count++;
    way->from[holder_of(f, holder)->kind == HS_HOLDER_FRAME
                  ? f->heap.objects + holder_of(f, holder)->parent
                  : holder] = true;
    if (f->distance[first] < way->length)
        way->length = f->distance[first];
}

/* Each root and each edge of each holder that ends ways is one. */
static void expect_ways(struct fixture *f)
{
    const struct hs_holders *h = f->heap.holders;
    uint32_t objects = f->heap.objects;

    f->way_count = 0;
    for (uint32_t i = 0; i < h->holder_count; i++) {
        const struct hs_holder *holder = &h->holders[i];

        if (!ends_way(f, objects + i))
            continue;
        for (uint32_t k = holder->first_root; k < holder[1].first_root; k++)
            expect(f, objects + i, h->roots[k].object);
        for (size_t e = 0; e < h->edge_count; e++)
            if (h->edges[e].from == i && is_held(f, objects + h->edges[e].to))
                expect(f, objects + i, objects + h->edges[e].to);
        if (holder->kind == HS_HOLDER_CLEANUPS) /* has no roots of its own */
            for (uint32_t o = 0; o < objects; o++)
                if (f->heap.edge[objects + i][o])
                    expect(f, objects + i, o);
    }
    f->unit_count = 0;
    for (uint32_t i = 0; i < f->way_count; i++) {
        bool first = true;

        for (uint32_t k = 0; k < i; k++)
            first &= f->ways[k].unit != f->ways[i].unit;
        f->unit_count += first;
    }
}

/* How many variables stand between HOLDER and what it points to, THROUGH
 * included; FAR if none leads there. */
static uint32_t variables_between(const struct fixture *f, uint32_t holder,
                                  uint32_t through)
{
    bool at[RANDOM_NODES] = {0}, next[RANDOM_NODES];

    at[holder] = true;
    for (uint32_t steps = 0; steps < f->heap.nodes; steps++) {
        if (at[through])
            return steps;
        memset(next, 0, sizeof(next));
        for (uint32_t a = f->heap.objects; a < f->heap.nodes; a++)
            for (uint32_t b = f->heap.objects; b < f->heap.nodes; b++)
                next[b] |= at[a] && f->heap.edge[a][b] && is_held(f, b);
        memcpy(at, next, sizeof(at));
    }
    return FAR;
}

static uint32_t object_at(const struct fixture *f, uint64_t address)
{
    for (uint32_t i = 0; i < f->heap.objects; i++)
        if (address - f->heap.object[i].address < f->heap.object[i].size)
            return i;
    return HS_NO_OBJECT;
}

static bool is_alike(const struct fixture *f, uint32_t a, uint32_t b)
{
    uint32_t differ = f->typings[a] ^ f->typings[b]; /* not how it is known */

    return f->heap.object[a].size == f->heap.object[b].size &&
           (differ & hs_typing(HS_MOST_TYPES - 1, 15, 0, false)) == 0;
}

/* STEP's reference is a pointer word of FROM that leads to it, the first one,
 * and as many different objects of its size and type are pointed to as it says.
 */
static void check_reference(const struct fixture *f, uint32_t from,
                            const struct hs_path_step *step)
{
    const struct random_object *object = &f->heap.object[from];
    bool seen[RANDOM_OBJECTS] = {0};
    uint32_t alike = 0;
    uint64_t offset = HS_NO_OFFSET;

    for (uint32_t w = 0; w < object->count; w++) {
        uint32_t to = object_at(f, object->words[w]);

        if (!(object->mask >> w & 1) || to == HS_NO_OBJECT)
            continue;
        if (to == step->object && offset == HS_NO_OFFSET)
            offset = w * 8;
        alike += !seen[to] && is_alike(f, to, step->object);
        seen[to] = true;
    }
    HOLDS(offset != HS_NO_OFFSET);
    HOLDS(step->offset == offset);
    HOLDS(step->alike == alike);
}

static void check_chain(const struct fixture *f, const struct hs_path *path)
{
    uint32_t through = path->through + f->heap.objects;

    HOLDS(path->step_count > 0);
    HOLDS(f->heap.edge[through][path->steps[0].object]);
    HOLDS(path->steps[0].offset == HS_NO_OFFSET && path->steps[0].alike == 1);
    for (uint32_t i = 1; i < path->step_count; i++) {
        uint32_t from = path->steps[i - 1].object;

        HOLDS(f->heap.edge[from][path->steps[i].object]);
        check_reference(f, from, &path->steps[i]);
    }
}

static void check_starts(const struct fixture *f, const struct expected *way,
                         const struct hs_path *path)
{
    uint32_t starts = 0;

    for (uint32_t v = 0; v < f->heap.nodes; v++)
        starts += way->from[v];
    HOLDS(path->goroutines == starts);
}

/* The way that PATH is one of: it has its count and its length, and was not
 * told before. */
static const struct expected *check_path(struct fixture *f,
                                         const struct hs_path *path)
{
    uint32_t holder = path->holder + f->heap.objects;
    uint32_t unit = path->unit + f->heap.objects;
    uint32_t through = path->through + f->heap.objects, i = 0, length;

    check_chain(f, path);
    HOLDS(f->target[path->steps[path->step_count - 1].object]);
    length = path->step_count - 1;
    length += variables_between(f, holder, through);
    HOLDS(length < FAR);
    for (; i < f->way_count; i++) {
        const struct expected *way = &f->ways[i];

        /* Of a variable's ways to other variables, any as long will do. */
        if (same_way(f, way, unit, holder, way->first) && !way->found &&
            way->length == length && way->count == path->count &&
            (through != holder ||
             holder_of(f, holder)->kind == HS_HOLDER_FRAME ||
             holder_of(f, holder)->kind == HS_HOLDER_GOROUTINE ||
             holder_of(f, holder)->kind == HS_HOLDER_FINALIZER ||
             way->first == path->steps[0].object))
            break;
    }
    HOLDS(i < f->way_count);
    f->ways[i].found = true;
    check_starts(f, &f->ways[i], path);
    return &f->ways[i];
}

/* The shared row that has NODE, or NULL. */
static const struct hs_shared *share_of(const struct fixture *f, uint32_t node)
{
    uint32_t number = hs_retention_number_above(f->retention, node);
    size_t count;
    const struct hs_shared *all = hs_retention_shared(f->retention, &count);

    for (; number; number = hs_retention_numbers(f->retention)->idom[number])
        for (size_t s = 0; s < count; s++)
            for (uint32_t t = 0; t < all[s].top_count; t++)
                if (all[s].tops[t] == number)
                    return &all[s];
    return NULL;
}

/* The uppermost unit that dominates NODE, or HS_NO_NODE. */
static uint32_t unit_above(const struct fixture *f, uint32_t node)
{
    uint32_t unit = HS_NO_NODE;

    for (; node != HS_NO_NODE; node = f->heap.idom[node])
        if (node >= f->heap.objects && holder_of(f, node)->unit)
            unit = node;
    return unit;
}

/* How much of the targets UNIT has. */
static uint64_t weigh(const struct fixture *f, uint32_t unit)
{
    uint64_t bytes = 0;

    for (uint32_t o = 0; o < f->heap.objects; o++) {
        const struct hs_shared *share;
        bool owned = false, its = false;

        if (!f->target[o] || !f->heap.reached[o])
            continue;
        if (unit_above(f, o) != HS_NO_NODE) {
            bytes += unit_above(f, o) == unit ? f->heap.object[o].size : 0;
            continue;
        }
        share = share_of(f, o);
        for (uint32_t i = 0; share && i < share->holder_count; i++) {
            uint32_t holder = share->holders[i] + f->heap.objects;

            owned |= holder_of(f, holder)->kind != HS_HOLDER_GROUP;
            its |= holder == unit;
        }
        if (its && (!owned || holder_of(f, unit)->kind != HS_HOLDER_GROUP))
            bytes += f->heap.object[o].size;
    }
    return bytes;
}

static bool in_order(const struct expected *a, const struct expected *b)
{
    return a->deferred < b->deferred ||
           (a->deferred == b->deferred && a->length <= b->length);
}

static bool is_best(const struct fixture *f, const struct expected *way)
{
    for (uint32_t i = 0; i < f->way_count; i++) {
        const struct expected *other = &f->ways[i];

        if (other->unit == way->unit &&
            (other->deferred != way->deferred ? way->deferred
                                              : other->length < way->length))
            return false;
    }
    return true;
}

static void check_all(struct fixture *f, const struct hs_paths *paths,
                      bool one_target)
{
    uint32_t units[RANDOM_NODES], count = 0;
    const struct expected *before = NULL;

    HOLDS(paths->units == f->unit_count);
    HOLDS(paths->ways == f->way_count);
    HOLDS(paths->count == f->way_count);
    for (size_t i = 0; i < paths->count; i++) {
        const struct expected *way = check_path(f, &paths->paths[i]);

        if (i == f->unit_count)
            before = NULL;
        if (i < f->unit_count) {
            HOLDS(is_best(f, way));
            for (uint32_t k = 0; k < count; k++)
                HOLDS(units[k] != way->unit);
            units[count++] = way->unit;
        }
        if (before && (one_target || i > f->unit_count ||
                       weigh(f, before->unit) == weigh(f, way->unit)))
            HOLDS(in_order(before, way));
        else if (before)
            HOLDS(weigh(f, before->unit) > weigh(f, way->unit));
        before = way;
    }
}

/* With a limit, the first of all. */
static void check_limited(struct fixture *f, const struct hs_paths *all,
                          const uint32_t *targets, size_t count, size_t most)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_paths some;

    hs_paths_find(f->heap.heap, f->heap.holders, f->retention, targets, count,
                  most, &f->heap.arena, &scratch, &some);
    HOLDS(some.count == (most < all->count ? most : all->count));
    HOLDS(some.units == all->units && some.ways == all->ways);
    for (size_t i = 0; i < some.count; i++) {
        const struct hs_path *a = &some.paths[i], *b = &all->paths[i];

        HOLDS(a->holder == b->holder && a->step_count == b->step_count);
        HOLDS(memcmp(a->steps, b->steps, a->step_count * sizeof(*a->steps)) ==
              0);
    }
    hs_arena_free(&scratch);
}

static void check_targets(struct fixture *f, uint32_t rare, uint64_t *seed)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    uint32_t targets[RANDOM_OBJECTS];
    struct hs_paths paths;
    size_t count = 0;

    memset(f->target, 0, sizeof(f->target));
    for (uint32_t o = 0; o < f->heap.objects; o++) {
        if (hs_shape_draw(seed, rare))
            continue;
        f->target[o] = true;
        targets[count++] = o;
    }
    measure(f);
    expect_ways(f);
    hs_paths_find(f->heap.heap, f->heap.holders, f->retention, targets, count,
                  0, &f->heap.arena, &scratch, &paths);
    check_all(f, &paths, count == 1);
    check_limited(f, &paths, targets, count, 1 + hs_shape_draw(seed, 8));
    hs_arena_free(&scratch);
}

static void check_shortest(struct fixture *f, uint32_t object)
{
    struct hs_path path;
    uint32_t node, at = object;

    hs_paths_shortest(f->heap.heap, f->heap.holders, f->retention, object,
                      &f->heap.arena, &path);
    check_chain(f, &path);
    for (uint32_t i = path.step_count; i--;
         at = hs_retention_parent(f->retention, at))
        HOLDS(path.steps[i].object == at);
    HOLDS(at == path.through + f->heap.objects);
    node = path.holder + f->heap.objects;
    HOLDS(ends_way(f, node) && variables_between(f, node, at) < FAR);
    HOLDS(unit_of(f, node) == path.unit + f->heap.objects);
}

/* The child of NODE that retains most, or HS_NO_NODE. */
static uint32_t biggest_child(const struct random_heap *r, uint32_t node)
{
    uint32_t best = HS_NO_NODE;

    for (uint32_t c = 0; c < r->nodes; c++)
        if (r->idom[c] == node && r->retained[c] &&
            (best == HS_NO_NODE || r->bytes[c] > r->bytes[best]))
            best = c;
    return best;
}

static void check_descent(struct fixture *f, uint32_t holder, double keep,
                          size_t most)
{
    const struct random_heap *r = &f->heap;
    uint32_t node = holder, child, steps = 0, last = holder;
    struct hs_path path;

    hs_paths_descend(r->heap, f->retention, holder - r->objects, keep, most,
                     &f->heap.arena, &path);
    HOLDS(path.unit == holder - r->objects);
    while (steps < most && (child = biggest_child(r, node)) != HS_NO_NODE) {
        if (!((double)r->bytes[child] / (double)r->bytes[node] >= keep))
            break;
        if (child < r->objects) {
            HOLDS(steps < path.step_count);
            HOLDS(path.steps[steps].object == child);
            steps++;
        } else {
            last = child;
        }
        node = child;
    }
    HOLDS(path.step_count == steps);
    HOLDS(path.holder == last - r->objects);
}

static void check_heap(struct fixture *f)
{
    uint64_t seed = f->seed;

    name_objects(f);
    retain(f);
    check_targets(f, 1 + f->heap.objects / 2, &seed);
    check_targets(f, f->heap.objects, &seed);
    check_targets(f, 3, &seed);
    for (uint32_t o = 0; o < f->heap.objects; o++)
        if (f->heap.reached[o])
            check_shortest(f, o);
    for (uint32_t h = f->heap.objects; h < f->heap.nodes; h++) {
        check_descent(f, h, 0.7, 6);
        check_descent(f, h, 0, 2);
        check_descent(f, h, 0.3, 100);
    }
}

TEST(paths_are_all_ways_there_are_the_shortest_of_each_unit_first)
{
    struct fixture *f = malloc(sizeof(*f));

    for (f->seed = 1; f->seed <= 1000; f->seed++) {
        if (!random_heap_open(&f->heap, f->seed))
            continue;
        check_heap(f);
        random_heap_close(&f->heap);
    }
    free(f);
}
