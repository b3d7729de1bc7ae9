/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retention_deep_test.c - heaps that are one tree, of shapes that fold to any
 * depth: what a node retains is what its subtree has.
 */
#include <stdlib.h>

#include "algo/dump_test.h"
#include "algo/heap_case.h"
#include "algo/heap_sound.h"
#include "algo/paths.h"
#include "base/test.h"

#define BASE 0xc000000000

/* Node 0 is the root; a node comes behind its parent. */
struct tree {
    uint32_t count, room;
    uint32_t *parent;
    uint32_t *children; /* how many */
    uint64_t *address, *size;
    uint32_t *object;
    uint64_t *bytes, *objects; /* what the subtree has */
    struct test_dump dump;
    struct hs_arena arena;
    const struct hs_heap_case *c;
};

static void open_tree(struct tree *t, uint32_t room)
{
    *t = (struct tree){.count = 1, .room = room, .arena = HS_ARENA_EMPTY};
    t->parent = hs_arena_zeroed(&t->arena, room, sizeof(*t->parent));
    t->children = hs_arena_zeroed(&t->arena, room, sizeof(*t->children));
    t->address = hs_arena_zeroed(&t->arena, room, sizeof(*t->address));
    t->size = hs_arena_zeroed(&t->arena, room, sizeof(*t->size));
    t->object = hs_arena_zeroed(&t->arena, room, sizeof(*t->object));
    t->bytes = hs_arena_zeroed(&t->arena, room, sizeof(*t->bytes));
    t->objects = hs_arena_zeroed(&t->arena, room, sizeof(*t->objects));
}

static void close_tree(struct tree *t)
{
    hs_arena_free(&t->arena);
    test_dump_close(&t->dump);
}

/* Hangs a chain of LENGTH nodes below PARENT; returns the last. */
static uint32_t add_chain(struct tree *t, uint32_t parent, uint32_t length)
{
    for (; length; length--) {
        CHECK(t->count < t->room);
        t->parent[t->count] = parent;
        t->children[parent]++;
        parent = t->count++;
    }
    return parent;
}

/* Nodes of one size fill pages; they stand there from the last to the first if
 * BACKWARDS. */
static void place(struct tree *t, bool backwards)
{
    uint32_t *placed = hs_arena_zeroed(&t->arena, 4096, sizeof(*placed));

    for (uint32_t i = 0; i < t->count; i++) {
        uint32_t node = backwards ? t->count - 1 - i : i;
        uint64_t eights = t->children[node] < 2 ? 2 : t->children[node];
        uint64_t region = BASE + (eights << 24), slots = 8192 / (eights * 8);

        t->size[node] = eights * 8;
        CHECK(slots > 0);
        t->address[node] = region + placed[eights] / slots * 8192 +
                           placed[eights] % slots * eights * 8;
        placed[eights]++;
    }
}

/* Dumps the nodes and finds out what they retain, on THREADS threads. */
static void read_tree(struct tree *t, unsigned threads)
{
    struct hs_err err = HS_ERR_NONE;
    uint64_t words[1024];

    test_dump_open(&t->dump, "go1.21.0"); /* all of a page is slots */
    for (uint32_t node = 0; node < t->count; node++) {
        uint32_t found = 0;

        for (uint32_t child = node + 1;
             child < t->count && found < t->children[node]; child++)
            if (t->parent[child] == node)
                words[found++] = t->address[child];
        test_dump_object(&t->dump, t->address[node], t->size[node], found,
                         words);
    }
    test_dump_segment(&t->dump, true, 0x500000, 1, &t->address[0]);
    t->c = hs_heap_case_new(test_dump_read(&t->dump), threads, &t->arena, &err);
    assert_non_null(t->c);
    for (uint32_t node = t->count; node-- > 0;) {
        t->object[node] = hs_heap_find(t->c->heap, t->address[node]);
        t->bytes[node] += t->size[node];
        t->objects[node]++;
        if (node) {
            t->bytes[t->parent[node]] += t->bytes[node];
            t->objects[t->parent[node]] += t->objects[node];
        }
    }
}

/* Returns how many nodes are folded. */
static uint32_t check_tree(const struct tree *t)
{
    const struct hs_retention *r = t->c->retention;
    struct hs_arena scratch = HS_ARENA_EMPTY;
    uint32_t folded = 0;

    for (uint32_t node = 0; node < t->count; node++) {
        uint32_t object = t->object[node], child, all;
        uint32_t above = t->object[t->parent[node]];

        assert_true(hs_retention_reached(r, object));
        assert_int_equal(hs_retention_bytes(r, object), t->bytes[node]);
        assert_int_equal(hs_retention_objects(r, object), t->objects[node]);
        hs_retention_children(r, object, &child, 1, &all);
        assert_int_equal(all, t->children[node]);
        folded += hs_retention_number(r, object) == 0;
        if (node == 0)
            continue;
        assert_int_equal(hs_retention_dominator(r, object), above);
        assert_int_equal(hs_retention_parent(r, object), above);
    }
    assert_null(hs_heap_unsound(t->c, &scratch));
    hs_arena_free(&scratch);
    return folded;
}

/* The only way to each node has all that is above it. */
static void check_ways(struct tree *t)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;

    for (uint32_t node = 0; node < t->count; node += 1 + t->count / 50) {
        struct hs_paths paths;
        uint32_t up = node;

        hs_paths_find(t->c->heap, t->c->holders, t->c->retention,
                      &t->object[node], 1, 0, &scratch, &scratch, &paths);
        assert_int_equal(paths.count, 1);
        for (uint32_t s = paths.paths[0].step_count; s-- > 0;) {
            assert_int_equal(paths.paths[0].steps[s].object, t->object[up]);
            assert_int_equal(up == 0, s == 0);
            up = t->parent[up];
        }
        hs_arena_free(&scratch);
    }
}

/* Returns how many nodes of the tree that PLANT makes are folded. */
static uint32_t check_shape(void (*plant)(struct tree *t))
{
    uint32_t folded[4];

    for (unsigned i = 0; i < 4; i++) {
        struct tree t;

        open_tree(&t, 20000);
        plant(&t);
        place(&t, i & 1);
        read_tree(&t, 1 + i / 2);
        folded[i] = check_tree(&t);
        check_ways(&t);
        close_tree(&t);
        assert_int_equal(folded[i], folded[0]);
    }
    return folded[0];
}

static void plant_list(struct tree *t)
{
    add_chain(t, 0, 5000);
}

static void plant_binary(struct tree *t)
{
    for (uint32_t node = 0; node < 1023; node++) {
        add_chain(t, node, 1);
        add_chain(t, node, 1);
    }
}

static void plant_chains(struct tree *t)
{
    for (unsigned i = 0; i < 300; i++)
        add_chain(t, 0, 1 + i % 7);
}

/* More than a row without words of its own has room for. */
static void plant_fans(struct tree *t)
{
    for (unsigned i = 0; i < 20; i++) {
        uint32_t fan = add_chain(t, 0, 1);

        for (unsigned k = 0; k < 100; k++)
            add_chain(t, fan, 1 + (i + k) % 4);
    }
}

TEST(a_list_folds_from_its_end_but_not_all_of_it)
{
    uint32_t folded = check_shape(plant_list);

    CHECK(folded > 1 && folded < 10);
}

TEST(small_trees_are_folded_into_what_holds_them)
{
    CHECK(check_shape(plant_binary) > 1024 + 512 + 256);
    CHECK(check_shape(plant_chains) > 600);
}

TEST(what_has_no_room_for_more_folds_keeps_them_as_nodes)
{
    uint32_t folded = check_shape(plant_fans);

    CHECK(folded > 20 * 100 && folded < 20 * 250);
}
