/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_sound.h - what the numbers of a heap promise each other, as a check.
 *
 * For tests and fuzzing: whatever a damaged dump says, the objects must not
 * overlap, and the columns that should sum must.
 */
#ifndef HS_ALGO_HEAP_SOUND_H
#define HS_ALGO_HEAP_SOUND_H

#include "algo/heap_case.h"

/* NULL, or what does not add up in C. */
const char *hs_heap_unsound(const struct hs_heap_case *c,
                            struct hs_arena *scratch);

#endif
