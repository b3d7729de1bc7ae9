/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.h - memory that is freed all at once, and arrays that grow in it.
 *
 * One arena per snapshot, one scratch arena per command; nothing else in
 * heapscope calls malloc.  Running out of memory ends the program (err.h), so
 * nothing here returns NULL.  An arena is used by one thread at a time.
 *
 * Blocks of HS_ARENA_LARGE bytes and more are mappings of their own: they come
 * zeroed, touch no page before it is used, and a growing column moves by
 * mremap without a copy.
 */
#ifndef HS_BASE_ARENA_H
#define HS_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define HS_ARENA_LARGE ((size_t)256 << 10)

struct hs_arena {
    struct arena_chunk *chunks; /* newest first */
    struct arena_large *larges; /* doubly linked, newest first */
    char *at, *end;             /* the free part of the newest chunk */
    size_t bytes;               /* taken from the system, for reports */
};

/* An empty arena: `struct hs_arena a = HS_ARENA_EMPTY;` */
#define HS_ARENA_EMPTY ((struct hs_arena){0})

/* SIZE bytes, aligned for any type, contents undefined.  SIZE may be 0. */
void *hs_arena_alloc(struct hs_arena *arena, size_t size);

/* COUNT * SIZE bytes of zeroes; the product is checked. */
void *hs_arena_zeroed(struct hs_arena *arena, size_t count, size_t size);

/* A NUL-terminated copy of the SIZE bytes at TEXT. */
char *hs_arena_copy(struct hs_arena *arena, const void *text, size_t size);

/* A NUL-terminated string as printf makes it. */
char *hs_arena_printf(struct hs_arena *arena, const char *format, ...)
    HS_PRINTF(2, 3);
char *hs_arena_vprintf(struct hs_arena *arena, const char *format, va_list args)
    HS_PRINTF(2, 0);

/* Gives a block of at least HS_ARENA_LARGE bytes back before its arena goes;
 * smaller blocks stay until then.  SIZE as it was asked for. */
void hs_arena_release(struct hs_arena *arena, void *block, size_t size);

/* Moves all that OTHER has to ARENA; its blocks stay where they are. */
void hs_arena_adopt(struct hs_arena *arena, struct hs_arena *other);

/* Forgets everything; the newest chunk is kept for reuse (a record arena). */
void hs_arena_reset(struct hs_arena *arena);

/* Gives everything back to the system. */
void hs_arena_free(struct hs_arena *arena);

/*
 * A growing array of COUNT elements of SIZE bytes each.  AT moves when the
 * column grows, so keep indices, not pointers, across a push.  A column needs
 * no closing: it goes with its arena.
 */
struct hs_column {
    void *at;
    size_t count;
    size_t room; /* elements that fit before the next growth */
    size_t size; /* bytes of one element */
    struct hs_arena *arena;
};

#define HS_COLUMN(type, its_arena)                                             \
    ((struct hs_column){.size = sizeof(type), .arena = (its_arena)})

/* Room for EXTRA more elements at the end; returns where they start and
 * counts them in.  Their contents are undefined. */
void *hs_column_extend(struct hs_column *column, size_t extra);

/* Gives back what COLUMN has, if it is large, before its arena goes. */
void hs_column_release(struct hs_column *column);

/* Adds a copy of one element. */
void hs_column_push(struct hs_column *column, const void *element);

#endif
