/* SPDX-License-Identifier: Apache-2.0 */
/*
 * input_stream.c - handing out an input piece by piece.
 *
 *   thread:  inflate -> block -> block -> block       a ring of BLOCKS
 *   reader:                               \-> window  unread tail + blocks
 *
 * The thread keeps the ring full; the reader copies whole blocks behind what
 * it has not read yet.  The copy costs a hundredth of the inflating, and gives
 * windows without seams.  An input that is not compressed needs none of this:
 * its window is the mapping.
 */
#include "base/input.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/input_gzip.h"
#include "base/input_impl.h"
#include "base/progress.h"

#define BLOCKS     4
#define BLOCK_SIZE ((size_t)256 << 10)
/* Below this a thread costs more than it saves. */
#define THREAD_WORTH ((size_t)64 << 10)

struct block {
    uint8_t *bytes; /* BLOCK_SIZE of them */
    size_t size;
    uint64_t consumed; /* compressed bytes when it was full, for progress */
    bool last;
    struct hs_err err; /* what stopped the inflating behind its bytes */
};

struct hs_stream {
    struct hs_input *input;
    struct hs_gunzip gunzip; /* the thread's alone, once that runs */
    uint64_t dropped;        /* compressed bytes given back; the thread's */

    uint8_t *window; /* the reader's alone; unread bytes at its start */
    size_t room;
    bool ended;
    struct hs_err err;

    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock; /* guards the rest */
    pthread_cond_t changed;
    struct block ring[BLOCKS];
    unsigned first, ready; /* full blocks: ring[first .. first + ready) */
    bool quit;
};

/* Compressed bytes that were read are only memory held; read again, they would
 * come from the file again. */
#define DROP_STEP ((size_t)8 << 20)

static void drop_consumed(struct hs_stream *stream)
{
    const struct hs_input *input = stream->input;
    uint64_t consumed = hs_gunzip_offset(&stream->gunzip);

    if (!input->stored_mapped || consumed - stream->dropped < DROP_STEP)
        return;
    consumed -= consumed % DROP_STEP;
    madvise((void *)(uintptr_t)(input->stored + stream->dropped),
            (size_t)(consumed - stream->dropped), MADV_DONTNEED);
    stream->dropped = consumed;
}

static void inflate_block(struct hs_stream *stream, struct block *block)
{
    block->err = HS_ERR_NONE;
    block->size =
        hs_gunzip_read(&stream->gunzip, block->bytes, BLOCK_SIZE, &block->err);
    block->last = block->size < BLOCK_SIZE || block->err.kind != HS_OK;
    block->consumed = hs_gunzip_offset(&stream->gunzip);
    drop_consumed(stream);
}

static void *inflate_ahead(void *argument)
{
    struct hs_stream *stream = argument;
    bool more = true;

    while (more) {
        struct block *block = NULL;

        pthread_mutex_lock(&stream->lock);
        while (stream->ready == BLOCKS && !stream->quit)
            pthread_cond_wait(&stream->changed, &stream->lock);
        if (!stream->quit)
            block = &stream->ring[(stream->first + stream->ready) % BLOCKS];
        pthread_mutex_unlock(&stream->lock);
        if (!block)
            break;
        inflate_block(stream, block);
        more = !block->last;
        pthread_mutex_lock(&stream->lock);
        stream->ready++;
        pthread_cond_signal(&stream->changed);
        pthread_mutex_unlock(&stream->lock);
    }
    return NULL;
}

/* The next full block; it is the reader's until it is given back. */
static struct block *take_block(struct hs_stream *stream)
{
    struct block *block = &stream->ring[stream->first];

    if (!stream->threaded) {
        inflate_block(stream, block);
        return block;
    }
    pthread_mutex_lock(&stream->lock);
    while (stream->ready == 0)
        pthread_cond_wait(&stream->changed, &stream->lock);
    pthread_mutex_unlock(&stream->lock);
    return block;
}

static void give_block_back(struct hs_stream *stream)
{
    if (!stream->threaded)
        return;
    pthread_mutex_lock(&stream->lock);
    stream->first = (stream->first + 1) % BLOCKS;
    stream->ready--;
    pthread_cond_signal(&stream->changed);
    pthread_mutex_unlock(&stream->lock);
}

static void *get_memory(void *old, size_t size)
{
    void *memory = realloc(old, size);

    if (!memory)
        hs_out_of_memory(size);
    return memory;
}

static void start(struct hs_stream *stream)
{
    const struct hs_input *input = stream->input;
    unsigned blocks = input->stored_size < THREAD_WORTH ? 1 : BLOCKS;

    hs_gunzip_open(&stream->gunzip, input->stored, input->stored_size,
                   input->limits.max_bytes);
    for (unsigned i = 0; i < blocks; i++)
        stream->ring[i].bytes = get_memory(NULL, BLOCK_SIZE);
    stream->room = 2 * BLOCK_SIZE;
    stream->window = get_memory(NULL, stream->room);
    pthread_mutex_init(&stream->lock, NULL);
    pthread_cond_init(&stream->changed, NULL);
    stream->threaded = blocks > 1 && pthread_create(&stream->thread, NULL,
                                                    inflate_ahead, stream) == 0;
}

static void stop(struct hs_stream *stream)
{
    if (stream->threaded) {
        pthread_mutex_lock(&stream->lock);
        stream->quit = true;
        pthread_cond_signal(&stream->changed);
        pthread_mutex_unlock(&stream->lock);
        pthread_join(stream->thread, NULL);
    }
    pthread_cond_destroy(&stream->changed);
    pthread_mutex_destroy(&stream->lock);
    for (unsigned i = 0; i < BLOCKS; i++)
        free(stream->ring[i].bytes);
    free(stream->window);
    hs_gunzip_close(&stream->gunzip);
}

/* Nothing is to be inflated, or it already was. */
static bool is_mapped(const struct hs_stream *stream)
{
    return !stream->window;
}

struct hs_stream *hs_stream_open(struct hs_input *input)
{
    struct hs_stream *stream = calloc(1, sizeof(*stream));

    if (!stream)
        hs_out_of_memory(sizeof(*stream));
    stream->input = input;
    stream->err = HS_ERR_NONE;
    if (input->gzipped && !input->inflated)
        start(stream);
    return stream;
}

void hs_stream_close(struct hs_stream *stream)
{
    if (!stream)
        return;
    if (!is_mapped(stream))
        stop(stream);
    free(stream);
}

static bool fill_mapped(struct hs_stream *stream, struct hs_cursor *cursor,
                        struct hs_err *err)
{
    uint64_t offset = cursor->offset;

    if (cursor->at)
        return true;
    hs_input_map(stream->input, cursor, err);
    hs_cursor_take(cursor, offset);
    return err->kind == HS_OK;
}

static void append_block(struct hs_stream *stream, struct hs_cursor *cursor)
{
    size_t unread = hs_cursor_left(cursor);
    struct block *block = take_block(stream);

    /* By what is there, never by what was wanted: that may be a lie. */
    if (stream->room - unread < BLOCK_SIZE) {
        stream->room *= 2;
        stream->window = get_memory(stream->window, stream->room);
    }
    if (block->size)
        memcpy(stream->window + unread, block->bytes, block->size);
    cursor->at = stream->window;
    cursor->end = stream->window + unread + block->size;
    stream->ended = block->last;
    stream->err = block->err;
    hs_progress_tell("reading", block->consumed, stream->input->stored_size);
    give_block_back(stream);
}

bool hs_stream_fill(struct hs_stream *stream, struct hs_cursor *cursor,
                    size_t wanted, struct hs_err *err)
{
    size_t unread = hs_cursor_left(cursor);

    if (is_mapped(stream))
        return fill_mapped(stream, cursor, err);
    if (unread >= wanted)
        return true;
    if (unread > 0)
        memmove(stream->window, cursor->at, unread);
    cursor->at = stream->window;
    cursor->end = stream->window + unread;
    while (!stream->ended && hs_cursor_left(cursor) < wanted)
        append_block(stream, cursor);
    if (hs_cursor_left(cursor) < wanted && stream->err.kind != HS_OK)
        return hs_fail(err, stream->err.kind, stream->err.offset, "%s",
                       stream->err.message);
    return true;
}
