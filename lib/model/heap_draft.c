/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_draft.c - takes objects in the order of the input, page by page.
 */
#include "model/heap_store.h"

#include <string.h>

void hs_heap_draft_init(struct hs_heap_draft *draft)
{
    *draft = (struct hs_heap_draft){.arena = HS_ARENA_EMPTY};
    draft->runs = HS_COLUMN(struct hs_heap_run, NULL);
    draft->words = HS_COLUMN(uint64_t, NULL);
}

void hs_heap_draft_free(struct hs_heap_draft *draft)
{
    hs_arena_free(&draft->arena);
    *draft = (struct hs_heap_draft){.arena = HS_ARENA_EMPTY};
}

void hs_heap_draft_break(struct hs_heap_draft *draft)
{
    struct hs_heap_run *run;

    if (draft->size) {
        run = (struct hs_heap_run *)draft->runs.at + (draft->runs.count - 1);
        run->pointers = draft->pointers;
        run->words = (uint16_t)(draft->words.count - run->word);
        while (draft->bits[run->words - 1] == 0)
            run->words--;
        draft->words.count = run->word + run->words;
    }
    draft->size = 0; /* no object has this size: the next one starts a run */
}

/* True where slots of 8-byte multiples would not describe the object. */
static bool is_odd(uint64_t address, uint64_t size)
{
    return address % 8 != 0 || size % 8 != 0 || size > UINT32_MAX;
}

void hs_heap_draft_run(struct hs_heap_draft *draft, uint64_t address,
                       uint64_t size, const uint8_t *record, uint64_t pointers)
{
    uint64_t start = address % HS_PAGE_BYTES, page = address - start;
    struct hs_heap_run run = {.page = address >> HS_PAGE_SHIFT,
                              .size = size,
                              .record = record,
                              .pointers = pointers,
                              .odd = is_odd(address, size)};
    size_t words;

    hs_heap_draft_break(draft);
    /* The draft may have moved since it was made. */
    draft->runs.arena = draft->words.arena = &draft->arena;
    run.phase = (uint16_t)(run.odd ? start : start % size);
    run.word = draft->words.count;
    hs_column_push(&draft->runs, &run);
    if (run.odd)
        return;
    words = ((HS_PAGE_BYTES - run.phase + size - 1) / size + 63) / 64;
    draft->bits = hs_column_extend(&draft->words, words);
    memset(draft->bits, 0, words * sizeof(*draft->bits));
    draft->base = page + run.phase;
    draft->limit = page + HS_PAGE_BYTES;
    draft->size = size;
    draft->magic =
        size > HS_PAGE_BYTES ? 0 : (((uint64_t)1 << 32) + size - 1) / size;
    draft->bits[(start - run.phase) / size / 64] |=
        (uint64_t)1 << (start - run.phase) / size % 64;
    draft->next = address + size;
    draft->pointers = pointers;
}
