/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing.c - which object is of which type.
 *
 * Claims start where something is certain (typing_seeds.c) and go on from
 * object to object in *levels*: everything that got a new typing in one level
 * is scanned in the next, with the typing that it had when the level began.
 * As the greatest claim wins, a level's outcome does not depend on the order
 * in which threads come by, and neither does the whole.
 *
 * Within a level nothing is read from the executable: a descriptor that is met
 * for the first time is a *miss*; all misses of a level are looked up behind
 * it, in order of their addresses, so that types get the same numbers in every
 * run, and what depends on them is followed only then.
 *
 * When no object is left, views are scanned whose object is still nobody's;
 * then what has no type is searched for signs of one (typing_signs.c).
 */
#include "golang/typing_impl.h"

#include "base/pages.h"
#include "base/parallel.h"
#include "base/sort.h"
#include "model/goversion.h"

/* Levels with fewer objects are not worth a thread, unless they have so many
 * bytes: the entries of a large map are few. */
#define ALONE       8192u
#define ALONE_BYTES (TYPING_HUGE - 1)
#define CHUNK       1024u

#define AHEAD 3 /* groups whose claims are called for */

/* How often an object is scanned on average before a file must be damaged,
 * and a view. */
#define MOST_SCANS 32u
#define MOST_VIEWS 4u
#define ANYWAY     (1u << 20)

/* Each thread has a share of a level, and helps with others when it is done:
 * neighbours in memory point to neighbours, whose claims are in one line of
 * the caches, and two threads would take that from each other all the time. */
struct share {
    size_t at, end; /* the next chunk */
    char apart[112];
};

struct level {
    struct typing *t;
    const uint32_t *slots, *typings;
    size_t count, chunk;
    unsigned parts;
    struct share shares[HS_PARALLEL_MOST];
};

/*
 * Misses.
 */

static uint32_t itab_type(struct typing *t, uint64_t itab)
{
    struct hs_cursor c = hs_golang_bytes(t->g, itab, 2 * (uint64_t)t->word);
    uint64_t type;

    hs_golang_word(t->g, &c);
    type = hs_golang_word(t->g, &c);
    return c.fault ? HS_NO_TYPE : hs_golang_type_at(t->g, type);
}

static void look_up(struct typing *t, uint64_t address,
                    enum typing_miss_kind kind)
{
    uint32_t type = HS_NO_TYPE;

    switch (kind) {
    case MISS_TYPE:
        type = hs_golang_type_at(t->g, address);
        break;
    case MISS_ITAB:
        type = itab_type(t, address);
        break;
    case MISS_CODE:
        type = hs_golang_closure_type(t->g, address);
        if (type == HS_NO_TYPE)
            type = typing_closure(t, address);
        break;
    }
    hs_map_add(&t->known[kind], address, type);
}

static bool has_misses(const struct typing *t)
{
    for (unsigned i = 0; i < t->threads; i++)
        for (unsigned kind = MISS_TYPE; kind <= MISS_CODE; kind++)
            if (t->workers[i].misses[kind].count)
                return true;
    return false;
}

/* Looks up what the workers have missed; false if there was nothing. */
bool typing_resolve(struct typing *t)
{
    struct hs_column all = HS_COLUMN(uint64_t, t->arena);

    if (!has_misses(t))
        return false;
    for (unsigned kind = MISS_TYPE; kind <= MISS_CODE; kind++) {
        size_t first = all.count;
        uint64_t last = 0, *sorted;

        for (unsigned i = 0; i < t->threads; i++) {
            const struct hs_column *misses = &t->workers[i].misses[kind];

            if (misses->count)
                memcpy(hs_column_extend(&all, misses->count), misses->at,
                       misses->count * sizeof(uint64_t));
            t->workers[i].misses[kind].count = 0;
        }
        if (all.count == first)
            continue;
        sorted = (uint64_t *)all.at + first;
        hs_sort_u64(sorted, all.count - first, 0, 64, t->arena);
        for (size_t i = first; i < all.count; i++, sorted++) {
            if (*sorted != last || i == first)
                look_up(t, *sorted, (enum typing_miss_kind)kind);
            last = *sorted;
        }
    }
    typing_plan(t);
    return true;
}

/*
 * Levels.
 */

static void scan_share(struct level *level, unsigned share,
                       struct typing_worker *w)
{
    size_t last = level->shares[share].end, at;

    while ((at = __atomic_fetch_add(&level->shares[share].at, level->chunk,
                                    __ATOMIC_RELAXED)) < last) {
        size_t end = last - at < level->chunk ? last : at + level->chunk;

        for (; at < end; at += TYPING_BLOCK)
            typing_scan_block(w, level->slots + at, level->typings + at,
                              end - at < TYPING_BLOCK ? end - at
                                                      : TYPING_BLOCK);
    }
}

static void scan_some(void *context, unsigned part)
{
    struct level *level = context;
    struct typing_worker *w = &level->t->workers[part];

    for (unsigned i = 0; i < level->parts; i++)
        scan_share(level, (part + i) % level->parts, w);
    typing_answer(w);
}

/* The huge objects of a level, in pieces that are dealt one by one. */
struct pieces {
    struct typing *t;
    const struct typing_huge *huge;
    size_t count;  /* of objects */
    uint64_t next; /* piece of all */
};

static void scan_pieces(void *context, unsigned part)
{
    struct pieces *pieces = context;
    struct typing_worker *w = &pieces->t->workers[part];
    uint64_t before = 0, piece; /* pieces of the objects before number I */
    size_t i = 0;

    for (;;) {
        piece = __atomic_fetch_add(&pieces->next, 1, __ATOMIC_RELAXED);
        for (; i < pieces->count && piece - before >= pieces->huge[i].pieces;
             i++)
            before += pieces->huge[i].pieces;
        if (i == pieces->count)
            break;
        typing_scan_piece(w, &pieces->huge[i], piece - before);
    }
    typing_answer(w);
}

/* Scans what was too big for one thread. */
static void scan_huge(struct typing *t)
{
    struct hs_column all = HS_COLUMN(struct typing_huge, t->arena);
    struct pieces pieces = {.t = t};

    for (unsigned i = 0; i < t->threads; i++) {
        struct hs_column *huge = &t->workers[i].huge;

        for (size_t k = 0; k < huge->count; k++)
            hs_column_push(&all, (const struct typing_huge *)huge->at + k);
        huge->count = 0;
    }
    if (all.count == 0)
        return;
    pieces.huge = all.at;
    pieces.count = all.count;
    hs_parallel_run(t->threads, scan_pieces, &pieces);
}

/* Makes OBJECT, in SLOT, number AT of the frontier, with the typing that it
 * has. */
static void enter(struct typing *t, size_t at, uint32_t slot, uint32_t object)
{
    ((uint32_t *)t->frontier.at)[at] = slot;
    ((uint32_t *)t->typings.at)[at] = typing_word(t->claims[object]);
}

/* Moves what workers have queued into the first one's set. */
static void unite_queued(struct typing *t)
{
    uint64_t *all = t->workers[0].queued.words;

    for (unsigned i = 1; i < t->threads; i++) {
        struct hs_bitset *queued = &t->workers[i].queued;
        size_t words = hs_bitset_words(queued->bits);

        for (size_t k = 0; k < words; k++)
            all[k] |= queued->words[k];
        memset(queued->words, 0, words * sizeof(uint64_t));
    }
}

/* The queued ones of the objects FIRST to FIRST + COUNT - 1, COUNT at most 64;
 * bit 0 is FIRST's. */
static uint64_t queued_from(const struct typing *t, uint32_t first,
                            unsigned count)
{
    const uint64_t *words = t->workers[0].queued.words + first / 64;
    unsigned shift = first % 64;
    uint64_t bits = words[0] >> shift;

    if (shift + count > 64)
        bits |= words[1] << (64 - shift);
    return count < 64 ? bits & (((uint64_t)1 << count) - 1) : bits;
}

/* Calls the claims of the queued objects in GROUP from memory: those are too
 * far apart for the processor to do it by itself. */
static void call_claims(const struct typing *t,
                        const struct hs_slot_group *group)
{
    uint64_t queued = queued_from(t, group->rank, hs_bits_of(group->bits));
    const uint64_t *line = t->claims + group->rank;

    for (; queued; queued >>= 8, line += 8)
        if (queued & 0xff)
            __builtin_prefetch(line);
}

/* Enters the queued objects of the groups FROM .. TO-1 as AT and those behind,
 * in order of their addresses: then a level reads the heap from its beginning
 * to its end, which is what memory is good at. */
static void enter_groups(struct typing *t, size_t from, size_t to, size_t at)
{
    const struct hs_slot_group *group = t->store->groups + from;

    for (size_t i = from; i < to; i++, group++) {
        uint64_t bits = group->bits, queued;
        bool dense = (bits & (bits + 1)) == 0; /* slot K has object K */
        unsigned rank = 0;                     /* of the first object in BITS */

        if (i + AHEAD < to)
            call_claims(t, group + AHEAD);
        if (bits == 0)
            continue;
        queued = queued_from(t, group->rank, hs_bits_of(bits));
        for (; queued; queued &= queued - 1) {
            unsigned next = (unsigned)__builtin_ctzll(queued), slot = next;

            if (!dense) {
                for (; rank < next; rank++)
                    bits &= bits - 1;
                slot = (unsigned)__builtin_ctzll(bits);
            }
            enter(t, at++, (uint32_t)(i * 64) + slot, group->rank + next);
        }
    }
}

/* How many queued objects come before OBJECT. */
static size_t queued_before(const struct typing *t, uint32_t object)
{
    const uint64_t *words = t->workers[0].queued.words;
    size_t count = 0;

    for (uint32_t i = 0; i < object / 64; i++)
        count += hs_bits_of(words[i]);
    return object % 64 ? count + hs_bits_of(words[object / 64] &
                                            (((uint64_t)1 << object % 64) - 1))
                       : count;
}

static void gather_part(void *context, unsigned part)
{
    struct typing *t = context;
    size_t count = t->store->group_count;
    size_t from = hs_parallel_share(count, part, t->threads);
    size_t to = hs_parallel_share(count, part + 1, t->threads);

    if (from < to)
        enter_groups(t, from, to,
                     queued_before(t, t->store->groups[from].rank));
}

static void gather_many(struct typing *t)
{
    const struct hs_bitset *all = &t->workers[0].queued;

    unite_queued(t);
    t->frontier_count = queued_before(t, t->count);
    hs_parallel_run(t->threads, gather_part, t);
    memset(all->words, 0, hs_bitset_words(all->bits) * 8);
}

/* Takes OBJECT out of all queues; false if it was in none. */
static bool unqueue(struct typing *t, uint32_t object)
{
    uint64_t bit = (uint64_t)1 << object % 64, some = 0;

    for (unsigned i = 0; i < t->threads; i++) {
        uint64_t *word = &t->workers[i].queued.words[object / 64];

        some |= *word & bit;
        *word &= ~bit;
    }
    return some;
}

static void gather_few(struct typing *t)
{
    for (unsigned i = 0; i < t->threads; i++) {
        const struct typing_worker *w = &t->workers[i];

        for (size_t k = 0; k < w->queued_count; k++) {
            uint32_t object = hs_heap_slot_object(t->store, w->next[k]);

            if (unqueue(t, object)) /* two may have queued it */
                enter(t, t->frontier_count++, w->next[k], object);
        }
    }
}

/* Moves what all workers have queued into the frontier. */
static void gather(struct typing *t)
{
    size_t count = 0;

    t->frontier.count = t->typings.count = t->frontier_count = 0;
    for (unsigned i = 0; i < t->threads; i++)
        count += t->workers[i].queued_count;
    hs_column_extend(&t->frontier, count);
    hs_column_extend(&t->typings, count);
    if (count > t->few)
        gather_many(t);
    else
        gather_few(t);
    for (unsigned i = 0; i < t->threads; i++)
        t->workers[i].queued_count = 0;
    t->scanned += t->frontier_count;
}

static void refuse_all(struct typing *t)
{
    for (unsigned i = 0; i < t->threads; i++) {
        const struct typing_refusal *refused = t->workers[i].refused.at;

        for (size_t k = 0; k < t->workers[i].refused.count; k++)
            typing_refuse(t, refused[k].object, refused[k].typing);
        t->workers[i].refused.count = 0;
    }
}

void typing_forget(struct typing *t)
{
    for (unsigned i = 0; i < t->threads; i++)
        t->workers[i].again.count = 0;
}

static void scan_again_part(void *context, unsigned part)
{
    struct typing *t = context;
    struct typing_worker *w = &t->workers[part];
    struct hs_column again = w->again;

    w->again = HS_COLUMN(struct typing_again, again.arena);
    for (size_t k = 0; k < again.count; k++)
        typing_scan_again(w, (const struct typing_again *)again.at + k);
    typing_answer(w);
}

/* Who missed something knows more now. */
static void scan_again(struct typing *t)
{
    size_t count = 0;

    if (!typing_resolve(t))
        return;
    for (unsigned i = 0; i < t->threads; i++)
        count += t->workers[i].again.count;
    if (count > ALONE)
        hs_parallel_run(t->threads, scan_again_part, t);
    else
        for (unsigned i = 0; i < t->threads; i++)
            scan_again_part(t, i);
}

static bool is_much(const struct typing *t, const struct level *level)
{
    uint64_t bytes = 0;

    if (level->count > ALONE)
        return true;
    for (size_t i = 0; i < level->count && bytes <= ALONE_BYTES; i++)
        bytes += hs_heap_slot_size(t->store, level->slots[i]);
    return bytes > ALONE_BYTES;
}

static void deal(struct level *level, unsigned parts)
{
    level->parts = parts;
    for (unsigned i = 0; i < parts; i++) {
        level->shares[i].at = hs_parallel_share(level->count, i, parts);
        level->shares[i].end = hs_parallel_share(level->count, i + 1, parts);
    }
}

static bool is_damaged(const struct typing *t)
{
    return t->scanned > (uint64_t)t->count * MOST_SCANS + ANYWAY;
}

/* Is the next level a small one, and is there nothing else to be done before
 * it? */
static bool is_simple(const struct typing *t)
{
    const struct typing_worker *w = &t->workers[0];
    uint64_t bytes = 0;

    if (w->queued_count == 0 || w->queued_count > TYPING_BLOCK ||
        w->again.count || w->refused.count || is_damaged(t))
        return false;
    for (size_t i = 0; i < w->queued_count; i++)
        bytes += hs_heap_slot_size(t->store, w->next[i]);
    return bytes <= ALONE_BYTES;
}

/* Goes down long lists, behind a level that the first worker did alone: as
 * run_levels(), but with as little as can be between two levels, for there are
 * as many as a list has links. */
static void run_lists(struct typing *t)
{
    struct typing_worker *w = &t->workers[0];
    uint32_t slots[TYPING_BLOCK], typings[TYPING_BLOCK];

    while (is_simple(t)) {
        size_t count = w->queued_count;

        for (size_t i = 0; i < count; i++) {
            uint32_t object = hs_heap_slot_object(t->store, w->next[i]);

            slots[i] = w->next[i];
            typings[i] = typing_word(t->claims[object]);
            hs_bitset_remove(&w->queued, object);
        }
        w->queued_count = 0;
        t->scanned += count;
        typing_scan_block(w, slots, typings, count);
        typing_answer(w);
    }
}

static void run_levels(struct typing *t)
{
    for (;;) {
        struct level level;

        gather(t);
        if (t->frontier_count == 0 || is_damaged(t))
            return;
        level.t = t;
        level.slots = t->frontier.at;
        level.typings = t->typings.at;
        level.count = t->frontier_count;
        deal(&level, is_much(t, &level) ? t->threads : 1);
        level.chunk = level.count / (64 * t->threads) + 1;
        if (level.chunk > CHUNK)
            level.chunk = CHUNK;
        hs_parallel_run(level.parts, scan_some, &level);
        scan_huge(t);
        if (level.parts == 1)
            run_lists(t);
        refuse_all(t);
        scan_again(t);
    }
}

/*
 * Views.
 */

static uint64_t view_key(const struct typing_view *view)
{
    /* Odd and large, so that views differ as soon as one part of them does. */
    return view->address * 0x9e3779b97f4a7c15u ^
           (view->typing & ~(7u << 28)) * 0xd6e8feb86659fd93u;
}

/* Is the object that VIEW looks into still nobody's? */
static bool is_open(const struct typing *t, const struct typing_view *view)
{
    uint32_t object = hs_heap_find(t->heap, view->address);

    return object == HS_NO_OBJECT || t->claims[object] == 0;
}

/* Scans what has been viewed since the last time; false if that was nothing. */
static bool run_views(struct typing *t)
{
    bool some = false;

    if (t->viewed.count > (uint64_t)t->count * MOST_VIEWS + ANYWAY)
        return false;
    for (unsigned i = 0; i < t->threads; i++) {
        struct hs_column views = t->workers[i].views;
        const struct typing_view *view = views.at;

        t->workers[i].views = HS_COLUMN(struct typing_view, views.arena);
        for (size_t k = 0; k < views.count; k++, view++) {
            size_t before = t->viewed.count;

            if (!is_open(t, view))
                continue;
            hs_map_add(&t->viewed, view_key(view), 1);
            if (t->viewed.count == before)
                continue;
            some = true;
            typing_scan_view(&t->workers[0], view);
        }
    }
    typing_answer(&t->workers[0]);
    scan_again(t);
    return some;
}

void typing_run(struct typing *t)
{
    do
        run_levels(t);
    while (run_views(t));
}

/*
 * All of it.
 */

static void init_worker(struct typing *t, struct typing_worker *w)
{
    w->typing = t;
    w->arena = HS_ARENA_EMPTY;
    w->queued = hs_bitset_new(t->count, &w->arena);
    w->next = hs_arena_alloc(&w->arena, t->few * sizeof(uint32_t));
    w->views = HS_COLUMN(struct typing_view, &w->arena);
    w->refused = HS_COLUMN(struct typing_refusal, &w->arena);
    w->huge = HS_COLUMN(struct typing_huge, &w->arena);
    w->again = HS_COLUMN(struct typing_again, &w->arena);
    w->headers = HS_COLUMN(struct typing_header, &w->arena);
    w->chans = HS_COLUMN(uint64_t, &w->arena);
    w->maps = HS_COLUMN(uint32_t, &w->arena);
    w->pages = HS_COLUMN(size_t, &w->arena);
    for (unsigned kind = 0; kind < 3; kind++)
        w->misses[kind] = HS_COLUMN(uint64_t, &w->arena);
}

static struct typing *make(struct golang *g)
{
    struct typing *t = hs_arena_zeroed(g->scratch, 1, sizeof(*t));

    t->g = g;
    t->heap = g->heap;
    t->store = g->heap->store;
    t->arena = g->scratch;
    t->word = g->heap->pointer_size;
    t->minor = hs_goversion_minor(g->heap->go_version);
    t->headers = hs_goversion_has_headers(g->heap->go_version);
    t->small = hs_heap_small_slot(g->heap);
    t->count = hs_heap_count(g->heap);
    t->few = t->count / 64 + TYPING_BLOCK;
    t->named = 1;
    t->frame_link = hs_str_equal(g->heap->goarch, hs_str_of("arm64")) ? 8 : 0;
    t->threads = g->threads         ? g->threads
                 : t->count < ALONE ? 1
                                    : hs_parallel_processors();
    t->claims = hs_arena_zeroed(g->arena, t->count, sizeof(uint64_t));
    t->types = HS_COLUMN(struct typing_type, t->arena);
    t->ops = HS_COLUMN(struct typing_op, t->arena);
    t->marks = HS_COLUMN(uint8_t, t->arena);
    t->tries = HS_COLUMN(struct typing_trie, t->arena);
    t->stretches = HS_COLUMN(const struct hs_memory *, t->arena);
    t->frontier = t->typings = HS_COLUMN(uint32_t, t->arena);
    for (unsigned kind = 0; kind < 3; kind++)
        hs_map_init(&t->known[kind], t->arena, 1024);
    hs_map_init(&t->receivers, t->arena, 1024);
    hs_map_init(&t->by_name, t->arena, 1024);
    hs_map_init(&t->map_of, t->arena, 1024);
    hs_map_init(&t->viewed, t->arena, 1024);
    hs_map_init(&t->refused, t->arena, 16);
    for (unsigned i = 0; i < t->threads; i++)
        init_worker(t, &t->workers[i]);
    return t;
}

/* Writes the typings of a part of the objects over its claims, ... */
static void write_part(void *context, unsigned part)
{
    const struct typing *t = context;
    size_t from = hs_parallel_share(t->count, part, t->threads);
    size_t to = hs_parallel_share(t->count, part + 1, t->threads);
    char *at = (char *)(t->claims + from);

    for (size_t i = from; i < to; i++) {
        uint32_t typing = typing_word(t->claims[i]);

        memcpy(at + (i - from) * sizeof(typing), &typing, sizeof(typing));
    }
}

/* ... and all together: a second array would have to be cleared first. */
static uint32_t *write_all(struct typing *t)
{
    uint32_t *typings = (uint32_t *)(void *)t->claims;

    hs_parallel_run(t->threads, write_part, t);
    for (unsigned part = 1; part < t->threads; part++) {
        size_t from = hs_parallel_share(t->count, part, t->threads);
        size_t to = hs_parallel_share(t->count, part + 1, t->threads);

        memmove(typings + from, t->claims + from, (to - from) * 4);
    }
    if ((size_t)t->count * 8 >= HS_ARENA_LARGE)
        hs_pages_forget(typings + t->count, t->claims + t->count);
    return typings;
}

/* A type that the executable lists need not be missed: the interfaces of a
 * large slice would all be, at once. */
static void know_types(struct typing *t)
{
    uint32_t count = (uint32_t)t->g->names->types.count;

    for (uint32_t i = 1; i < count; i++) {
        uint64_t at = hs_names_type(t->g->names, i)->descriptor;

        if (at)
            look_up(t, at, MISS_TYPE);
    }
}

void hs_golang_type_heap(struct golang *g)
{
    struct typing *t;

    if (!g->heap || !g->names || hs_heap_count(g->heap) == 0)
        return;
    t = make(g);
    hs_golang_read_all_types(g);
    know_types(t);
    typing_plan(t);
    typing_seed(t);
    typing_run(t);
    typing_find_signs(t);
    typing_run(t);
    g->names->typings = write_all(t);
    for (unsigned i = 0; i < t->threads; i++)
        hs_arena_free(&t->workers[i].arena);
}
