/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_phantoms.h - slots that a heap dump has and that are no objects.
 */
#ifndef HS_MODEL_HEAP_PHANTOMS_H
#define HS_MODEL_HEAP_PHANTOMS_H

#include "model/heap_store.h"

/* Which tail makes the sums of RUNS meet HEAP's memstats: TAIL if it does or
 * none does. */
enum hs_tail hs_heap_choose_tail(const struct hs_heap *heap,
                                 const struct hs_heap_run *runs, size_t count,
                                 enum hs_tail tail);

/* The first slot of RUN that lies in the tail; UINT64_MAX if there is none. */
uint64_t hs_heap_first_phantom(const struct hs_heap *heap,
                               const struct hs_heap_run *run,
                               enum hs_tail tail);

#endif
