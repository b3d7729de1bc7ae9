/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kinds_test.c - what hangs below some nodes, by kind, against the plain way on
 * small random heaps; and the way down along it, on heaps made by hand.
 */
#include "algo/kinds.h"

#include <stdlib.h>
#include <string.h>

#include "algo/heap_case.h"
#include "algo/heap_random_test.h"
#include "algo/paths.h"
#include "algo/shapes_test.h"
#include "base/test.h"

#define WORDS(...)                                                             \
    sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[])                        \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

/* Types: 1 a node, 2 a value, 3 a map, 4 bytes. */
enum { NODE = 1, VALUE, MAP, BYTES };

static const struct hs_go_type types[] = {
    {.size = 0},
    {.name = {"main.Node", 9}, .has_pointers = true},
    {.name = {"main.Value", 10}, .has_pointers = true},
    {.name = {"map[string]*main.Value", 22}, .has_pointers = true},
    {.name = {"uint8", 5}},
};

static void name_types(struct hs_names *names, uint32_t *typings)
{
    *names = (struct hs_names){.typings = typings};
    names->types = (struct hs_column){.at = (void *)(uintptr_t)types,
                                      .count = sizeof(types) / sizeof(*types),
                                      .size = sizeof(*types)};
}

struct fixture {
    struct random_heap heap;
    struct hs_retention *retention;
    struct hs_names names;
    uint32_t typings[RANDOM_OBJECTS];
    uint64_t seed;
};

#define HOLDS(condition)                                                       \
    do {                                                                       \
        if (!(condition))                                                      \
            fail_msg("seed %llu: %s", (unsigned long long)f->seed,             \
                     #condition);                                              \
    } while (0)

/* Any type, or none, or a guess; parts of maps among them. */
static void draw_typings(struct fixture *f, uint64_t *seed)
{
    static const enum hs_shape shapes[] = {HS_SHAPE_ONE, HS_SHAPE_MANY,
                                           HS_SHAPE_MAP, HS_SHAPE_MAP_GROUPS,
                                           HS_SHAPE_MAP_TABLE};

    for (uint32_t i = 0; i < f->heap.objects; i++) {
        enum hs_shape shape = shapes[hs_shape_draw(seed, 5)];
        uint32_t type = shape >= HS_SHAPE_MAP ? MAP : hs_shape_draw(seed, 3);

        f->typings[i] = hs_typing(
            type, shape,
            type ? (enum hs_evidence)(1 + hs_shape_draw(seed, 5)) : 0, false);
    }
}

/* What kinds_find should say, the slow way. */
struct plain {
    bool joins, part[RANDOM_NODES], seen[RANDOM_NODES];
    uint64_t own, own_bytes;
    uint32_t joined;
    bool inner;
};

static void expand(const struct fixture *f, struct plain *plain)
{
    bool more = true;

    while (more) {
        more = false;
        for (uint32_t v = 0; v < f->heap.nodes; v++) {
            uint32_t above = f->heap.idom[v];
            bool part = v < f->heap.objects &&
                        hs_typing_shape(f->typings[v]) > HS_SHAPE_MAP &&
                        hs_typing_shape(f->typings[v]) <= HS_SHAPE_MAP_EXTRA;
            bool own = plain->joins && hs_kind_of(f->heap.heap, f->heap.holders,
                                                  v) == plain->own;

            if (plain->seen[v] || above == HS_NO_NODE || !plain->seen[above] ||
                f->heap.bytes[v] == 0)
                continue;
            if (!own && !part)
                continue;
            plain->seen[v] = more = true;
            plain->joined += own;
            plain->inner |= !own;
            plain->own_bytes += part ? 0 : f->heap.object[v].size;
        }
    }
}

static void check_kind(const struct fixture *f, const struct plain *plain,
                       const struct hs_kind *kind)
{
    uint64_t bytes = 0, objects = 0, largest = 0;
    uint32_t count = 0;

    for (uint32_t v = 0; v < f->heap.nodes; v++) {
        uint32_t above = f->heap.idom[v];

        if (plain->seen[v] || above == HS_NO_NODE || !plain->seen[above] ||
            f->heap.bytes[v] == 0 ||
            hs_kind_of(f->heap.heap, f->heap.holders, v) != kind->key)
            continue;
        bytes += f->heap.bytes[v];
        objects += f->heap.retained[v];
        count++;
        if (f->heap.bytes[v] > largest)
            largest = f->heap.bytes[v];
    }
    HOLDS(kind->count == count && kind->members.count == count && count > 0);
    HOLDS(kind->bytes == bytes && kind->objects == objects);
    HOLDS(f->heap.bytes[kind->largest] == largest);
    HOLDS(hs_kind_of(f->heap.heap, f->heap.holders, kind->largest) ==
          kind->key);
}

static void check_node(struct fixture *f, uint32_t node, bool join)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_kinds kinds = hs_kinds_find(f->heap.heap, f->heap.holders,
                                          f->retention, &node, 1, join, &arena);
    const struct hs_kind *list = kinds.list.at;
    struct plain plain = {0};
    uint64_t below = 0, sum = 0;

    plain.own = hs_kind_of(f->heap.heap, f->heap.holders, node);
    plain.joins = join && node < f->heap.objects &&
                  hs_typing_type(f->typings[node]) != HS_NO_TYPE;
    plain.seen[node] = true;
    if (node < f->heap.objects &&
        hs_typing_shape(f->typings[node]) <= HS_SHAPE_MAP)
        plain.own_bytes = f->heap.object[node].size;
    expand(f, &plain);
    HOLDS(kinds.joined == plain.joined && kinds.inner == plain.inner);
    HOLDS(kinds.own_bytes == plain.own_bytes);
    for (size_t i = 0; i < kinds.list.count; i++) {
        check_kind(f, &plain, &list[i]);
        HOLDS(i == 0 || list[i].bytes <= list[i - 1].bytes);
        sum += list[i].bytes;
    }
    for (uint32_t v = 0; v < f->heap.nodes; v++)
        if (!plain.seen[v] && f->heap.idom[v] != HS_NO_NODE &&
            plain.seen[f->heap.idom[v]])
            below += f->heap.bytes[v];
    HOLDS(sum == below);
    hs_arena_free(&arena);
}

static void check_heap(struct fixture *f)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    uint64_t seed = f->seed;

    draw_typings(f, &seed);
    name_types(&f->names, f->typings);
    f->heap.dump.snapshot.heap->names = &f->names;
    CHECK(hs_retention_new(f->heap.heap, f->heap.holders, 1, &f->heap.arena,
                           &scratch, &f->retention, &err));
    hs_arena_free(&scratch);
    for (uint32_t node = 0; node < f->heap.nodes; node++) {
        if (!f->heap.reached[node])
            continue;
        check_node(f, node, false);
        check_node(f, node, true);
    }
}

TEST(kinds_below_a_node_are_those_of_the_plain_way)
{
    struct fixture *f = malloc(sizeof(*f));

    for (f->seed = 1; f->seed <= 400; f->seed++) {
        if (!random_heap_open(&f->heap, f->seed))
            continue;
        check_heap(f);
        random_heap_close(&f->heap);
    }
    free(f);
}

TEST(objects_are_of_a_kind_by_type_and_shape_or_else_by_size)
{
    uint32_t typings[] = {
        hs_typing(NODE, HS_SHAPE_ONE, HS_EVIDENCE_REACHED, false),
        hs_typing(NODE, HS_SHAPE_ONE, HS_EVIDENCE_HEADER, true),
        hs_typing(NODE, HS_SHAPE_MANY, HS_EVIDENCE_REACHED, false),
        hs_typing(NODE, HS_SHAPE_ONE, HS_EVIDENCE_GUESS, false),
        0,
        0,
    };
    struct test_dump dump;
    struct hs_names names;
    const struct hs_heap *heap;
    uint64_t kind[6];

    test_dump_open(&dump, "go1.24.0");
    for (uint64_t i = 0; i < 5; i++)
        test_dump_object(&dump, 0x10000 + i * 32, 32, WORDS(0));
    test_dump_object(&dump, 0x20000, 64, WORDS(0));
    heap = test_dump_read(&dump);
    name_types(&names, typings);
    dump.snapshot.heap->names = &names;
    for (uint32_t i = 0; i < 6; i++)
        kind[i] = hs_kind_of(heap, NULL, i);
    CHECK(kind[0] == kind[1]); /* whatever the evidence */
    CHECK(kind[0] != kind[2]);
    CHECK(kind[3] == kind[4]); /* a guess is no type */
    CHECK(kind[0] != kind[4] && kind[4] != kind[5]);
    test_dump_close(&dump);
}

/* What the way down from the heap of a dump goes through. */
struct pile {
    struct test_dump dump;
    struct hs_arena arena, scratch;
    struct hs_names names;
    uint32_t typings[64];
    const struct hs_heap_case *c;
    struct hs_path path;
};

static void type_object(struct pile *p, uint64_t address, uint32_t type,
                        enum hs_shape shape)
{
    p->typings[hs_heap_find(p->dump.snapshot.heap, address)] =
        hs_typing(type, shape, HS_EVIDENCE_REACHED, false);
}

static void pile_up(struct pile *p)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_heap *heap = p->dump.snapshot.heap;
    uint32_t variable = 0, top;

    p->arena = p->scratch = HS_ARENA_EMPTY;
    name_types(&p->names, p->typings);
    p->names.globals = HS_COLUMN(struct hs_global, &p->arena);
    p->names.layouts = HS_COLUMN(struct hs_frame_layout, &p->arena);
    heap->names = &p->names;
    p->c = hs_heap_case_new(heap, 1, &p->arena, &err);
    assert_non_null(p->c);
    while (p->c->holders->holders[variable].kind != HS_HOLDER_GLOBAL)
        variable++;
    p->path = (struct hs_path){
        .unit = variable, .holder = variable, .through = variable};
    top = hs_retention_holder(p->c->retention, variable);
    hs_paths_pile(heap, p->c->holders, p->c->retention, &top, 1, 0, 0.5,
                  &p->arena, &p->scratch, &p->path);
}

static void close_pile(struct pile *p)
{
    hs_arena_free(&p->arena);
    hs_arena_free(&p->scratch);
    test_dump_close(&p->dump);
}

static void check_step(const struct pile *p, uint32_t number, uint64_t address,
                       uint32_t count, uint64_t bytes)
{
    const struct hs_path_step *step = &p->path.steps[number];

    CHECK(number < p->path.step_count);
    assert_int_equal(hs_heap_address(p->c->heap, step->object), address);
    assert_int_equal(step->count, count);
    if (count > 1)
        assert_int_equal(step->bytes, bytes);
}

/* A map of two tables with six values in their entries, each of which has bytes
 * of another size: no child is more than a sixth of it. */
TEST(the_way_down_a_map_is_one_step_for_all_its_values)
{
    static const uint64_t sizes[] = {64, 128, 192, 64, 256, 128};
    struct pile p = {0};

    test_dump_open(&p.dump, "go1.24.0");
    test_dump_object(&p.dump, 0x10000, 48, WORDS(0x10100, 0x10200));
    test_dump_object(&p.dump, 0x10100, 64, WORDS(0x20000, 0x20040, 0x20080));
    test_dump_object(&p.dump, 0x10200, 64, WORDS(0x200c0, 0x20100, 0x20140));
    for (uint64_t i = 0; i < 6; i++) {
        test_dump_object(&p.dump, 0x20000 + i * 64, 48,
                         WORDS(0x30000 + i * 256));
        test_dump_object(&p.dump, 0x30000 + i * 256, sizes[i], 0, NULL);
    }
    test_dump_segment(&p.dump, true, 0x500000, WORDS(0x10000));
    test_dump_read(&p.dump);
    type_object(&p, 0x10000, MAP, HS_SHAPE_MAP);
    type_object(&p, 0x10100, MAP, HS_SHAPE_MAP_GROUPS);
    type_object(&p, 0x10200, MAP, HS_SHAPE_MAP_GROUPS);
    for (uint64_t i = 0; i < 6; i++) {
        type_object(&p, 0x20000 + i * 64, VALUE, HS_SHAPE_ONE);
        type_object(&p, 0x30000 + i * 256, BYTES, HS_SHAPE_MANY);
    }
    pile_up(&p);
    assert_int_equal(p.path.step_count, 4);
    check_step(&p, 0, 0x10000, 1, 0);
    check_step(&p, 1, 0x10200, 1, 0); /* on the way to the one shown */
    check_step(&p, 2, 0x20100, 6, 6 * 48 + 832);
    check_step(&p, 3, 0x30400, 6, 832);
    close_pile(&p);
}

/* Three nodes in a row, each with a value. */
static void open_list(struct pile *p)
{
    test_dump_open(&p->dump, "go1.24.0");
    for (uint64_t i = 0; i < 3; i++) {
        test_dump_object(
            &p->dump, 0x10000 + i * 64, 48,
            WORDS(i < 2 ? 0x10040 + i * 64 : 0, 0x20000 + i * 1024));
        test_dump_object(&p->dump, 0x20000 + i * 1024, 1024, 0, NULL);
    }
    test_dump_segment(&p->dump, true, 0x500000, WORDS(0x10000));
    test_dump_read(&p->dump);
    for (uint64_t i = 0; i < 3; i++) {
        type_object(p, 0x10000 + i * 64, NODE, HS_SHAPE_ONE);
        type_object(p, 0x20000 + i * 1024, BYTES, HS_SHAPE_MANY);
    }
    pile_up(p);
}

TEST(the_way_down_a_list_is_one_step_for_all_its_nodes)
{
    struct pile p = {0};

    open_list(&p);
    assert_int_equal(p.path.step_count, 2);
    check_step(&p, 0, 0x10000, 3, 3 * (48 + 1024));
    check_step(&p, 1, 0x20000, 3, 3 * 1024);
    close_pile(&p);
}

/* The way to a node is known, and goes on from there. */
TEST(a_way_that_goes_on_from_a_node_counts_those_behind_it)
{
    struct hs_path_step first;
    struct pile p = {0};
    uint32_t node;

    open_list(&p);
    node = hs_heap_find(p.c->heap, 0x10000);
    first = (struct hs_path_step){.object = node, .alike = 1};
    p.path.steps = &first;
    p.path.step_count = 1;
    hs_paths_pile(p.c->heap, p.c->holders, p.c->retention, &node, 1, 0, 0.5,
                  &p.arena, &p.scratch, &p.path);
    assert_int_equal(p.path.step_count, 2);
    check_step(&p, 0, 0x10000, 3, 3 * (48 + 1024));
    check_step(&p, 1, 0x20000, 3, 3 * 1024);
    close_pile(&p);
}

/* Two variables with one list each share three values of 64 bytes, and one of
 * 96, which is larger than any of them. */
TEST(of_what_is_shared_the_kind_that_is_most_is_found)
{
    struct test_dump dump;
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    const struct hs_heap_case *c;
    const struct hs_shared *shared;
    const uint32_t *members;
    struct hs_kind kind;
    uint32_t row = 0;
    size_t count;

    test_dump_open(&dump, "go1.24.0");
    test_dump_object(&dump, 0x10000, 32,
                     WORDS(0x20000, 0x20040, 0x20080, 0x30000));
    test_dump_object(&dump, 0x10020, 32,
                     WORDS(0x20000, 0x20040, 0x20080, 0x30000));
    for (uint64_t i = 0; i < 3; i++)
        test_dump_object(&dump, 0x20000 + i * 64, 64,
                         WORDS(i == 1 ? 0x40000 : 0));
    test_dump_object(&dump, 0x30000, 96, WORDS(0));
    test_dump_object(&dump, 0x40000, 16, 0, NULL);
    test_dump_segment(&dump, true, 0x500000, WORDS(0x10000, 0x10020));
    c = hs_heap_case_new(test_dump_read(&dump), 1, &arena, &err);
    assert_non_null(c);
    shared = hs_retention_shared(c->retention, &count);
    assert_int_equal(count, 1);
    assert_int_equal(shared->top_count, 4);
    kind = hs_kinds_shared(c->heap, c->holders, c->retention, &row, 1, &arena);
    assert_int_equal(kind.count, 3);
    assert_int_equal(kind.bytes, 3 * 64 + 16);
    assert_int_equal(kind.members.count, 3);
    members = kind.members.at;
    assert_int_equal(hs_heap_address(c->heap, members[0]), 0x20040);
    assert_int_equal(hs_heap_address(c->heap, members[1]), 0x20000);
    assert_int_equal(hs_heap_address(c->heap, members[2]), 0x20080);
    kind = hs_kinds_shared(c->heap, c->holders, c->retention, &row, 0, &arena);
    assert_int_equal(kind.largest, HS_NO_NODE);
    hs_arena_free(&arena);
    test_dump_close(&dump);
}
