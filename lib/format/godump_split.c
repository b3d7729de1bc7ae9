/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godump_split.c - all object records, on all processors.
 *
 * Nothing in the file says where a record starts, so a place to split at is
 * guessed: 64 records in a row that look right, then the first that begins a
 * page.  A piece is read up to the start of the next.  A guess is true if the
 * piece before arrives there exactly; what follows a wrong one (a program may
 * hold a heap dump in its memory) is thrown away and read in one go.
 *
 *   guess:     |0           |1           |2     (bytes that look right)
 *   pieces:    [rrrrrrrrrrrr[rrrrrrrrrrrrrrr...
 *                           ^ arrived    ^ passed by: 2 is dropped
 */
#include "format/godump_impl.h"

#include <stdatomic.h>

#include "base/parallel.h"

#define PIECE_BYTES ((size_t)16 << 20)
#define GUESS_BYTES ((size_t)2 << 20)
#define MOST_PIECES 256

struct piece {
    const uint8_t *start, *stop;
    const uint8_t *reached;
    struct hs_heap_draft draft;
};

struct split {
    const struct hs_heap *heap;
    const uint8_t *end;
    struct piece *pieces;
    unsigned count;
    atomic_uint next;
};

static void read_pieces(void *context, unsigned part)
{
    struct split *split = context;
    unsigned i;

    (void)part;
    while ((i = atomic_fetch_add(&split->next, 1)) < split->count) {
        struct piece *piece = &split->pieces[i];

        hs_heap_draft_init(&piece->draft);
        piece->reached = hs_godump_take(split->heap, piece->start, piece->stop,
                                        split->end, &piece->draft);
    }
}

static void guess_pieces(struct split *split, const uint8_t *at)
{
    size_t left = (size_t)(split->end - at), size = PIECE_BYTES;
    const uint8_t *start = at;

    if (left / size > MOST_PIECES)
        size = left / MOST_PIECES;
    while (split->count < MOST_PIECES) {
        struct piece *piece = &split->pieces[split->count++];
        const uint8_t *guess = NULL, *end = split->end;

        piece->start = start;
        if ((size_t)(end - start) > size + GUESS_BYTES)
            guess = hs_godump_guess(split->heap, start + size,
                                    start + size + GUESS_BYTES, end);
        piece->stop = guess ? guess : end;
        start = guess;
        if (!guess)
            return;
    }
    split->pieces[split->count - 1].stop = split->end;
}

/* The record at dump->in, which could not be taken: says why. */
static bool explain(struct godump *dump, struct hs_err *err)
{
    struct hs_cursor *in = &dump->in;
    uint64_t start = in->offset, address;
    struct hs_memory memory;

    hs_cursor_varint(in); /* the tag */
    address = hs_cursor_varint(in);
    memory = hs_godump_memory(in, address);
    if (!hs_cursor_ok(in, "an object", err))
        return false;
    if (memory.size == 0)
        return hs_fail(err, HS_EDATA, start, "an object of no bytes");
    if (memory.size - 1 > UINT64_MAX - address)
        return hs_fail(err, HS_EDATA, start,
                       "an object behind the end of all addresses");
    if (!hs_godump_fields(in, &memory, dump->heap->pointer_size, err) ||
        !hs_cursor_ok(in, "an object", err))
        return false;
    return hs_fail(err, HS_EDATA, start, "an object that makes no sense");
}

/* Keeps the drafts of the pieces that were split rightly; the rest is read
 * again.  Returns where the records end. */
static const uint8_t *keep_pieces(struct godump *dump, struct split *split)
{
    const uint8_t *reached = NULL;
    unsigned i = 0;

    do {
        reached = split->pieces[i].reached;
        hs_column_push(&dump->drafts, &split->pieces[i].draft);
        i++;
    } while (i < split->count && reached == split->pieces[i].start);
    for (unsigned k = i; k < split->count; k++)
        hs_heap_draft_free(&split->pieces[k].draft);
    if (i < split->count && reached > split->pieces[i].start) {
        struct hs_heap_draft *draft = hs_column_extend(&dump->drafts, 1);

        hs_heap_draft_init(draft);
        reached =
            hs_godump_take(split->heap, reached, split->end, split->end, draft);
    }
    return reached;
}

/* The first objects, and in a file that Go wrote all of them. */
static const uint8_t *take_split(struct godump *dump)
{
    struct split split = {.heap = dump->heap, .end = dump->in.end};
    unsigned threads = hs_parallel_processors();

    split.pieces =
        hs_arena_zeroed(&dump->scratch, MOST_PIECES, sizeof(*split.pieces));
    guess_pieces(&split, dump->in.at);
    if (threads > split.count)
        threads = split.count;
    hs_parallel_run(threads, read_pieces, &split);
    return keep_pieces(dump, &split);
}

bool hs_godump_objects(struct godump *dump, struct hs_err *err)
{
    struct hs_heap_draft *drafts = dump->drafts.at;
    const uint8_t *at = dump->in.at, *end = dump->in.end, *reached;

    if (dump->drafts.count == 0)
        reached = take_split(dump);
    else
        reached = hs_godump_take(dump->heap, at, end, end,
                                 &drafts[dump->drafts.count - 1]);
    if (reached == at)
        return explain(dump, err);
    hs_cursor_take(&dump->in, (uint64_t)(reached - at));
    return true;
}
