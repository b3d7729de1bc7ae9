/* SPDX-License-Identifier: Apache-2.0 */
/*
 * damage_test.c - real heap dumps, cut anywhere and with a byte changed, from
 * decoding to findings: an error or numbers that add up.
 */
#include "finding/finding.h"

#include <stdio.h>
#include <stdlib.h>

#include "algo/heap_sound.h"
#include "base/test.h"
#include "format/format.h"
#include "model/heap_store.h"

#define CUTS  24
#define FLIPS 100

static const char *const dumps[] = {
    "medley-go1.19-386",   "medley-go1.19-amd64", "medley-go1.22-amd64",
    "medley-go1.23-amd64", "medley-go1.24-386",   "medley-go1.24-amd64",
    "medley-go1.25-amd64", "medley-go1.26-386",   "medley-go1.26-amd64"};

/* What is left of a dump after it went all the way. */
struct outcome {
    struct hs_err err;
    bool heap; /* there was something to look at */
    bool complete, stats;
    uint64_t slots; /* objects, and those left out */
    struct hs_totals totals;
};

/* Works out all of HEAP; fails the test where numbers do not add up. */
static void analyse(const struct hs_heap *heap, struct outcome *outcome)
{
    struct hs_arena arena = HS_ARENA_EMPTY, scratch = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    const struct hs_heap_case *base = hs_heap_case_new(heap, 2, &arena, &err);
    const struct hs_case *c;
    struct hs_suspects suspects;
    uint64_t owned = 0, objects = 0;

    assert_non_null(base);
    assert_null(hs_heap_unsound(base, &scratch));
    outcome->totals = base->totals;
    c = hs_case_new(base, NULL, &arena);
    for (size_t i = 0; i < c->claims->count; i++)
        owned += c->claims->rows[i].owned_bytes;
    assert_true(owned <= base->totals.reachable_bytes);
    for (size_t i = 0; i < c->types->count; i++)
        objects += c->types->rows[i].objects;
    assert_int_equal(objects, base->totals.reachable_objects
                                  ? base->totals.reachable_objects
                                  : base->totals.objects);
    suspects = hs_findings_run(c);
    for (size_t i = 0; i < suspects.rows.count; i++) {
        const struct hs_suspect *rows = suspects.rows.at;

        assert_true(rows[i].share >= 0 && rows[i].share <= 1);
    }
    hs_arena_free(&scratch);
    hs_arena_free(&arena);
}

/* Takes a copy of SIZE bytes, so that a step past them is seen, all the way. */
static struct outcome run(const uint8_t *data, size_t size)
{
    struct outcome outcome = {.err = HS_ERR_NONE};
    uint8_t *copy = malloc(size + 1);
    struct hs_input *input;
    struct hs_source source = {.path = "test"};
    struct hs_snapshot snapshot;
    bool good;

    memcpy(copy, data, size);
    copy = realloc(copy, size ? size : 1);
    input = hs_input_over(copy, size, NULL);
    source.input = input;
    hs_snapshot_init(&snapshot);
    hs_column_push(&snapshot.sources, &source);
    good = hs_format_named("godump")->decode(input, &snapshot, &outcome.err);
    assert_true(good == (outcome.err.kind == HS_OK));
    outcome.heap = snapshot.parts & HS_PART_HEAP;
    if (outcome.heap) {
        const struct hs_heap *heap = snapshot.heap;

        outcome.complete = heap->complete;
        outcome.stats = heap->memstats.known;
        outcome.slots =
            hs_heap_count(heap) + heap->phantoms + heap->store->overlaps;
        analyse(heap, &outcome);
    }
    hs_snapshot_close(&snapshot);
    free(copy);
    return outcome;
}

/* All of testdata/godump/NAME.dump.gz; the caller closes the input. */
static struct hs_cursor whole(const char *name, struct hs_input **input)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_cursor all;
    char path[512];

    snprintf(path, sizeof(path), "%s/godump/%s.dump.gz", hs_test_data(), name);
    *input = hs_input_open(path, NULL, &err);
    assert_non_null(*input);
    assert_true(hs_input_map(*input, &all, &err));
    return all;
}

TEST(a_dump_cut_anywhere_is_analysed_as_far_as_it_goes_and_says_so)
{
    for (size_t d = 0; d < sizeof(dumps) / sizeof(dumps[0]); d++) {
        struct hs_input *input;
        struct hs_cursor all = whole(dumps[d], &input);
        size_t size = hs_cursor_left(&all);
        struct outcome full = run(all.at, size);
        uint64_t slots = 0;

        assert_int_equal(full.err.kind, HS_OK);
        assert_true(full.complete && full.stats);
        for (size_t i = 1; i <= CUTS; i++) {
            /* The last one only takes the end mark. */
            size_t cut = i == CUTS ? size - 1 : size * i / CUTS - d * 7;
            struct outcome part = run(all.at, cut);

            assert_int_equal(part.err.kind, HS_ETRUNC);
            assert_true(part.err.offset <= cut);
            assert_true(part.heap && !part.complete);
            assert_true(part.slots >= slots && part.slots <= full.slots);
            assert_true(part.totals.objects > 0);
            slots = part.slots;
        }
        assert_int_equal(slots, full.slots);
        hs_input_close(input);
    }
}

TEST(a_changed_byte_of_a_dump_is_an_error_or_leaves_numbers_that_add_up)
{
    uint64_t seed = 20260101;

    for (size_t d = 0; d < sizeof(dumps) / sizeof(dumps[0]); d++) {
        struct hs_input *input;
        struct hs_cursor all = whole(dumps[d], &input);
        size_t size = hs_cursor_left(&all);
        uint8_t *copy = malloc(size);

        memcpy(copy, all.at, size);
        for (size_t i = 0; i < FLIPS; i++) {
            size_t at;

            seed = seed * 6364136223846793005u + 1442695040888963407u;
            at = (size_t)(seed >> 20) % size;
            copy[at] ^= (uint8_t)(1u << (seed >> 60 & 7));
            run(copy, size);
            copy[at] = all.at[at];
        }
        free(copy);
        hs_input_close(input);
    }
}
