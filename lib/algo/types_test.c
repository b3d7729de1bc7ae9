/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types_test.c - kinds of objects, and what they retain against the slow way:
 * climbing from each object to see whether one of its kind is above it.
 */
#include "algo/types.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "algo/dump_test.h"
#include "algo/heap_case.h"
#include "algo/heap_random_test.h"
#include "algo/shapes_test.h"
#include "base/test.h"
#include "format/format.h"

#define WORDS(...)                                                             \
    sizeof((uint64_t[]){__VA_ARGS__}) / 8, (uint64_t[])                        \
    {                                                                          \
        __VA_ARGS__                                                            \
    }

#define HEADED 0x4ab000 /* a type descriptor */

struct fixture {
    struct test_dump dump;
    struct hs_arena arena, scratch;
    const struct hs_heap_case *c;
    const struct hs_types *types;
};

static void count_types(struct fixture *f, const struct hs_heap *heap)
{
    struct hs_err err = HS_ERR_NONE;

    f->arena = f->scratch = HS_ARENA_EMPTY;
    f->c = hs_heap_case_new(heap, 1, &f->arena, &err);
    assert_non_null(f->c);
    f->types =
        hs_types_new(heap, f->c->retention, NULL, &f->arena, &f->scratch);
    hs_arena_free(&f->scratch);
}

static void close_fixture(struct fixture *f)
{
    hs_arena_free(&f->arena);
    test_dump_close(&f->dump);
}

/* The row called NAME; fails the test if there is none. */
static const struct hs_type_row *row(const struct fixture *f, const char *name)
{
    for (size_t i = 0; i < f->types->count; i++)
        if (hs_str_equal(f->types->rows[i].name, hs_str_of(name)))
            return &f->types->rows[i];
    fail_msg("no type is called '%s'", name);
    return NULL;
}

/* A list of three 1024-byte slots with headers, the last with a leaf. */
static void open_headed(struct fixture *f, const char *version)
{
    test_dump_open(&f->dump, version);
    test_dump_object_masked(&f->dump, 0x10000, 1024, WORDS(HEADED, 0x10408), 2);
    test_dump_object_masked(&f->dump, 0x10400, 1024, WORDS(HEADED, 0x10808), 2);
    test_dump_object_masked(&f->dump, 0x10800, 1024,
                            WORDS(HEADED + 64, 0x20000), 2);
    test_dump_object(&f->dump, 0x20000, 64, 0, NULL);
    test_dump_segment(&f->dump, true, 0x500000, WORDS(0x10008));
    count_types(f, test_dump_read(&f->dump));
}

TEST(big_slots_are_told_apart_by_the_type_they_start_with)
{
    struct fixture f;

    open_headed(&f, "go1.24.0");
    assert_int_equal(f.types->count, 3);
    assert_int_equal(row(&f, "type@0x4ab000")->objects, 2);
    assert_int_equal(row(&f, "type@0x4ab000")->bytes, 2048);
    assert_int_equal(row(&f, "type@0x4ab040")->objects, 1);
    assert_int_equal(row(&f, "64 B, no pointers")->objects, 1);
    CHECK(!row(&f, "type@0x4ab000")->named);
    assert_int_equal(f.types->typed_objects, 0);
    close_fixture(&f);
}

TEST(before_go_1_22_slots_have_no_type_in_front)
{
    struct fixture f;

    open_headed(&f, "go1.21.0");
    assert_int_equal(f.types->count, 2);
    assert_int_equal(row(&f, "1024 B, pointers")->objects, 3);
    close_fixture(&f);
}

TEST(an_object_below_one_of_its_type_retains_nothing_more)
{
    struct fixture f;

    open_headed(&f, "go1.24.0");
    assert_int_equal(row(&f, "type@0x4ab000")->retained_bytes, 3 * 1024 + 64);
    assert_int_equal(row(&f, "type@0x4ab040")->retained_bytes, 1024 + 64);
    assert_int_equal(row(&f, "64 B, no pointers")->retained_bytes, 64);
    close_fixture(&f);
}

TEST(what_no_root_reaches_is_of_no_type)
{
    struct fixture f;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x10020));
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0));
    test_dump_object(&f.dump, 0x10040, 32, WORDS(0x20000));
    test_dump_object(&f.dump, 0x20000, 16, 0, NULL);
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x10000));
    count_types(&f, test_dump_read(&f.dump));
    assert_int_equal(row(&f, "32 B, pointers")->objects, 2);
    /* The second, which holds nothing, is folded into the first. */
    assert_int_equal(row(&f, "32 B, pointers")->retained_bytes, 64);
    assert_int_equal(row(&f, "16 B, no pointers")->objects, 0);
    close_fixture(&f);
}

/* Is some object of ROW above OBJECT in the dominator tree? */
static bool is_below(const struct hs_types *types,
                     const struct hs_retention *retention, const uint32_t *rows,
                     uint32_t object)
{
    uint32_t objects = hs_heap_count(types->heap), node = object;

    while ((node = hs_retention_dominator(retention, node)) < objects)
        if (rows[node] == rows[object])
            return true;
    return false;
}

/* Compares the rows of TYPES with those of the slow way. */
static void check_rows(const struct hs_types *types,
                       const struct hs_retention *retention)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    uint32_t count = hs_heap_count(types->heap);
    uint32_t *rows = hs_arena_zeroed(&arena, count + 1, sizeof(*rows));
    struct hs_type_row *slow =
        hs_arena_zeroed(&arena, types->count + 1, sizeof(*slow));

    for (uint32_t i = 0; i < count; i++)
        rows[i] = hs_types_of(types, i);
    for (uint32_t i = 0; i < count; i++) {
        if (!hs_retention_reached(retention, i))
            continue;
        slow[rows[i]].objects++;
        slow[rows[i]].bytes += hs_heap_size(types->heap, i);
        if (!is_below(types, retention, rows, i))
            slow[rows[i]].retained_bytes += hs_retention_bytes(retention, i);
    }
    for (size_t i = 0; i < types->count; i++) {
        assert_int_equal(types->rows[i].objects, slow[i].objects);
        assert_int_equal(types->rows[i].bytes, slow[i].bytes);
        assert_int_equal(types->rows[i].retained_bytes, slow[i].retained_bytes);
    }
    hs_arena_free(&arena);
}

static void check_dump(const char *path)
{
    const struct hs_format *format = hs_format_named("godump");
    struct hs_source source = {.path = path};
    struct hs_err err = HS_ERR_NONE;
    struct hs_snapshot snapshot;
    struct fixture f;

    hs_snapshot_init(&snapshot);
    source.input = hs_input_open(path, NULL, &err);
    assert_non_null(source.input);
    hs_column_push(&snapshot.sources, &source);
    assert_true(format->decode(source.input, &snapshot, &err));
    count_types(&f, snapshot.heap);
    check_rows(f.types, f.c->retention);
    hs_arena_free(&f.arena);
    hs_snapshot_close(&snapshot);
}

TEST(retained_sizes_of_types_are_those_of_the_slow_way)
{
    char pattern[4096];
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s/godump/*.dump.gz", hs_test_data());
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        check_dump(found.gl_pathv[i]);
    globfree(&found);
}

static const struct hs_go_type program[] = {
    {.size = 0},
    {.name = {"main.Node", 9},
     .package = {"main", 4},
     .descriptor = 0x4ac000,
     .kind = HS_GO_STRUCT,
     .has_pointers = true},
    {.name = {"map[string]*main.Node", 21},
     .kind = HS_GO_MAP,
     .key = 4,
     .elem = 3,
     .has_pointers = true},
    {.name = {"*main.Node", 10},
     .kind = HS_GO_POINTER,
     .elem = 1,
     .has_pointers = true},
    {.name = {"string", 6}, .kind = HS_GO_STRING, .has_pointers = true},
    {.name = {"uint8", 5}, .kind = HS_GO_UINT8},
    {.name = {"map[a.Key]int", 13}, .kind = HS_GO_MAP, .key = 7, .elem = 5},
    {.name = {"example.com/a.Key", 17}, .package = {"example.com/a", 13}},
    /* A damaged one, of itself. */
    {.name = {"[]...", 5}, .kind = HS_GO_SLICE, .elem = 8},
    /* As a function that was compiled twice has two closures. */
    {.name = {"main.Node", 9}, .kind = HS_GO_STRUCT, .has_pointers = true},
};

#define PROGRAM (sizeof(program) / sizeof(program[0]))

static void name_heap(struct hs_heap *heap, struct hs_names *names,
                      uint32_t *typings)
{
    *names = (struct hs_names){.typings = typings,
                               .types = {.at = (void *)(uintptr_t)program,
                                         .count = PROGRAM,
                                         .size = sizeof(program[0])}};
    heap->names = names;
}

/* Counts what F has read, named so. */
static void count_named(struct fixture *f, struct hs_names *names,
                        uint32_t *typings)
{
    name_heap(f->dump.snapshot.heap, names, typings);
    names->globals = HS_COLUMN(struct hs_global, &f->dump.arena);
    names->layouts = HS_COLUMN(struct hs_frame_layout, &f->dump.arena);
    count_types(f, f->dump.snapshot.heap);
}

/* Eight objects with words for each way of being typed, in a row. */
static const uint32_t mixed[] = {
    1u | (uint32_t)HS_SHAPE_ONE << 24 | (uint32_t)HS_EVIDENCE_REACHED << 28,
    1u | (uint32_t)HS_SHAPE_ONE << 24 | (uint32_t)HS_EVIDENCE_HEADER << 28,
    1u | (uint32_t)HS_SHAPE_MANY << 24 | (uint32_t)HS_EVIDENCE_REACHED << 28,
    1u | (uint32_t)HS_SHAPE_ONE << 24 | (uint32_t)HS_EVIDENCE_GUESS << 28,
    2u | (uint32_t)HS_SHAPE_MAP_GROUPS << 24 |
        (uint32_t)HS_EVIDENCE_REACHED << 28,
    6u | (uint32_t)HS_SHAPE_MAP << 24 | (uint32_t)HS_EVIDENCE_REACHED << 28,
    8u | (uint32_t)HS_SHAPE_ONE << 24 | (uint32_t)HS_EVIDENCE_REACHED << 28,
    99u | (uint32_t)HS_EVIDENCE_REACHED << 28, /* damaged: no such type */
};

static void open_mixed(struct fixture *f, struct hs_names *names,
                       uint32_t *typings)
{
    memcpy(typings, mixed, sizeof(mixed));
    test_dump_open(&f->dump, "go1.24.0");
    for (uint64_t i = 0; i < 8; i++)
        test_dump_object(&f->dump, 0x10000 + i * 32, 32,
                         WORDS(i < 7 ? 0x10020 + i * 32 : 0));
    test_dump_segment(&f->dump, true, 0x500000, WORDS(0x10000));
    test_dump_read(&f->dump);
    count_named(f, names, typings);
}

TEST(rows_are_types_by_what_the_object_is_to_them_and_guesses_apart)
{
    uint32_t typings[8];
    struct hs_names names;
    struct fixture f;

    open_mixed(&f, &names, typings);
    assert_int_equal(row(&f, "main.Node")->objects, 2);
    assert_int_equal(row(&f, "main.Node")->descriptor, 0x4ac000);
    assert_int_equal(row(&f, "main.Node")->retained_bytes, 8 * 32);
    assert_int_equal(row(&f, "[]main.Node")->retained_bytes, 6 * 32);
    assert_int_equal(row(&f, "main.Node (a guess)")->retained_bytes, 5 * 32);
    assert_int_equal(row(&f, "map[string]*main.Node (entries)")->objects, 1);
    assert_int_equal(row(&f, "32 B, pointers")->objects, 1);
    CHECK(!row(&f, "main.Node (a guess)")->named);
    assert_int_equal(f.types->typed_objects, 6);
    assert_int_equal(f.types->typed_bytes, 6 * 32);
    check_rows(f.types, f.c->retention);
    close_fixture(&f);
}

TEST(types_of_one_name_are_one_row_that_counts_nothing_twice)
{
    uint32_t typings[8];
    struct hs_names names;
    struct fixture f;

    open_mixed(&f, &names, typings);
    for (uint32_t i = 0; i < 8; i++)
        typings[i] =
            hs_typing(i % 2 ? 1 : 9, HS_SHAPE_ONE, HS_EVIDENCE_REACHED, false);
    f.types =
        hs_types_new(f.c->heap, f.c->retention, NULL, &f.arena, &f.scratch);
    hs_arena_free(&f.scratch);
    assert_int_equal(row(&f, "main.Node")->objects, 8);
    assert_int_equal(row(&f, "main.Node")->retained_bytes, 8 * 32);
    check_rows(f.types, f.c->retention);
    close_fixture(&f);
}

TEST(types_belong_to_the_package_of_their_elements_or_of_their_keys)
{
    uint32_t typings[8];
    struct hs_names names;
    struct fixture f;

    open_mixed(&f, &names, typings);
    f.types =
        hs_types_by_package(f.c->heap, f.c->retention, &f.arena, &f.scratch);
    hs_arena_free(&f.scratch);
    assert_int_equal(row(&f, "main")->objects, 4);
    assert_int_equal(row(&f, "main")->retained_bytes, 8 * 32);
    assert_int_equal(row(&f, "example.com/a")->objects, 1);
    assert_int_equal(row(&f, "(no package)")->objects, 1);
    assert_int_equal(row(&f, "(type unknown)")->objects, 2); /* and a guess */
    check_rows(f.types, f.c->retention);
    close_fixture(&f);
}

TEST(a_large_object_that_holds_nothing_retains_itself)
{
    uint32_t typings[2] = {mixed[2], mixed[2]};
    struct hs_names names;
    struct fixture f;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 131072, WORDS(0));
    test_dump_object(&f.dump, 0x100000, 65552, WORDS(0));
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x10000, 0x100000));
    test_dump_read(&f.dump);
    count_named(&f, &names, typings);
    assert_int_equal(row(&f, "[]main.Node")->retained_bytes, 131072 + 65552);
    close_fixture(&f);
}

/* Two chains of which all but the first object fold, the last one deep: once
 * below one of its type, and once not. */
TEST(a_large_object_that_folds_deep_retains_itself_unless_it_is_below_its_type)
{
    enum { NODE, NODES = 2 }; /* of MIXED: main.Node, []main.Node */
    uint32_t typings[6] = {mixed[NODE],  mixed[NODE],  mixed[NODE],
                           mixed[NODES], mixed[NODES], mixed[NODES]};
    struct hs_names names;
    struct fixture f;

    test_dump_open(&f.dump, "go1.24.0");
    test_dump_object(&f.dump, 0x10000, 32, WORDS(0x10040));
    test_dump_object(&f.dump, 0x10020, 32, WORDS(0x200000));
    test_dump_object(&f.dump, 0x10040, 32, WORDS(0x100000));
    test_dump_object(&f.dump, 0x100000, 65552, WORDS(0));
    test_dump_object(&f.dump, 0x200000, 73728, WORDS(0x300000));
    test_dump_object(&f.dump, 0x300000, 81920, WORDS(0));
    test_dump_segment(&f.dump, true, 0x500000, WORDS(0x10000, 0x10020));
    test_dump_read(&f.dump);
    count_named(&f, &names, typings);
    assert_int_equal(row(&f, "[]main.Node")->retained_bytes,
                     65552 + 73728 + 81920);
    assert_int_equal(row(&f, "main.Node")->retained_bytes,
                     3 * 32 + 65552 + 73728 + 81920);
    close_fixture(&f);
}

/* Whatever a program could say of objects that have pointers or not. */
static void draw_typings(const struct random_heap *r, uint32_t *typings,
                         uint64_t *seed)
{
    for (uint32_t i = 0; i < r->objects; i++) {
        uint32_t type = hs_shape_draw(seed, PROGRAM + 1);
        enum hs_shape shape =
            hs_shape_draw(seed, 2) ? HS_SHAPE_ONE : HS_SHAPE_MANY;

        if (r->object[i].mask && type < PROGRAM && !program[type].has_pointers)
            type = 1;
        typings[i] = hs_typing(
            type, shape, (enum hs_evidence)(1 + hs_shape_draw(seed, 5)), false);
    }
}

static void check_random(struct random_heap *r, uint64_t seed)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    struct hs_retention *retention;
    uint32_t typings[RANDOM_OBJECTS];
    struct hs_names names;

    draw_typings(r, typings, &seed);
    name_heap(r->dump.snapshot.heap, &names, typings);
    CHECK(hs_retention_new(r->heap, r->holders, 1, &r->arena, &scratch,
                           &retention, &err));
    check_rows(hs_types_new(r->heap, retention, NULL, &r->arena, &scratch),
               retention);
    check_rows(hs_types_by_package(r->heap, retention, &r->arena, &scratch),
               retention);
    hs_arena_free(&scratch);
}

TEST(retained_sizes_of_named_types_are_those_of_the_slow_way)
{
    struct random_heap *r = malloc(sizeof(*r));

    for (uint64_t seed = 1; seed <= 400; seed++) {
        if (!random_heap_open(r, seed))
            continue;
        check_random(r, seed);
        random_heap_close(r);
    }
    free(r);
}
