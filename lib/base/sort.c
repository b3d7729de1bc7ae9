/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sort.c - radix sort from the least digit up; a heap of the first few.
 */
#include "base/sort.h"

#include <stdlib.h>
#include <string.h>

#define MAX_DIGIT 11
/* Below this, insertion is quicker and takes no buffer. */
#define FEW 24

static void insert_sort(uint64_t *words, size_t count, unsigned low_bit,
                        uint64_t mask)
{
    for (size_t i = 1; i < count; i++) {
        uint64_t word = words[i];
        uint64_t key = word >> low_bit & mask;
        size_t at = i;

        for (; at > 0 && (words[at - 1] >> low_bit & mask) > key; at--)
            words[at] = words[at - 1];
        words[at] = word;
    }
}

/* FROM to TO, ordered by the BITS bits at SHIFT. */
static void deal(const uint64_t *from, uint64_t *to, size_t count,
                 unsigned shift, unsigned bits)
{
    size_t starts[1 << MAX_DIGIT] = {0}, at = 0;
    uint64_t mask = ((uint64_t)1 << bits) - 1;

    for (size_t i = 0; i < count; i++)
        starts[from[i] >> shift & mask]++;
    for (size_t digit = 0; digit <= mask; digit++) {
        size_t here = starts[digit];

        starts[digit] = at;
        at += here;
    }
    for (size_t i = 0; i < count; i++)
        to[starts[from[i] >> shift & mask]++] = from[i];
}

void hs_sort_u64(uint64_t *words, size_t count, unsigned low_bit, unsigned bits,
                 struct hs_arena *arena)
{
    size_t size = count * sizeof(*words);
    uint64_t *from = words, *to;

    if (bits == 0)
        return;
    if (count <= FEW) {
        insert_sort(words, count, low_bit, UINT64_MAX >> (64 - bits));
        return;
    }
    to = hs_arena_alloc(arena, size);
    for (unsigned passes = (bits + MAX_DIGIT - 1) / MAX_DIGIT; passes > 0;
         passes--) {
        unsigned digit = (bits + passes - 1) / passes;
        uint64_t *swap = from;

        deal(from, to, count, low_bit, digit);
        low_bit += digit;
        bits -= digit;
        from = to;
        to = swap;
    }
    if (from != words) {
        memcpy(words, from, size);
        to = from;
    }
    hs_arena_release(arena, to, size);
}

/* The first elements as a heap, the last of them at its top. */
struct heap {
    char *at;
    size_t count, size;
    int (*compare)(const void *, const void *, void *);
    void *context;
};

static int compare(const struct heap *heap, const char *a, const char *b)
{
    return heap->compare(a, b, heap->context);
}

static void swap(char *a, char *b, size_t size)
{
    char piece[64];

    while (size > 0) {
        size_t some = size < sizeof(piece) ? size : sizeof(piece);

        memcpy(piece, a, some);
        memcpy(a, b, some);
        memcpy(b, piece, some);
        a += some;
        b += some;
        size -= some;
    }
}

static void sift(const struct heap *heap, size_t i)
{
    size_t size = heap->size, child;

    while ((child = 2 * i + 1) < heap->count) {
        char *its = heap->at + child * size;

        if (child + 1 < heap->count && compare(heap, its, its + size) < 0) {
            child++;
            its += size;
        }
        if (compare(heap, heap->at + i * size, its) >= 0)
            return;
        swap(heap->at + i * size, its, size);
        i = child;
    }
}

void hs_sort_first(void *elements, size_t count, size_t size, size_t first,
                   int (*order)(const void *, const void *, void *context),
                   void *context)
{
    struct heap heap = {elements, first, size, order, context};

    if (first < count) {
        for (size_t i = first / 2; i-- > 0;)
            sift(&heap, i);
        for (size_t i = first; first > 0 && i < count; i++) {
            char *its = heap.at + i * size;

            if (compare(&heap, its, heap.at) < 0) {
                swap(its, heap.at, size);
                sift(&heap, 0);
            }
        }
    }
    if (first > count)
        first = count;
    if (first > 1)
        qsort_r(elements, first, size, order, context);
}
