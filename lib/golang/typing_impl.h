/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_impl.h - what the parts of typing share; for typing*.c only.
 *
 *   typing_plan.c    per type: which of its words lead where, flattened once
 *   typing_claim.c   "what is at ADDRESS is a T": accepted, refused, kept
 *   typing_scan.c    the claims that a typed piece of memory makes
 *   typing_inner.c   the same for headers of maps and chans, and for closures
 *   typing_seeds.c   where it starts: headers, variables, the runtime's lists
 *   typing_signs.c   interface words, chans and closures in what has no type
 *   typing_maps.c    headers of maps in what has no type
 *   typing_guess.c   the only type of that size and those pointers
 *   typing.c         level after level until nothing new is learnt
 *
 * A *claim* is 64 bits of which the greatest wins, so that it does not matter
 * who comes first:
 *
 *   evidence:3 | bytes it covers:30 | rank:2 | least type number:24 | shape:4 |
 *   header:1
 *
 * The rank of a type decides between types of one size: a struct beats its
 * first field, and what Go has a name for beats what only the compiler has.
 *
 * A claim at an object's start that fits the object is its typing.  Any other
 * (into the middle, or a first field whose struct nobody has named) is a
 * *view*: it types nothing, but what it says of its own words is as true.
 */
#ifndef HS_GOLANG_TYPING_IMPL_H
#define HS_GOLANG_TYPING_IMPL_H

#include "base/bitset.h"
#include "base/map.h"
#include "base/parallel.h"
#include "golang/golang_impl.h"
#include "model/heap_lookup.h"

enum typing_op_kind {
    OP_POINTER,  /* to a type */
    OP_STRING,   /* pointer, length; type is the string's */
    OP_SLICE,    /* pointer, length, capacity; type is the element's */
    OP_EFACE,    /* type, data */
    OP_IFACE,    /* itab, data */
    OP_MAP,      /* pointer to the header; type is the map's */
    OP_CHAN,     /* pointer to the header; type is the chan's */
    OP_FUNC,     /* pointer to a closure; type is the func's */
    OP_OVERFLOW, /* pointer to one more bucket of map type */
    OP_TRIE,     /* pointer to a node of a hash trie, which type tells of */
    OP_POOL,     /* pointer, count: the per-processor part of a sync.Pool */
    OP_REFLECT,  /* type, pointer, flags: a reflect.Value */
    OP_UNSAFE,   /* pointer to who knows what */
    OP_ARRAY,    /* count values of type in a row */
};

struct typing_op {
    uint32_t offset; /* bytes into the value */
    uint32_t type;
    uint32_t count; /* OP_ARRAY */
    uint8_t kind;   /* enum typing_op_kind */
};

/* What has to be at hand of a type when something points to it. */
struct typing_type {
    uint64_t size;
    uint32_t first, count;        /* its ops in typing.ops */
    uint32_t groups, group_count; /* of a map: the ops of a group */
    uint32_t group_size;
    uint32_t slot; /* bytes of the slot that one value is allocated in; 0:
                    * it shares one, or has no bytes */
    uint8_t rank;  /* 0 to 3 */
    bool has_pointers, group_pointers;
    bool open;           /* the beginning of something bigger */
    bool partial;        /* not all of its words are in its ops */
    uint16_t mark_count; /* the bytes that list a value's pointers in a dump: */
    uint32_t marks;      /* typing.marks[marks ..]; none if that is too long */
};

/* Where an address is. */
struct typing_place {
    uint32_t slot, object; /* HS_NO_SLOT: in no object */
    uint64_t offset;       /* into the slot */
    uint64_t size;         /* of the slot */
    bool scan;             /* it has pointers */
    uint8_t header;        /* bytes before its value */
};

/* COUNT values at ADDRESS, which are no object of their own. */
struct typing_view {
    uint64_t address, count;
    uint32_t typing; /* as names->typings: type and shape */
};

/* An object that is not of a type after all. */
struct typing_refusal {
    uint32_t object, typing;
};

/* A word whose type has to be looked up: a type's descriptor, an itab, or the
 * code of a closure. */
enum typing_miss_kind { MISS_TYPE, MISS_ITAB, MISS_CODE };

/* A word that was missed, and what it is about to say of VALUE. */
enum typing_again_how { AGAIN_VALUE, AGAIN_DIRECT, AGAIN_POINTEE, AGAIN_CODE };

struct typing_again {
    uint64_t word, value;
    uint32_t type; /* of AGAIN_CODE: the func's */
    uint8_t kind;  /* enum typing_miss_kind */
    uint8_t how;   /* enum typing_again_how */
};

/* An object with a header, and what is in it. */
struct typing_header {
    uint64_t descriptor, address;
};

/* What a node of a hash trie may be. */
struct typing_trie {
    uint32_t node, entry, indirect; /* types */
};

/* A claim that is still to be made: see typing_ask(). */
struct typing_request {
    uint64_t address, count; /* values, or bytes */
    uint32_t type;
    uint8_t shape, evidence;
    struct typing_place place; /* of ADDRESS, when the claim is made */
};

/* An object that is scanned piece by piece; it has no header. */
struct typing_huge {
    struct hs_memory memory;
    uint64_t pieces;
    uint32_t typing;
};

#define TYPING_HUGE  ((uint64_t)512 << 10) /* bytes */
#define TYPING_PIECE ((uint64_t)64 << 10)
#define TYPING_ASKED 64u
#define TYPING_TINY  16u /* smaller values without pointers share a slot */
#define TYPING_BLOCK 32u /* objects that are scanned together */

struct typing;

/* What one thread gathers. */
struct typing_worker {
    struct typing *typing;
    struct hs_arena arena;
    struct hs_bitset queued;    /* by object: it has a new typing; */
    size_t queued_count;        /* so many have, ... */
    uint32_t *next;             /* ... the slots of the first t->few */
    struct hs_column views;     /* struct typing_view */
    struct hs_column again;     /* struct typing_again */
    struct hs_column refused;   /* struct typing_refusal */
    struct hs_column huge;      /* struct typing_huge */
    struct hs_column headers;   /* struct typing_header */
    struct hs_column chans;     /* uint64_t: objects that are chans, and the
                                 * type of their elements below */
    struct hs_column maps;      /* uint32_t: objects, see typing_maps.c */
    struct hs_column misses[3]; /* uint64_t, by enum typing_miss_kind */
    uint64_t missed;            /* so many times */
    struct hs_column pages;     /* size_t: where something was */
    struct hs_bitset listed;    /* the only words to follow, unless empty */
    struct typing_request asked[TYPING_ASKED];
    uint32_t ask;    /* so many of them are to be made */
    char apart[128]; /* from the next worker's cache lines */
};

struct typing {
    struct golang *g;
    const struct hs_heap *heap;
    const struct hs_heap_store *store;
    struct hs_arena *arena; /* scratch */
    unsigned word;          /* bytes of a pointer */
    unsigned minor;
    bool headers;   /* Go >= 1.22: see typing_seeds.c */
    uint64_t small; /* the largest slot without one */
    unsigned threads;
    uint32_t count; /* of objects */
    size_t few;     /* of which so many are listed, more searched for */

    uint64_t *claims;      /* by object */
    struct hs_map refused; /* object and typing in one -> 1 */

    struct hs_column types; /* struct typing_type, by number; behind
                             * names->types until typing_plan() */
    struct hs_column ops;   /* struct typing_op */
    struct hs_column marks; /* uint8_t */
    struct hs_column tries; /* struct typing_trie */
    uint64_t steps;         /* that plans have taken so far */

    struct hs_map known[3];     /* descriptor, itab, code -> type, which is
                                 * HS_NO_TYPE if there is none */
    struct hs_map map_of;       /* type of a group -> the first map that has
                                 * such groups */
    struct hs_map viewed;       /* views that were scanned -> 1 */
    struct hs_column stretches; /* const struct hs_memory *: segments and
                                 * frames, by address */
    struct hs_column frontier, typings; /* uint32_t: slots of a level, and
                                         * their typings when it began, */
    size_t frontier_count;              /* so many of them */
    uint64_t scanned;                   /* objects, in all levels */
    uint32_t pool_local, g_type;        /* sync.poolLocal, runtime.g */
    uint32_t timer, outer_timer;        /* runtime.timer, and what it is in */
    uint32_t named;                     /* types before are in by_name: */
    struct hs_map by_name;   /* a name's hash -> the first so called */
    struct hs_map receivers; /* a function's entry -> see
                              * typing_functions.c */
    uint64_t frame_link;     /* bytes between a frame's end and its arguments */
    struct typing_worker workers[HS_PARALLEL_MOST];
};

/* typing_plan.c */
void typing_plan(struct typing *t); /* for all types that are new */

static inline const struct typing_type *typing_type(const struct typing *t,
                                                    uint32_t type)
{
    return (const struct typing_type *)t->types.at +
           (type < t->types.count ? type : HS_NO_TYPE);
}

/* The bytes of the slot that SIZE bytes are allocated in, 0 if it may be
 * shared with others. */
uint32_t typing_slot_for(const struct typing *t, uint64_t size, bool pointers);

/* typing_fit.c */
bool typing_fits(const struct typing *t, const struct hs_memory *memory,
                 uint32_t typing);
void typing_mark(struct typing *t, struct typing_type *its);

/* typing_ask.c: makes all claims that W was asked for, with typing_ask(). */
void typing_answer(struct typing_worker *w);

/*
 * A claim's parts.
 */

#define TYPING_EVIDENCE_AT 61
#define TYPING_COVERS_AT   31
#define TYPING_RANK_AT     29
#define TYPING_TYPE_AT     5
#define TYPING_SHAPE_AT    1

/* CLAIM as names->typings has it. */
static inline uint32_t typing_word(uint64_t claim)
{
    if (claim == 0)
        return 0;
    return hs_typing(
        HS_MOST_TYPES - 1 -
            (uint32_t)(claim >> TYPING_TYPE_AT & (HS_MOST_TYPES - 1)),
        (enum hs_shape)(claim >> TYPING_SHAPE_AT & 15),
        (enum hs_evidence)(claim >> TYPING_EVIDENCE_AT), claim & 1);
}

bool typing_locate(const struct typing *t, uint64_t address,
                   struct typing_place *place);

/* typing_claim.c: the claim of REQUEST, whose place is known, is made now; ...
 */
void typing_claim(struct typing_worker *w, struct typing_request *request);
/* ... that TYPE is at ADDRESS, ... */
void typing_claim_one(struct typing_worker *w, uint64_t address, uint32_t type,
                      enum hs_evidence evidence);
/* ... as COVERS bytes of an inner part of a map or chan, */
void typing_claim_inner(struct typing_worker *w, uint64_t address,
                        uint64_t covers, uint32_t type, enum hs_shape shape);
/* ... as a closure of func type TYPE. */
void typing_claim_closure(struct typing_worker *w, uint64_t address,
                          uint32_t type);
void typing_raise(struct typing_worker *w, const struct typing_place *place,
                  uint32_t typing, uint64_t covers);
void typing_refuse(struct typing *t, uint32_t object, uint32_t typing);
/* typing_scan.c: the claims of COUNT values at OFFSET of MEMORY, ... */
bool typing_memory(const struct typing *t, uint32_t slot,
                   struct hs_memory *memory);
void typing_scan(struct typing_worker *w, const struct hs_memory *memory,
                 uint64_t offset, uint32_t typing, uint64_t count);
/* ... of the objects in COUNT SLOTS, of what a view shows, */
void typing_scan_block(struct typing_worker *w, const uint32_t *slots,
                       const uint32_t *typings, size_t count);
void typing_scan_view(struct typing_worker *w, const struct typing_view *view);
/* ... of number PIECE of what is scanned in pieces, */
void typing_scan_piece(struct typing_worker *w, const struct typing_huge *huge,
                       uint64_t piece);
/* ... of what was missed, now that it is known, */
void typing_scan_again(struct typing_worker *w,
                       const struct typing_again *again);
/* ... of an interface's dynamic TYPE and second word. */
void typing_follow_value(struct typing_worker *w, uint32_t type,
                         uint64_t value);

/* typing_inner.c: what is in a header of a map or a chan. */
void typing_scan_inner(struct typing_worker *w, const struct hs_memory *memory,
                       uint64_t offset, uint32_t typing);
void typing_claim_trie(struct typing_worker *w, uint64_t address,
                       uint32_t type);
uint64_t typing_map_size(const struct typing *t);
uint64_t typing_chan_size(const struct typing *t);

/* typing_seeds.c */
void typing_seed(struct typing *t);
const struct hs_memory *typing_stretch(const struct typing *t,
                                       uint64_t address);
void typing_list(const struct typing *t, const struct hs_memory *memory,
                 struct hs_bitset *listed);

/* typing_functions.c: the closure whose code is at CODE, as a struct; what
 * methods that run were called with. */
uint32_t typing_closure(struct typing *t, uint64_t code);
void typing_seed_receivers(struct typing *t);

/* typing_maps.c: is that a map's header, as far as it tells by itself?  Claims
 * those of what the workers have noted that are. */
bool typing_looks_like_map(const struct typing *t,
                           const struct hs_memory *memory);
void typing_claim_maps(struct typing *t);

/* typing_signs.c */
void typing_find_signs(struct typing *t);

/* typing.c */
void typing_run(struct typing *t);
bool typing_resolve(struct typing *t);
void typing_forget(struct typing *t); /* what was missed: all is scanned anew */

/* The word at OFFSET of MEMORY, 0 if it has none. */
static inline uint64_t typing_at(const struct typing *t,
                                 const struct hs_memory *memory,
                                 uint64_t offset)
{
    if (memory->size < t->word || offset > memory->size - t->word)
        return 0;
    return hs_heap_word(t->heap, memory->bytes + offset);
}

/* Whether the pointer word at OFFSET counts: of a frame, those that the dump
 * lists are alive, others are what a dead variable has left behind. */
static inline bool typing_alive(const struct typing_worker *w, uint64_t offset)
{
    uint64_t word = offset / w->typing->word;

    return w->listed.bits == 0 ||
           (word < w->listed.bits && hs_bitset_has(&w->listed, word));
}

/* The bytes before a value in a slot like that of PLACE. */
static inline uint8_t typing_header(const struct typing *t,
                                    const struct typing_place *place)
{
    return t->headers && place->scan && place->size > t->small &&
                   place->size <= 32768
               ? 8
               : 0;
}

/* Makes that claim, a little later: see typing_ask.c. */
static inline void typing_ask(struct typing_worker *w, uint64_t address,
                              uint64_t count, uint32_t type,
                              enum hs_shape shape, enum hs_evidence evidence)
{
    const struct hs_heap_store *store = w->typing->store;
    uint64_t index = (address >> HS_PAGE_SHIFT) - store->main.first;
    struct typing_request *request = &w->asked[w->ask++];

    request->address = address;
    request->count = count;
    request->type = type;
    request->shape = (uint8_t)shape;
    request->evidence = (uint8_t)evidence;
    if (index < store->main.count)
        __builtin_prefetch(store->pages + store->main.base + index);
    if (w->ask == TYPING_ASKED)
        typing_answer(w);
}

/* The type that ADDRESS stands for, or HS_NO_TYPE, into *TYPE; false if that
 * has still to be looked up, which W notes. */
bool typing_known(struct typing_worker *w, uint64_t address,
                  enum typing_miss_kind kind, uint32_t *type);

#endif
