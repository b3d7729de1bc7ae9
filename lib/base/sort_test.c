/* SPDX-License-Identifier: Apache-2.0 */
#include "base/sort.h"

#include <stdlib.h>

#include "base/test.h"

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return *seed >> 20;
}

/* Sorts COUNT words of key bits up to LARGEST at LOW_BIT; the bits below hold
 * the original place, which tells whether equal keys kept their order. */
static void sort_some(size_t count, unsigned low_bit, uint64_t largest)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    uint64_t *words = hs_arena_alloc(&arena, (count + 1) * sizeof(*words));
    uint64_t seed = count, sum = 0, after = 0;

    for (size_t i = 0; i < count; i++) {
        uint64_t key = largest == UINT64_MAX ? next(&seed) << 20 ^ next(&seed)
                                             : next(&seed) % (largest + 1);

        words[i] = low_bit ? key << low_bit | i : key;
        sum += words[i];
    }
    hs_sort_u64(words, count, low_bit, hs_sort_bits(largest), &arena);
    for (size_t i = 0; i < count; i++) {
        after += words[i];
        if (i > 0)
            CHECK(words[i - 1] <= words[i]);
    }
    CHECK(sum == after);
    hs_arena_free(&arena);
}

TEST(words_are_sorted_by_their_upper_bits_and_stay_in_order_otherwise)
{
    static const size_t counts[] = {0, 1, 2, 23, 24, 25, 100, 5000, 100000};

    for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++) {
        sort_some(counts[i], 32, 0);
        sort_some(counts[i], 32, 1);
        sort_some(counts[i], 32, 1000);
        sort_some(counts[i], 32, 4000000);
        sort_some(counts[i], 0, 70000);
        sort_some(counts[i], 0, UINT64_MAX);
    }
}

TEST(sorting_by_the_lower_and_then_the_upper_half_sorts_by_both)
{
    struct hs_arena arena = HS_ARENA_EMPTY;

    for (size_t count = 1; count < 400; count = count * 3 + 1) {
        uint64_t *words = hs_arena_alloc(&arena, count * sizeof(*words));
        uint64_t seed = count;

        for (size_t i = 0; i < count; i++)
            words[i] = (next(&seed) % 9) << 32 | next(&seed) % 9;
        hs_sort_u64(words, count, 0, 4, &arena);
        for (size_t i = 1; i < count; i++)
            CHECK((uint32_t)words[i - 1] <= (uint32_t)words[i]);
        hs_sort_u64(words, count, 32, 4, &arena);
        for (size_t i = 1; i < count; i++)
            CHECK(words[i - 1] <= words[i]);
    }
    hs_arena_free(&arena);
}

static int compare_words(const void *a, const void *b, void *calls)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    ++*(size_t *)calls;
    return (x > y) - (x < y);
}

TEST(the_first_of_many_are_those_that_a_whole_sort_puts_first)
{
    enum { COUNT = 300 };
    uint64_t words[COUNT], sorted[COUNT], seed = 1;
    size_t calls = 0;

    for (size_t first = 0; first <= COUNT + 1; first += first < 9 ? 1 : 41) {
        uint64_t sum = 0;

        for (size_t i = 0; i < COUNT; i++)
            sum += sorted[i] = words[i] = next(&seed) % 5000 << 16 | i;
        qsort_r(sorted, COUNT, sizeof(*sorted), compare_words, &calls);
        hs_sort_first(words, COUNT, sizeof(*words), first, compare_words,
                      &calls);
        for (size_t i = 0; i < COUNT; i++) {
            CHECK(i >= first || words[i] == sorted[i]);
            sum -= words[i];
        }
        CHECK(sum == 0);
    }
    hs_sort_first(words, 0, sizeof(*words), 3, compare_words, &calls);
}
