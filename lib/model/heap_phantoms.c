/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_phantoms.c - which slots at the end of a page are the runtime's own.
 *
 * A small span (one page, slots of as many words as a word has bits) keeps the
 * pointer bitmap of its slots in its own last bytes from Go 1.22 on, and with
 * the Green Tea collector also mark bits.  debug.WriteHeapDump does not know
 * and writes the slots that lie there as objects:
 *
 *   |slot|slot|slot| ... |slot|sl[bitmap, scan spans][marks, size >= 16]|
 *                             ^ first phantom
 *
 * Which of the tails a program has depends on its Go version and experiments;
 * exactly one makes objects and bytes equal to MemStats, to the byte.
 */
#include "model/heap_phantoms.h"

#include "model/heap_lookup.h"

#define MARKS 128 /* bytes */

uint64_t hs_heap_first_phantom(const struct hs_heap *heap,
                               const struct hs_heap_run *run, enum hs_tail tail)
{
    uint64_t bytes = 0;

    if (tail == HS_TAIL_NONE || run->odd || run->phase != 0 ||
        run->size > hs_heap_small_slot(heap))
        return UINT64_MAX;
    if (run->pointers)
        bytes += HS_PAGE_BYTES / heap->pointer_size / 8;
    if (tail == HS_TAIL_MARKS && run->size >= 16)
        bytes += MARKS;
    return (HS_PAGE_BYTES - bytes) / run->size;
}

/* How many bits from FIRST on are set in WORDS words. */
static uint64_t bits_from(const uint64_t *bits, size_t words, uint64_t first)
{
    uint64_t sum = 0;

    for (size_t i = first / 64; i < words; i++)
        sum += hs_bits_of(i == first / 64 ? bits[i] >> first % 64 : bits[i]);
    return sum;
}

enum hs_tail hs_heap_choose_tail(const struct hs_heap *heap,
                                 const struct hs_heap_run *runs, size_t count,
                                 enum hs_tail tail)
{
    uint64_t objects[HS_TAIL_MARKS + 1] = {0};
    uint64_t bytes[HS_TAIL_MARKS + 1] = {0};

    if (!heap->memstats.known)
        return tail;
    for (size_t i = 0; i < count; i++) {
        const struct hs_heap_run *run = &runs[i];
        size_t words = run->words;
        uint64_t all = run->odd ? 1 : bits_from(run->bits, words, 0);

        for (unsigned t = 0; t <= HS_TAIL_MARKS; t++) {
            uint64_t cut = hs_heap_first_phantom(heap, run, t), kept = all;

            if (cut != UINT64_MAX)
                kept -= bits_from(run->bits, words, cut);
            objects[t] += kept;
            bytes[t] += kept * run->size;
        }
    }
    for (unsigned t = 0, most = HS_TAIL_MARKS + 1; t <= most; t++) {
        unsigned tried = t == 0 ? tail : t - 1;

        if (objects[tried] == heap->memstats.heap_objects &&
            bytes[tried] == heap->memstats.heap_alloc)
            return tried;
    }
    return tail;
}
