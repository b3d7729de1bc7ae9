/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godump_impl.h - what the files of the Go heap dump decoder share.
 */
#ifndef HS_FORMAT_GODUMP_IMPL_H
#define HS_FORMAT_GODUMP_IMPL_H

#include "base/cursor.h"
#include "model/heap.h"
#include "model/heap_store.h"
#include "model/snapshot.h"

enum godump_tag {
    TAG_EOF,
    TAG_OBJECT,
    TAG_OTHER_ROOT,
    TAG_TYPE,
    TAG_GOROUTINE,
    TAG_FRAME,
    TAG_PARAMS,
    TAG_FINALIZER,
    TAG_ITAB,
    TAG_THREAD,
    TAG_MEMSTATS,
    TAG_QUEUED_FINALIZER,
    TAG_DATA,
    TAG_BSS,
    TAG_DEFER,
    TAG_PANIC,
    TAG_MEMPROF,
    TAG_ALLOC_SAMPLE,
    TAG_COUNT
};

struct godump {
    struct hs_snapshot *snapshot;
    struct hs_heap *heap;
    struct hs_cursor in;     /* at the next record */
    struct hs_column drafts; /* struct hs_heap_draft */
    struct hs_arena scratch; /* of the column of drafts */
};

/* Reads what follows a record's TAG (not TAG_EOF, not TAG_OBJECT). */
bool hs_godump_record(struct godump *dump, unsigned tag, struct hs_err *err);

/* Reads length and bytes of the memory at ADDRESS. */
struct hs_memory hs_godump_memory(struct hs_cursor *in, uint64_t address);

/* Reads the list of pointer words of MEMORY, whose bytes are read already.
 * False with ERR filled if a word is no pointer or lies outside; where the
 * cursor goes bad, its fault tells. */
bool hs_godump_fields(struct hs_cursor *in, struct hs_memory *memory,
                      unsigned pointer_size, struct hs_err *err);

/* Takes the object records from dump->in on into drafts, up to the first
 * record that is none or is not whole; at least one, else ERR says why. */
bool hs_godump_objects(struct godump *dump, struct hs_err *err);

/* An hs_heap_read. */
size_t hs_godump_read(const struct hs_heap *heap, const uint8_t **at,
                      struct hs_memory *out, size_t most);

/* Takes object records into DRAFT from AT on until one starts at STOP or
 * behind, or is none or is not whole; returns where that is. */
const uint8_t *hs_godump_take(const struct hs_heap *heap, const uint8_t *at,
                              const uint8_t *stop, const uint8_t *end,
                              struct hs_heap_draft *draft);

/* The start of an object record at FROM or behind, but before TO, that looks
 * right and begins a page; NULL if none was found. */
const uint8_t *hs_godump_guess(const struct hs_heap *heap, const uint8_t *from,
                               const uint8_t *to, const uint8_t *end);

#endif
