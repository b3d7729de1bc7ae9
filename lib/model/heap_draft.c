/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_draft.c - takes objects in the order of the input, page by page.
 */
#include "model/heap_store.h"

#include <string.h>

void hs_heap_draft_init(struct hs_heap_draft *draft)
{
    *draft = (struct hs_heap_draft){0};
    draft->runs = HS_COLUMN(struct hs_heap_run, NULL);
    draft->words = HS_COLUMN(uint64_t, NULL);
    draft->starts = HS_COLUMN(uint16_t, NULL);
}

void hs_heap_draft_free(struct hs_heap_draft *draft)
{
    hs_arena_free(&draft->arena);
    hs_arena_free(&draft->lasting);
    *draft = (struct hs_heap_draft){0};
}

/* Gives back what the starts of RUN have not needed: all of it if they tell
 * nothing, or nobody would ask. */
static void keep_starts(struct hs_heap_draft *draft, struct hs_heap_run *run)
{
    size_t end = (size_t)(draft->start - (uint16_t *)draft->starts.at);

    run->alike = draft->pointers && !draft->other;
    draft->starts.count = run->alike ? end : run->start;
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
        keep_starts(draft, run);
    }
    draft->size = 0; /* no object has this size: the next one starts a run */
}

/* True where slots of 8-byte multiples would not describe the object. */
static bool is_odd(uint64_t address, uint64_t size)
{
    return address % 8 != 0 || size % 8 != 0 || size > UINT32_MAX;
}

/* Has room for what is kept of each of SLOTS slots of RUN. */
static void extend(struct hs_heap_draft *draft, struct hs_heap_run *run,
                   size_t slots)
{
    size_t words = (slots + 63) / 64;

    run->word = draft->words.count;
    draft->bits = hs_column_extend(&draft->words, words);
    memset(draft->bits, 0, words * sizeof(*draft->bits));
    run->start = draft->starts.count;
    /* From the first on a mapping: what it leaves as it grows would stay. */
    if (run->start == 0)
        hs_column_extend(&draft->starts, HS_ARENA_LARGE / sizeof(uint16_t));
    draft->starts.count = run->start;
    draft->start = hs_column_extend(&draft->starts, slots + 1);
}

void hs_heap_draft_run(struct hs_heap_draft *draft,
                       const struct hs_heap_record *record)
{
    uint64_t address = record->memory.address, size = record->memory.size;
    uint64_t start = address % HS_PAGE_BYTES, page = address - start, slot;
    struct hs_heap_run run = {.page = address >> HS_PAGE_SHIFT,
                              .size = size,
                              .record = record->start,
                              .pointers = record->pointers,
                              .odd = is_odd(address, size)};

    hs_heap_draft_break(draft);
    /* The draft may have moved since it was made. */
    draft->runs.arena = draft->words.arena = &draft->arena;
    draft->starts.arena = &draft->lasting;
    run.phase = (uint16_t)(run.odd ? start : start % size);
    if (!run.odd)
        extend(draft, &run, (HS_PAGE_BYTES - run.phase + size - 1) / size);
    hs_column_push(&draft->runs, &run);
    if (run.odd)
        return;
    draft->base = page + run.phase;
    draft->limit = page + HS_PAGE_BYTES;
    draft->size = size;
    draft->magic =
        size > HS_PAGE_BYTES ? 0 : (((uint64_t)1 << 32) + size - 1) / size;
    slot = (start - run.phase) / size;
    draft->bits[slot / 64] |= (uint64_t)1 << slot % 64;
    draft->next = address + size;
    draft->pointers = record->pointers;
    draft->record = record->start;
    draft->head = (uint64_t)(record->memory.bytes - record->start);
    draft->other = draft->head >> 16;
    *draft->start++ = (uint16_t)draft->head;
    hs_heap_draft_start(draft, record);
}
