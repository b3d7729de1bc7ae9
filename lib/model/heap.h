/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap.h - the objects of a Go program and what its runtime said about them.
 *
 * Objects are numbers 0..count-1 in address order.  Address, size and contents
 * of an object are accessors; behind them is a page table with slot bitmaps
 * (heap_store.h), not an object table, so that an object costs a few bits.
 * Contents are borrowed from the mapped input.
 *
 * Everything else is a record as the dump has it, in arrays of the snapshot's
 * arena.  Nothing here is interpreted: which words are roots and who holds
 * them is algo/holders.h, who retains what is algo/retention.h.
 *
 * A format fills a heap through hs_heap_* of heap_store.h and then freezes it;
 * from then on it is const.
 */
#ifndef HS_MODEL_HEAP_H
#define HS_MODEL_HEAP_H

#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/str.h"

#define HS_NO_OBJECT UINT32_MAX

/* A run of memory of the program, and which of its words are pointers. */
struct hs_memory {
    uint64_t address;
    const uint8_t *bytes; /* borrowed from the input */
    uint64_t size;
    const uint8_t *fields; /* the dump's own list, see hs_fields */
    const uint8_t *fields_end;
};

/* Walks the pointer words of a memory: their byte offsets, each with a whole
 * word inside the memory.  Go writes them in order; a damaged file need not. */
struct hs_fields {
    const uint8_t *at, *end;
};

static inline struct hs_fields hs_fields_of(const struct hs_memory *memory)
{
    return (struct hs_fields){memory->fields, memory->fields_end};
}

/* The half of hs_fields_next for offsets from 16384 on. */
bool hs_fields_next_long(struct hs_fields *fields, uint64_t *offset);

/* The next pointer word's offset into *OFFSET; false at the end. */
static inline bool hs_fields_next(struct hs_fields *fields, uint64_t *offset)
{
    const uint8_t *at = fields->at;
    size_t left = (size_t)(fields->end - at);

    /* A kind of one byte, then an offset. */
    if (left >= 2 && at[1] < 0x80) {
        *offset = at[1];
        fields->at += 2;
        return true;
    }
    if (left >= 3 && at[2] < 0x80) {
        *offset = (uint64_t)(at[1] & 0x7f) | (uint64_t)at[2] << 7;
        fields->at += 3;
        return true;
    }
    if (left == 0)
        return false;
    return hs_fields_next_long(fields, offset);
}

enum hs_g_status { /* runtime2.go; the scan bit is taken off */
                   HS_G_RUNNABLE = 1,
                   HS_G_RUNNING = 2,
                   HS_G_SYSCALL = 3,
                   HS_G_WAITING = 4,
};

struct hs_goroutine {
    uint64_t g; /* address of its g */
    uint64_t id;
    uint64_t gopc; /* behind its go statement */
    uint64_t sp;
    uint64_t context; /* sched.ctxt: a root */
    uint64_t m;
    uint64_t top_defer, top_panic;
    uint64_t wait_since; /* ns; 0: parked after the last GC, or not at all */
    struct hs_str wait_reason;
    uint32_t first_frame, frame_count; /* innermost first */
    uint8_t status;                    /* enum hs_g_status */
    bool system;
};

struct hs_frame {
    struct hs_memory memory; /* [sp, fp) */
    uint64_t entry, pc, continue_pc;
    struct hs_str function;
    uint32_t goroutine;
    uint32_t depth; /* 0 is the innermost */
};

struct hs_finalizer {
    uint64_t object;  /* may point inside its slot */
    uint64_t closure; /* the funcval: a root */
    uint64_t pc;
    uint64_t argument_type, object_type; /* addresses of type descriptors */
    bool queued;                         /* ready to run, or running */
};

struct hs_defer {
    uint64_t address, g, sp, pc, closure, closure_pc, link;
};

struct hs_panic {
    uint64_t address, g, argument_type, argument, link;
};

struct hs_itab {
    uint64_t itab, type;
};

struct hs_type_record {
    uint64_t type, size;
    struct hs_str name; /* pointer types have lost theirs: "main." */
    bool direct;
};

struct hs_segment {
    struct hs_memory memory;
    const char *name; /* "data", "bss" */
};

struct hs_stack_line { /* of an allocation site, as the dump has it */
    struct hs_str function, file;
    uint64_t line;
};

struct hs_alloc_site { /* a MemProf bucket */
    uint64_t id;
    uint64_t size; /* of one object */
    uint64_t allocs, frees;
    uint32_t first_line, line_count; /* innermost first, in stack_lines */
};

struct hs_alloc_sample {
    uint64_t object; /* may point inside its slot */
    uint64_t site;   /* id of its hs_alloc_site */
};

struct hs_memstats {
    bool known;
    uint64_t alloc, total_alloc, sys, lookups, mallocs, frees, heap_alloc,
        heap_sys, heap_idle, heap_inuse, heap_released, heap_objects,
        stack_inuse, stack_sys, mspan_inuse, mspan_sys, mcache_inuse,
        mcache_sys, buck_hash_sys, gc_sys, other_sys, next_gc, last_gc,
        pause_total_ns, num_gc;
};

struct hs_heap {
    struct hs_heap_store *store; /* the objects: heap_store.h */
    unsigned pointer_size;       /* 4 or 8 */
    bool big_endian;
    struct hs_str goarch, go_version; /* "amd64", "go1.24.4" */
    uint64_t ncpu, arena_start, arena_end;

    struct hs_column goroutines;     /* struct hs_goroutine */
    struct hs_column frames;         /* struct hs_frame */
    struct hs_column segments;       /* struct hs_segment */
    struct hs_column finalizers;     /* struct hs_finalizer */
    struct hs_column defers, panics; /* struct hs_defer, hs_panic */
    struct hs_column itabs, types;   /* hs_itab, hs_type_record */
    struct hs_column alloc_sites;    /* struct hs_alloc_site */
    struct hs_column alloc_samples;  /* struct hs_alloc_sample */
    struct hs_column stack_lines;    /* struct hs_stack_line */
    struct hs_column other_roots;    /* uint64_t: addresses */
    struct hs_memstats memstats;

    uint64_t object_bytes;            /* sum of all sizes, phantoms dropped */
    uint64_t phantoms, phantom_bytes; /* slots of the dump that are none */
    bool complete;                    /* the dump's end was reached */

    const struct hs_names *names; /* what its program calls things (names.h);
                                   * NULL without an executable that fits */
};

/* The objects.  All take a frozen heap. */
uint32_t hs_heap_count(const struct hs_heap *heap);
uint64_t hs_heap_address(const struct hs_heap *heap, uint32_t object);
uint64_t hs_heap_size(const struct hs_heap *heap, uint32_t object);

/* The object that ADDRESS points to or into, or HS_NO_OBJECT. */
uint32_t hs_heap_find(const struct hs_heap *heap, uint64_t address);

/* The segment that ADDRESS is in, or NULL. */
const struct hs_segment *hs_heap_segment(const struct hs_heap *heap,
                                         uint64_t address);

/* The object's bytes and pointer words.  Walks a page's records: for paths
 * and details, not for every object. */
struct hs_memory hs_heap_memory(const struct hs_heap *heap, uint32_t object);

/* The word of the program at BYTES, in its size and byte order. */
static inline uint64_t hs_heap_word(const struct hs_heap *heap,
                                    const uint8_t *bytes)
{
    uint64_t word;
    uint32_t half;

    if (heap->pointer_size == 8) {
        memcpy(&word, bytes, 8);
        return heap->big_endian ? be64toh(word) : le64toh(word);
    }
    memcpy(&half, bytes, 4);
    return heap->big_endian ? be32toh(half) : le32toh(half);
}

/* The bytes of the largest small slot: as many words as a word has bits, 512,
 * or 128 in a program of 32 bits (malloc.go, minSizeForMallocHeader).  From Go
 * 1.22 on, what the runtime knows of a small slot's pointers stands at the end
 * of its page; larger ones start with the address of their type. */
static inline uint64_t hs_heap_small_slot(const struct hs_heap *heap)
{
    return 8 * (uint64_t)heap->pointer_size * heap->pointer_size;
}

/* Whether RECORD says what Go calls its type: the names of all pointer types
 * are written as "package.", which is none. */
static inline bool hs_type_record_named(const struct hs_type_record *record)
{
    return record->name.size && record->name.text[record->name.size - 1] != '.';
}

#endif
