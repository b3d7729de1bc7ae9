/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_kinship_test.c - dumps of one build and process, and of others.
 */
#include "algo/heap_kinship.h"

#include "algo/dump_test.h"
#include "base/test.h"

/* Where the kernel puts things in one run, and in another. */
#define RUN   0x7f1234560000
#define OTHER 0x7f9876540000

struct moment {
    const char *version, *function;
    uint64_t bss;     /* address of the segment */
    uint64_t mapping; /* its words point there */
    size_t words;
    uint64_t g; /* of goroutine 1 */
};

static const struct moment usual = {.version = "go1.24.0",
                                    .function = "main.main",
                                    .bss = 0x500000,
                                    .mapping = RUN,
                                    .words = 5,
                                    .g = 0xc000002380};

static const struct hs_heap *write_dump(struct test_dump *d,
                                        const struct moment *m)
{
    uint64_t words[8] = {0xc000100000};

    for (size_t i = 1; i < m->words; i++)
        words[i] = m->mapping + i * 0x1000;
    test_dump_open(d, m->version);
    test_dump_object(d, 0xc000100000, 16, 0, NULL);
    test_dump_object(d, m->g, 448, 0, NULL);
    test_dump_goroutine(d, m->g, 1);
    test_dump_frame(d, 0xc000200000, m->function, 1, words, 1);
    test_dump_segment(d, false, m->bss, m->words, words);
    return test_dump_read(d);
}

/* How the usual moment and M are related. */
static struct hs_kinship relate(const struct moment *m)
{
    struct hs_arena scratch = HS_ARENA_EMPTY;
    struct hs_kinship kinship;
    struct test_dump a, b;
    const struct hs_heap *x = write_dump(&a, &usual), *y = write_dump(&b, m);

    kinship = hs_heap_kinship(x, y, &scratch);
    test_dump_close(&a);
    test_dump_close(&b);
    hs_arena_free(&scratch);
    return kinship;
}

TEST(dumps_whose_variables_point_to_the_same_mappings_are_of_one_process)
{
    struct hs_kinship kinship = relate(&usual);

    assert_int_equal(kinship.build, HS_SAME_YES);
    assert_int_equal(kinship.process, HS_SAME_YES);
    CHECK(!kinship.build_differs);
}

TEST(dumps_whose_variables_point_to_other_mappings_are_of_two_processes)
{
    struct moment m = usual;

    m.mapping = OTHER;
    assert_int_equal(relate(&m).build, HS_SAME_YES);
    assert_int_equal(relate(&m).process, HS_SAME_NO);
}

TEST(another_first_goroutine_is_another_process)
{
    struct moment m = usual;

    m.g += 0x1c0;
    assert_int_equal(relate(&m).process, HS_SAME_NO);
}

TEST(words_of_the_program_itself_do_not_tell_its_processes_apart)
{
    struct moment m = usual;

    m.mapping = usual.bss + 0x100000; /* variables without pointers */
    m.g = usual.g;
    assert_int_equal(relate(&m).process, HS_SAME_UNKNOWN);
}

TEST(another_version_place_of_variables_or_their_size_is_another_build)
{
    struct moment version = usual, place = usual, size = usual;

    version.version = "go1.24.1";
    place.bss += 0x1000;
    size.words++;
    assert_string_equal(relate(&version).build_differs, "Go version");
    assert_int_equal(relate(&place).build, HS_SAME_NO);
    assert_int_equal(relate(&place).process, HS_SAME_NO);
    assert_int_equal(relate(&size).build, HS_SAME_NO);
}

/* Frames that test_dump_frame writes all have one entry. */
TEST(functions_that_only_one_dump_has_do_not_make_another_build)
{
    struct moment m = usual;

    m.function = "main.other";
    assert_int_equal(relate(&m).build, HS_SAME_YES);
}
