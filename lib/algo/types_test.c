/* SPDX-License-Identifier: Apache-2.0 */
/*
 * types_test.c - kinds of objects, and what they retain against the slow way:
 * climbing from each object to see whether one of its kind is above it.
 */
#include "algo/types.h"

#include <glob.h>
#include <inttypes.h>
#include <stdio.h>

#include "algo/dump_test.h"
#include "algo/heap_case.h"
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
static bool is_below(const struct fixture *f, const uint32_t *rows,
                     uint32_t object)
{
    uint32_t objects = hs_heap_count(f->c->heap), node = object;

    while ((node = hs_retention_dominator(f->c->retention, node)) < objects)
        if (rows[node] == rows[object])
            return true;
    return false;
}

static void check_dump(const char *path)
{
    const struct hs_format *format = hs_format_named("godump");
    struct hs_source source = {.path = path};
    struct hs_err err = HS_ERR_NONE;
    struct hs_snapshot snapshot;
    struct fixture f;
    uint32_t objects, *rows;
    uint64_t *retained;

    hs_snapshot_init(&snapshot);
    source.input = hs_input_open(path, NULL, &err);
    assert_non_null(source.input);
    hs_column_push(&snapshot.sources, &source);
    assert_true(format->decode(source.input, &snapshot, &err));
    count_types(&f, snapshot.heap);
    objects = hs_heap_count(snapshot.heap);
    rows = hs_arena_zeroed(&f.arena, objects, sizeof(*rows));
    retained = hs_arena_zeroed(&f.arena, f.types->count, sizeof(*retained));
    for (uint32_t i = 0; i < objects; i++)
        rows[i] = hs_types_of(f.types, i);
    for (uint32_t i = 0; i < objects; i++)
        if (hs_retention_reached(f.c->retention, i) && !is_below(&f, rows, i))
            retained[rows[i]] += hs_retention_bytes(f.c->retention, i);
    for (size_t i = 0; i < f.types->count; i++)
        assert_int_equal(f.types->rows[i].retained_bytes, retained[i]);
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
