/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_match_test.c - objects that survive, appear and go, by their holder.
 */
#include "algo/heap_match.h"

#include <stdlib.h>

#include "algo/dump_test.h"
#include "algo/heap_random_test.h"
#include "base/test.h"

#define A       0xc000100000
#define B       0xc000102000
#define SHARED  0xc000104000
#define GARBAGE 0xc000106000

struct moment {
    struct test_dump dump;
    struct hs_arena arena;
    const struct hs_heap_case *c;
};

static void work_out(struct moment *m)
{
    struct hs_err err = HS_ERR_NONE;

    m->arena = HS_ARENA_EMPTY;
    m->c = hs_heap_case_new(test_dump_read(&m->dump), 1, &m->arena, &err);
    CHECK(m->c);
}

static void close_moment(struct moment *m)
{
    hs_arena_free(&m->arena);
    test_dump_close(&m->dump);
}

/* A list of COUNT objects of 16 bytes from ADDRESS on. */
static void write_list(struct moment *m, uint64_t address, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint64_t next = i + 1 < count ? address + (i + 1) * 16 : 0;

        test_dump_object(&m->dump, address + i * 16, 16, 1, &next);
    }
}

/* Words 0 and 1 of BSS hold a list each, 2 and 3 one object together. */
static void write_moment(struct moment *m, unsigned a, unsigned b,
                         uint64_t shared_size, unsigned garbage)
{
    uint64_t words[4] = {a ? A : 0, b ? B : 0, SHARED, SHARED};

    test_dump_open(&m->dump, "go1.24.0");
    write_list(m, A, a);
    write_list(m, B, b);
    test_dump_object(&m->dump, SHARED, shared_size, 0, NULL);
    write_list(m, GARBAGE, garbage);
    test_dump_segment(&m->dump, false, 0x500000, 4, words);
    work_out(m);
}

static const struct hs_fate *fate_named(const struct hs_fates *fates,
                                        const char *name)
{
    for (size_t i = 0; i < fates->count; i++)
        if (hs_str_equal(fates->rows[i].name, hs_str_of(name)))
            return &fates->rows[i].fate;
    fail_msg("no row %s", name);
    return NULL;
}

static void check(const struct hs_tally *tally, uint64_t objects,
                  uint64_t bytes)
{
    assert_int_equal(tally->objects, objects);
    assert_int_equal(tally->bytes, bytes);
}

TEST(objects_of_one_address_and_size_survive_others_are_new_or_freed)
{
    struct hs_arena arena = HS_ARENA_EMPTY, scratch = HS_ARENA_EMPTY;
    const struct hs_fates *fates;
    const struct hs_fate *fate;
    struct moment old, new;

    write_moment(&old, 10, 7, 64, 3);
    write_moment(&new, 25, 2, 128, 1);
    fates = hs_heap_match(old.c, new.c, &arena, &scratch);
    check(&fates->total.survived, 10 + 2 + 1, 13 * 16);
    check(&fates->total.fresh, 15 + 1, 15 * 16 + 128);
    check(&fates->total.freed, 5 + 1 + 2, 7 * 16 + 64);
    fate = fate_named(fates, "bss+0x0");
    check(&fate->survived, 10, 160);
    check(&fate->fresh, 15, 240);
    check(&fate->freed, 0, 0);
    fate = fate_named(fates, "bss+0x8");
    check(&fate->survived, 2, 32);
    check(&fate->freed, 5, 80);
    fate = fate_named(fates, "shared");
    check(&fate->fresh, 1, 128);
    check(&fate->freed, 1, 64);
    fate = fate_named(fates, "unreachable");
    check(&fate->survived, 1, 16);
    check(&fate->freed, 2, 32);
    /* What grew most comes first. */
    CHECK(hs_str_equal(fates->rows[0].name, hs_str_of("bss+0x0")));
    CHECK(hs_str_equal(fates->rows[3].name, hs_str_of("bss+0x8")));
    close_moment(&old);
    close_moment(&new);
    hs_arena_free(&arena);
    hs_arena_free(&scratch);
}

TEST(a_heap_that_is_matched_with_itself_survives_as_a_whole)
{
    struct hs_arena arena = HS_ARENA_EMPTY, scratch = HS_ARENA_EMPTY;
    const struct hs_fates *fates;
    struct moment m;

    write_moment(&m, 5, 5, 64, 1);
    fates = hs_heap_match(m.c, m.c, &arena, &scratch);
    check(&fates->total.survived, 12, 11 * 16 + 64);
    check(&fates->total.fresh, 0, 0);
    check(&fates->total.freed, 0, 0);
    close_moment(&m);
    hs_arena_free(&arena);
    hs_arena_free(&scratch);
}

/* What A has and B has not at the same address and size. */
static struct hs_tally missing(const struct hs_heap *a, const struct hs_heap *b)
{
    struct hs_tally tally = {0, 0};

    for (uint32_t i = 0; i < hs_heap_count(a); i++) {
        uint32_t there = hs_heap_find(b, hs_heap_address(a, i));

        if (there != HS_NO_OBJECT &&
            hs_heap_address(b, there) == hs_heap_address(a, i) &&
            hs_heap_size(b, there) == hs_heap_size(a, i))
            continue;
        tally.objects++;
        tally.bytes += hs_heap_size(a, i);
    }
    return tally;
}

static void check_pair(const struct random_heap *x, const struct random_heap *y)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    const struct hs_heap_case *a = hs_heap_case_new(x->heap, 1, &arena, &err);
    const struct hs_heap_case *b = hs_heap_case_new(y->heap, 1, &arena, &err);
    const struct hs_fates *fates = hs_heap_match(a, b, &arena, &arena);
    struct hs_tally freed = missing(x->heap, y->heap);
    struct hs_tally fresh = missing(y->heap, x->heap);
    struct hs_fate sum = {0};

    check(&fates->total.freed, freed.objects, freed.bytes);
    check(&fates->total.fresh, fresh.objects, fresh.bytes);
    assert_int_equal(fates->total.survived.objects + fresh.objects, y->objects);
    for (size_t i = 0; i < fates->count; i++) {
        sum.survived.bytes += fates->rows[i].fate.survived.bytes;
        sum.fresh.bytes += fates->rows[i].fate.fresh.bytes;
        sum.freed.bytes += fates->rows[i].fate.freed.bytes;
    }
    assert_int_equal(sum.survived.bytes, fates->total.survived.bytes);
    assert_int_equal(sum.fresh.bytes, fresh.bytes);
    assert_int_equal(sum.freed.bytes, freed.bytes);
    hs_arena_free(&arena);
}

TEST(matching_finds_what_looking_up_each_object_finds)
{
    struct random_heap *a = malloc(sizeof(*a)), *b = malloc(sizeof(*b));

    for (uint64_t seed = 1; seed <= 200; seed++) {
        if (!random_heap_open(a, seed))
            continue;
        if (random_heap_open(b, seed + 1)) {
            check_pair(a, b);
            random_heap_close(b);
        }
        random_heap_close(a);
    }
    free(a);
    free(b);
}
