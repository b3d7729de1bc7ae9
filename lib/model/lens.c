/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lens.c - what is asked of a lens that may not be there.
 */
#include "model/lens.h"

#define INLINED 32 /* calls, one in the other */

static size_t places_of(const struct hs_heap *heap, uint64_t pc,
                        struct hs_place *places)
{
    const struct hs_lens *lens = heap->names ? heap->names->lens : NULL;

    return lens ? lens->lines(lens, pc, places, INLINED) : 0;
}

struct hs_str hs_lens_function(const struct hs_heap *heap, uint64_t pc)
{
    struct hs_place places[INLINED];
    size_t count = places_of(heap, pc, places);

    return count ? places[count - 1].function : (struct hs_str){0};
}

struct hs_place hs_lens_place(const struct hs_heap *heap, uint64_t pc)
{
    struct hs_place places[INLINED];
    size_t count = places_of(heap, pc, places);

    return count ? places[0] : (struct hs_place){0};
}
