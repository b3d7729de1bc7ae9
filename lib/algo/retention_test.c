/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_test.c - retained sizes against taking a node away and seeing what
 * is no longer reached, on small heaps of every kind.
 */
#include "algo/retention.h"

#include <stdlib.h>
#include <string.h>

#include "algo/dump_test.h"
#include "base/test.h"

#define MOST_OBJECTS 48
#define MOST_HOLDERS 12
#define MOST_NODES   (MOST_OBJECTS + MOST_HOLDERS)
#define MOST_WORDS   6
#define MOST_ROOTS   24

/* A heap and its holders as plainly as can be: EDGE[a][b] is what counts. */
struct plain {
    struct test_dump dump;
    const struct hs_heap *heap;
    struct hs_holder holders[MOST_HOLDERS + 1];
    struct hs_root roots[MOST_ROOTS];
    struct hs_holder_edge edges[MOST_HOLDERS];
    uint32_t muted[MOST_OBJECTS], captive[MOST_OBJECTS];
    struct hs_holders all;
    uint32_t objects, nodes;
    uint64_t size[MOST_NODES]; /* 0 of holders */
    bool edge[MOST_NODES][MOST_NODES];
    bool reached[MOST_NODES];
};

static uint32_t draw(uint64_t *seed, uint32_t limit)
{
    uint64_t x = *seed += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((x ^ x >> 31) % limit);
}

/* Objects of a few size classes, a page for each with and without pointers;
 * pointers lead to starts and insides of objects, nowhere, and outside. */
static void make_objects(struct plain *p, uint64_t *seed)
{
    static const uint64_t classes[] = {16, 48, 1024, 65536, 1 << 20};
    uint32_t kinds = 1 + draw(seed, 5), leafy = draw(seed, 4);
    uint64_t addresses[MOST_OBJECTS], words[MOST_WORDS];
    bool leaf[MOST_OBJECTS];
    uint32_t targets[MOST_OBJECTS][MOST_WORDS];

    for (uint32_t i = 0; i < p->objects; i++) {
        uint32_t kind = draw(seed, kinds);

        leaf[i] = draw(seed, 4) < leafy;
        p->size[i] = classes[kind];
        addresses[i] =
            0xc000000000 + (uint64_t)kind * 0x10000000 + (leaf[i] ? 0x4000 : 0);
        /* Big ones each have pages of their own. */
        addresses[i] += kind > 2 ? i * (classes[kind] + 65536)
                                 : i * classes[kind] % 8192 +
                                       i * classes[kind] / 8192 * 0x10000;
    }
    for (uint32_t i = 0; i < p->objects; i++) {
        uint32_t count = leaf[i] ? 0 : draw(seed, p->size[i] == 16 ? 3 : 6);

        for (uint32_t w = 0; w < count; w++) {
            uint32_t t = targets[i][w] = draw(seed, p->objects + 2);

            words[w] = t < p->objects    ? addresses[t] + draw(seed, 16)
                       : t == p->objects ? 0
                                         : 0x1234567;
        }
        test_dump_object(&p->dump, addresses[i], p->size[i], count, words);
        for (uint32_t w = count; w < MOST_WORDS; w++)
            targets[i][w] = p->objects;
    }
    p->heap = test_dump_read(&p->dump);
    assert_int_equal(hs_heap_count(p->heap), p->objects);
    for (uint32_t i = 0; i < p->objects; i++) {
        uint32_t from = hs_heap_find(p->heap, addresses[i]);

        for (uint32_t w = 0; w < MOST_WORDS; w++)
            if (targets[i][w] < p->objects)
                p->edge[from][hs_heap_find(p->heap, addresses[targets[i][w]])] =
                    true;
    }
    for (uint32_t i = 0; i < p->objects; i++)
        p->size[i] = hs_heap_size(p->heap, i);
}

/* A tree of holders, numbered so that children stand together: holder 0, then
 * three below it, then some below those.  The last may have no parent. */
static void make_holders(struct plain *p, uint64_t *seed)
{
    uint32_t count = 4 + draw(seed, MOST_HOLDERS - 3), root = 0, edges = 0;
    bool orphan = draw(seed, 3) == 0;
    uint32_t base = p->objects;

    for (uint32_t h = 0; h < count; h++) {
        struct hs_holder *holder = &p->holders[h];

        *holder = (struct hs_holder){.kind = HS_HOLDER_GLOBAL,
                                     .unit = h > 3,
                                     .deferred = draw(seed, 4) == 0};
        holder->parent = h == 0   ? 0
                         : h <= 3 ? 0
                                  : 1 + (h - 4) * 3 / (count - 4);
        holder->first_child = h == 0 ? 1 : count;
        holder->first_root = root;
        if (h > 3 || draw(seed, 4) == 0)
            for (uint32_t n = draw(seed, 4); n && root < MOST_ROOTS; n--) {
                uint32_t object = draw(seed, p->objects);

                p->roots[root++].object = object;
                p->edge[base + h][object] = true;
            }
    }
    for (uint32_t h = count; h-- > 4;)
        p->holders[p->holders[h].parent].first_child = h;
    if (orphan && count > 4) {
        p->holders[count - 1].parent = count - 1;
        for (uint32_t h = 1; h <= 3; h++)
            if (p->holders[h].first_child == count - 1)
                p->holders[h].first_child = count;
    }
    p->holders[count] = (struct hs_holder){
        .first_child = count - (orphan && count > 4), .first_root = root};
    for (uint32_t h = count; h-- > 1;) /* of holders without children */
        if (p->holders[h].first_child > p->holders[h + 1].first_child)
            p->holders[h].first_child = p->holders[h + 1].first_child;
    for (uint32_t h = 0; h < count; h++)
        for (uint32_t c = p->holders[h].first_child;
             c < p->holders[h + 1].first_child; c++)
            p->edge[base + h][base + c] = true;
    for (uint32_t h = 4; h < count && draw(seed, 2); h++) {
        p->edges[edges] = (struct hs_holder_edge){h, 4 + draw(seed, count - 4)};
        p->edge[base + h][base + p->edges[edges].to] = true;
        edges++;
    }
    p->all = (struct hs_holders){.heap = p->heap,
                                 .holders = p->holders,
                                 .roots = p->roots,
                                 .edges = p->edges,
                                 .muted = p->muted,
                                 .captive = p->captive,
                                 .holder_count = count,
                                 .root_count = root,
                                 .edge_count = edges};
    p->nodes = p->objects + count;
}

static void silence(struct plain *p, uint64_t *seed)
{
    for (uint32_t i = 0; i < p->objects; i++) {
        if (draw(seed, 16) == 0) {
            p->muted[p->all.muted_count++] = i;
            memset(p->edge[i], 0, sizeof(p->edge[i]));
        }
        if (draw(seed, 16) == 0) {
            p->captive[p->all.captive_count++] = i;
            for (uint32_t from = 0; from < p->objects; from++)
                p->edge[from][i] = false;
        }
    }
}

/* What the heap reaches when WITHOUT is not there. */
static void reach(const struct plain *p, uint32_t without, bool *seen)
{
    uint32_t stack[MOST_NODES], top = 0;

    memset(seen, 0, MOST_NODES * sizeof(*seen));
    if (without == p->objects)
        return;
    seen[stack[top++] = p->objects] = true;
    while (top) {
        uint32_t from = stack[--top];

        for (uint32_t to = 0; to < p->nodes; to++)
            if (p->edge[from][to] && !seen[to] && to != without)
                seen[stack[top++] = to] = true;
    }
}

static void make(struct plain *p, uint64_t seed)
{
    memset(p, 0, sizeof(*p));
    p->objects = 1 + draw(&seed, MOST_OBJECTS);
    test_dump_open(&p->dump, "go1.21.0");
    make_objects(p, &seed);
    make_holders(p, &seed);
    if (draw(&seed, 2))
        silence(p, &seed);
    reach(p, HS_NO_NODE, p->reached);
}

static struct hs_retention *retain(const struct plain *p, unsigned threads,
                                   struct hs_arena *arena)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_retention *retention;
    struct hs_err err = HS_ERR_NONE;

    assert_true(hs_retention_new(p->heap, &p->all, threads, arena, &scratch,
                                 &retention, &err));
    hs_arena_free(&scratch);
    return retention;
}

static void check_node(const struct plain *p, const struct hs_retention *r,
                       uint32_t node, uint32_t *dominators)
{
    bool left[MOST_NODES];
    uint64_t bytes = 0, objects = 0;

    assert_int_equal(hs_retention_reached(r, node), p->reached[node]);
    if (!p->reached[node]) {
        assert_int_equal(hs_retention_dominator(r, node), HS_NO_NODE);
        assert_int_equal(hs_retention_parent(r, node), HS_NO_NODE);
        return;
    }
    reach(p, node, left);
    for (uint32_t i = 0; i < p->nodes; i++) {
        if (!p->reached[i] || left[i])
            continue;
        bytes += p->size[i];
        objects += i < p->objects;
        dominators[i]++;
    }
    assert_int_equal(hs_retention_bytes(r, node), bytes);
    assert_int_equal(hs_retention_objects(r, node), objects);
}

/* Of the nodes that dominate NODE, itself apart, the one that the most others
 * dominate. */
static void check_dominator(const struct plain *p, const struct hs_retention *r,
                            uint32_t node, const uint32_t *dominators)
{
    uint32_t above = hs_retention_dominator(r, node);
    bool left[MOST_NODES];

    if (node == p->objects) {
        assert_int_equal(above, HS_NO_NODE);
        return;
    }
    assert_true(above < p->nodes && above != node);
    reach(p, above, left);
    assert_false(left[node]);
    assert_int_equal(dominators[above] + 1, dominators[node]);
}

/* What a way costs: deferred holders on it first, then steps. */
static uint32_t cost_of(const struct plain *p, uint32_t node)
{
    bool deferred =
        node >= p->objects && p->holders[node - p->objects].deferred;

    return (deferred ? 1000 : 0) + 1;
}

static void check_ways(const struct plain *p, const struct hs_retention *r)
{
    uint32_t least[MOST_NODES];

    memset(least, 0x7f, sizeof(least));
    least[p->objects] = 0;
    for (uint32_t round = 0; round < p->nodes; round++)
        for (uint32_t from = 0; from < p->nodes; from++)
            for (uint32_t to = 0; to < p->nodes; to++)
                if (p->edge[from][to] && p->reached[from] &&
                    least[from] + cost_of(p, from) < least[to])
                    least[to] = least[from] + cost_of(p, from);
    for (uint32_t node = 0; node < p->nodes; node++) {
        uint32_t before;

        if (!p->reached[node] || node == p->objects)
            continue;
        before = hs_retention_parent(r, node);
        assert_true(before < p->nodes && p->edge[before][node]);
        assert_int_equal(least[before] + cost_of(p, before), least[node]);
    }
}

static void check_children(const struct plain *p, const struct hs_retention *r,
                           uint32_t node)
{
    uint32_t found[MOST_NODES], few[3], all, most, expected = 0;
    uint32_t count = hs_retention_children(r, node, found, MOST_NODES, &all);

    for (uint32_t i = 0; i < p->nodes; i++)
        if (hs_retention_dominator(r, i) == node && hs_retention_objects(r, i))
            expected++;
    assert_int_equal(count, expected);
    assert_int_equal(all, expected);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(hs_retention_dominator(r, found[i]), node);
        if (i) {
            uint64_t bytes = hs_retention_bytes(r, found[i]);
            uint64_t before = hs_retention_bytes(r, found[i - 1]);

            assert_true(before > bytes ||
                        (before == bytes && found[i - 1] < found[i]));
        }
    }
    most = hs_retention_children(r, node, few, 3, &all);
    assert_int_equal(all, expected);
    assert_int_equal(most, count < 3 ? count : 3);
    assert_memory_equal(few, found, most * sizeof(*few));
}

TEST(what_a_node_retains_is_what_goes_when_it_is_taken_away)
{
    struct plain *p = malloc(sizeof(*p));

    for (uint64_t seed = 1; seed < 1500; seed++) {
        struct hs_arena arena = HS_ARENA_EMPTY;
        uint32_t dominators[MOST_NODES] = {0};
        struct hs_retention *r;
        struct hs_totals t;
        uint64_t bytes = 0;

        make(p, seed);
        r = retain(p, 1 + (unsigned)(seed % 3), &arena);
        for (uint32_t i = 0; i < p->nodes; i++)
            check_node(p, r, i, dominators);
        for (uint32_t i = 0; i < p->nodes; i++) {
            if (p->reached[i]) {
                check_dominator(p, r, i, dominators);
                check_children(p, r, i);
                bytes += p->size[i];
            }
        }
        check_ways(p, r);
        t = hs_retention_totals(r);
        assert_int_equal(t.reachable_bytes, bytes);
        assert_int_equal(t.bytes, p->heap->object_bytes);
        hs_arena_free(&arena);
        test_dump_close(&p->dump);
    }
    free(p);
}

TEST(more_threads_do_not_change_what_is_retained)
{
    struct plain *p = malloc(sizeof(*p));

    for (uint64_t seed = 1; seed < 200; seed++) {
        struct hs_arena arena = HS_ARENA_EMPTY;
        struct hs_retention *r[3];

        make(p, seed);
        for (unsigned t = 0; t < 3; t++)
            r[t] = retain(p, t + 1, &arena);
        for (unsigned t = 1; t < 3; t++)
            for (uint32_t i = 0; i < p->nodes; i++) {
                assert_int_equal(hs_retention_bytes(r[t], i),
                                 hs_retention_bytes(r[0], i));
                assert_int_equal(hs_retention_dominator(r[t], i),
                                 hs_retention_dominator(r[0], i));
                assert_int_equal(hs_retention_parent(r[t], i),
                                 hs_retention_parent(r[0], i));
            }
        hs_arena_free(&arena);
        test_dump_close(&p->dump);
    }
    free(p);
}
