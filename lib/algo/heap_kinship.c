/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_kinship.c - compares what a linker, a loader and a runtime decided.
 *
 * One build: the same Go, segments of the same size at the same place, and
 * every function and type that both dumps mention at one address.  (An
 * executable that is loaded at random places looks like another build, and
 * then its addresses are of no use either.)
 *
 * One process: its variables point to what the kernel placed at random for
 * this one run - the stack of the first thread, mapped memory - and go on
 * pointing there.  In another run of the same build next to none of these
 * words is the same.  Where there are too few of them, counters and the
 * address of the first goroutine can still prove that it is another process,
 * but not that it is the same.
 */
#include "algo/heap_kinship.h"

#include "base/hash.h"
#include "base/map.h"

/* Fewer words than this prove nothing. */
#define ENOUGH 3

#define IMAGE_REST ((uint64_t)256 << 20)

static const struct hs_segment *segment_at(const struct hs_heap *heap, size_t i)
{
    return (const struct hs_segment *)heap->segments.at + i;
}

static bool same_segments(const struct hs_heap *a, const struct hs_heap *b)
{
    if (a->segments.count != b->segments.count)
        return false;
    for (size_t i = 0; i < a->segments.count; i++)
        if (segment_at(a, i)->memory.address !=
                segment_at(b, i)->memory.address ||
            segment_at(a, i)->memory.size != segment_at(b, i)->memory.size)
            return false;
    return true;
}

/* No function of both has two entries. */
static bool same_functions(const struct hs_heap *a, const struct hs_heap *b,
                           struct hs_arena *scratch)
{
    const struct hs_frame *x = a->frames.at, *y = b->frames.at;
    struct hs_map seen;

    hs_map_init(&seen, scratch, 64);
    for (uint32_t i = 0; i < a->frames.count; i++)
        hs_map_add(&seen,
                   hs_hash_bytes(x[i].function.text, x[i].function.size,
                                 hs_hash_seed()),
                   i);
    for (uint32_t i = 0; i < b->frames.count; i++) {
        uint32_t at = hs_map_lookup(&seen, hs_hash_bytes(y[i].function.text,
                                                         y[i].function.size,
                                                         hs_hash_seed()));

        if (at != HS_MAP_NONE && x[at].entry != y[i].entry &&
            hs_str_equal(x[at].function, y[i].function))
            return false;
    }
    return true;
}

/* No address is that of two types. */
static bool same_types(const struct hs_heap *a, const struct hs_heap *b,
                       struct hs_arena *scratch)
{
    const struct hs_type_record *x = a->types.at, *y = b->types.at;
    struct hs_map seen;

    hs_map_init(&seen, scratch, a->types.count);
    for (uint32_t i = 0; i < a->types.count; i++)
        hs_map_add(&seen, x[i].type, i);
    for (uint32_t i = 0; i < b->types.count; i++) {
        uint32_t at = hs_map_lookup(&seen, y[i].type);

        if (at != HS_MAP_NONE &&
            (x[at].size != y[i].size || !hs_str_equal(x[at].name, y[i].name)))
            return false;
    }
    return true;
}

static const char *difference(const struct hs_heap *a, const struct hs_heap *b,
                              struct hs_arena *scratch)
{
    if (!hs_str_equal(a->go_version, b->go_version))
        return "Go version";
    if (!hs_str_equal(a->goarch, b->goarch) ||
        a->pointer_size != b->pointer_size || a->big_endian != b->big_endian)
        return "architecture";
    if (!same_segments(a, b))
        return "place or size of the variables";
    if (!same_functions(a, b, scratch))
        return "addresses of functions";
    if (!same_types(a, b, scratch))
        return "addresses of types";
    return NULL;
}

/* Does WORD of HEAP point to what is neither object nor part of the program?
 * The program's own addresses are below the end of its last segment, but for
 * the variables without pointers that follow and are not in the dump. */
static bool is_foreign(const struct hs_heap *heap, uint64_t word,
                       uint64_t program_end)
{
    return word >= program_end + IMAGE_REST &&
           hs_heap_find(heap, word) == HS_NO_OBJECT &&
           !(word >= heap->arena_start && word < heap->arena_end);
}

struct words {
    uint64_t same, other;
};

static void compare_segment(const struct hs_heap *a, const struct hs_heap *b,
                            size_t i, uint64_t program_end, struct words *words)
{
    const struct hs_memory *x = &segment_at(a, i)->memory;
    const struct hs_memory *y = &segment_at(b, i)->memory;
    struct hs_fields fields = hs_fields_of(x);
    uint64_t offset;

    while (hs_fields_next(&fields, &offset)) {
        uint64_t old, new;

        if (x->size < a->pointer_size || offset > x->size - a->pointer_size)
            continue;
        old = hs_heap_word(a, x->bytes + offset);
        new = hs_heap_word(b, y->bytes + offset);
        if (!is_foreign(a, old, program_end) ||
            !is_foreign(b, new, program_end))
            continue;
        if (old == new)
            words->same++;
        else
            words->other++;
    }
}

/* The address of goroutine 1's g, which lives as long as the process; 0 if the
 * dump lacks it. */
static uint64_t first_goroutine(const struct hs_heap *heap)
{
    const struct hs_goroutine *all = heap->goroutines.at;

    for (size_t i = 0; i < heap->goroutines.count; i++)
        if (all[i].id == 1)
            return all[i].g;
    return 0;
}

/* The sign of B - A. */
static int sign(uint64_t a, uint64_t b)
{
    return (b > a) - (b < a);
}

/* Counters that only grow: 1 if B is later, -1 if A is, 0 if they are equal,
 * 2 if they contradict one another. */
static int compare_counters(const struct hs_memstats *a,
                            const struct hs_memstats *b)
{
    int signs[] = {sign(a->mallocs, b->mallocs), sign(a->frees, b->frees),
                   sign(a->total_alloc, b->total_alloc),
                   sign(a->num_gc, b->num_gc),
                   sign(a->pause_total_ns, b->pause_total_ns)};
    int order = 0;

    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (order * signs[i] < 0)
            return 2;
        if (signs[i])
            order = signs[i];
    }
    return order;
}

static enum hs_same same_process(const struct hs_heap *a,
                                 const struct hs_heap *b)
{
    uint64_t program_end = 0, g = first_goroutine(a), h = first_goroutine(b);
    struct words words = {0, 0};

    if ((g && h && g != h) ||
        (a->memstats.known && b->memstats.known &&
         compare_counters(&a->memstats, &b->memstats) == 2))
        return HS_SAME_NO;
    for (size_t i = 0; i < a->segments.count; i++) {
        const struct hs_memory *memory = &segment_at(a, i)->memory;

        if (memory->address + memory->size > program_end)
            program_end = memory->address + memory->size;
    }
    for (size_t i = 0; i < a->segments.count; i++)
        compare_segment(a, b, i, program_end, &words);
    if (words.same + words.other < ENOUGH)
        return HS_SAME_UNKNOWN;
    return words.same > words.other ? HS_SAME_YES : HS_SAME_NO;
}

struct hs_kinship hs_heap_kinship(const struct hs_heap *a,
                                  const struct hs_heap *b,
                                  struct hs_arena *scratch)
{
    struct hs_kinship kinship = {.process = HS_SAME_NO};
    const struct hs_memstats *x = &a->memstats, *y = &b->memstats;

    kinship.build_differs = difference(a, b, scratch);
    kinship.build = kinship.build_differs ? HS_SAME_NO : HS_SAME_YES;
    if (a->segments.count == 0 && !kinship.build_differs)
        kinship.build = HS_SAME_UNKNOWN; /* a cut dump: there is no evidence */
    if (kinship.build == HS_SAME_YES)
        kinship.process = same_process(a, b);
    else if (kinship.build == HS_SAME_UNKNOWN)
        kinship.process = HS_SAME_UNKNOWN;
    if (kinship.process == HS_SAME_YES && x->known && y->known)
        kinship.order = compare_counters(x, y);
    else if (x->last_gc && y->last_gc)
        kinship.order = sign(x->last_gc, y->last_gc);
    return kinship;
}
