/* SPDX-License-Identifier: Apache-2.0 */
/*
 * arena.c - chunks for the small, mappings for the large.
 *
 *   chunk:  [next, size | blocks ... free ...]      at least 64 KiB
 *   large:  [next, prev, size | block .......]      one mmap each
 *
 * A large block's header sits in front of it on a line of its own, so that
 * growing is one mremap of header and block together.
 */
#include "base/arena.h"

#include <stdalign.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/err.h"

#define CHUNK_SIZE ((size_t)64 << 10)
#define ALIGNMENT  alignof(max_align_t)
#define LINE       64

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
};

struct arena_large {
    alignas(LINE) struct arena_large *next;
    struct arena_large *prev;
    size_t size; /* of the whole mapping */
};

static size_t checked_sum(size_t a, size_t b)
{
    size_t sum;

    if (__builtin_add_overflow(a, b, &sum) || sum > SIZE_MAX / 4)
        hs_out_of_memory(a);
    return sum;
}

static void link_large(struct hs_arena *arena, struct arena_large *large)
{
    large->prev = NULL;
    large->next = arena->larges;
    if (large->next)
        large->next->prev = large;
    arena->larges = large;
}

static void unlink_large(struct hs_arena *arena, struct arena_large *large)
{
    if (large->prev)
        large->prev->next = large->next;
    else
        arena->larges = large->next;
    if (large->next)
        large->next->prev = large->prev;
}

static void *alloc_large(struct hs_arena *arena, size_t size)
{
    size_t whole = checked_sum(size, sizeof(struct arena_large));
    struct arena_large *large =
        mmap(NULL, whole, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (large == MAP_FAILED)
        hs_out_of_memory(size);
    /* Fewer faults and TLB misses; a kernel without huge pages ignores it. */
    if (whole >= (size_t)4 << 20)
        madvise(large, whole, MADV_HUGEPAGE);
    large->size = whole;
    arena->bytes += whole;
    link_large(arena, large);
    return large + 1;
}

static void *grow_large(struct hs_arena *arena, void *block, size_t size)
{
    struct arena_large *large = (struct arena_large *)block - 1;
    size_t whole = checked_sum(size, sizeof(*large));
    size_t old = large->size;

    unlink_large(arena, large);
    large = mremap(large, old, whole, MREMAP_MAYMOVE);
    if (large == MAP_FAILED)
        hs_out_of_memory(size);
    if (whole >= (size_t)4 << 20)
        madvise(large, whole, MADV_HUGEPAGE);
    large->size = whole;
    arena->bytes += whole - old;
    link_large(arena, large);
    return large + 1;
}

static void new_chunk(struct hs_arena *arena, size_t size)
{
    size_t whole = checked_sum(size, sizeof(struct arena_chunk) + ALIGNMENT);
    struct arena_chunk *chunk;

    if (whole < CHUNK_SIZE)
        whole = CHUNK_SIZE;
    chunk = malloc(whole);
    if (!chunk)
        hs_out_of_memory(size);
    chunk->next = arena->chunks;
    chunk->size = whole;
    arena->chunks = chunk;
    arena->at = (char *)(chunk + 1);
    arena->end = (char *)chunk + whole;
    arena->bytes += whole;
}

void *hs_arena_alloc(struct hs_arena *arena, size_t size)
{
    size_t padded;
    char *block;

    if (size >= HS_ARENA_LARGE)
        return alloc_large(arena, size);
    padded = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
    if (!arena->at || padded > (size_t)(arena->end - arena->at))
        new_chunk(arena, padded);
    block = arena->at;
    arena->at += padded;
    return block;
}

void *hs_arena_zeroed(struct hs_arena *arena, size_t count, size_t size)
{
    size_t bytes;
    void *block;

    if (__builtin_mul_overflow(count, size, &bytes))
        hs_out_of_memory(SIZE_MAX);
    block = hs_arena_alloc(arena, bytes);
    if (bytes < HS_ARENA_LARGE && bytes > 0)
        memset(block, 0, bytes);
    return block;
}

char *hs_arena_copy(struct hs_arena *arena, const void *text, size_t size)
{
    char *copy = hs_arena_alloc(arena, checked_sum(size, 1));

    if (size)
        memcpy(copy, text, size);
    copy[size] = '\0';
    return copy;
}

char *hs_arena_vprintf(struct hs_arena *arena, const char *format, va_list args)
{
    va_list again;
    char *text;
    int length;

    va_copy(again, args);
    length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    if (length < 0)
        length = 0;
    text = hs_arena_alloc(arena, (size_t)length + 1);
    text[0] = '\0';
    vsnprintf(text, (size_t)length + 1, format, args);
    return text;
}

char *hs_arena_printf(struct hs_arena *arena, const char *format, ...)
{
    va_list args;
    char *text;

    va_start(args, format);
    text = hs_arena_vprintf(arena, format, args);
    va_end(args);
    return text;
}

static void free_large(struct hs_arena *arena, struct arena_large *large)
{
    unlink_large(arena, large);
    arena->bytes -= large->size;
    munmap(large, large->size);
}

void hs_arena_release(struct hs_arena *arena, void *block, size_t size)
{
    if (block && size >= HS_ARENA_LARGE)
        free_large(arena, (struct arena_large *)block - 1);
}

static void free_chunks(struct hs_arena *arena, struct arena_chunk *chunk)
{
    while (chunk) {
        struct arena_chunk *next = chunk->next;

        arena->bytes -= chunk->size;
        free(chunk);
        chunk = next;
    }
}

/* Puts the chunks of OTHER behind the newest of ARENA, whose free part stays in
 * use. */
static void adopt_chunks(struct hs_arena *arena, struct hs_arena *other)
{
    struct arena_chunk *last = other->chunks;

    if (!last)
        return;
    if (!arena->chunks) {
        arena->chunks = other->chunks;
        arena->at = other->at;
        arena->end = other->end;
        return;
    }
    while (last->next)
        last = last->next;
    last->next = arena->chunks->next;
    arena->chunks->next = other->chunks;
}

void hs_arena_adopt(struct hs_arena *arena, struct hs_arena *other)
{
    struct arena_large *large = other->larges, *next;

    for (; large; large = next) {
        next = large->next;
        link_large(arena, large);
    }
    adopt_chunks(arena, other);
    arena->bytes += other->bytes;
    *other = HS_ARENA_EMPTY;
}

void hs_arena_reset(struct hs_arena *arena)
{
    while (arena->larges)
        free_large(arena, arena->larges);
    if (!arena->chunks)
        return;
    free_chunks(arena, arena->chunks->next);
    arena->chunks->next = NULL;
    arena->at = (char *)(arena->chunks + 1);
}

void hs_arena_free(struct hs_arena *arena)
{
    while (arena->larges)
        free_large(arena, arena->larges);
    free_chunks(arena, arena->chunks);
    *arena = HS_ARENA_EMPTY;
}

static void grow_column(struct hs_column *column, size_t wanted)
{
    size_t room = column->room ? column->room * 2 : 16;
    size_t old = column->room * column->size, bytes;
    void *at;

    if (room < wanted)
        room = wanted;
    if (__builtin_mul_overflow(room, column->size, &bytes))
        hs_out_of_memory(SIZE_MAX);
    if (old >= HS_ARENA_LARGE) {
        at = grow_large(column->arena, column->at, bytes);
    } else {
        at = hs_arena_alloc(column->arena, bytes);
        if (old)
            memcpy(at, column->at, old);
    }
    column->at = at;
    column->room = room;
}

void *hs_column_extend(struct hs_column *column, size_t extra)
{
    size_t wanted = checked_sum(column->count, extra);
    char *start;

    if (wanted > column->room || !column->at)
        grow_column(column, wanted);
    start = (char *)column->at + column->count * column->size;
    column->count = wanted;
    return start;
}

void hs_column_push(struct hs_column *column, const void *element)
{
    memcpy(hs_column_extend(column, 1), element, column->size);
}

void hs_column_release(struct hs_column *column)
{
    hs_arena_release(column->arena, column->at, column->room * column->size);
    *column = (struct hs_column){.size = column->size, .arena = column->arena};
}
