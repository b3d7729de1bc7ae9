/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_claim.c - "at ADDRESS is a T": what is made of it.
 *
 * The allocator helps to judge.  It gives a value the smallest slot that it
 * fits, and values with pointers never share a span with values without.  So a
 * T in a bigger slot than its own is the first field of something else, and an
 * *int32 into an object with pointers is a field's address.  Slices and
 * strings may be parts of what they point into, so theirs is only to fit.
 *
 * Slots of 16 bytes without pointers are shared by several small values (the
 * tiny allocator): only what takes all 16 bytes is believed there.
 */
#include "golang/typing_impl.h"

#define MOST_COVERS (((uint64_t)1 << 30) - 1)
#define TINY        TYPING_TINY

/* What of a claim is its typing, evidence apart. */
#define CLAIM_TYPING (((uint64_t)1 << TYPING_RANK_AT) - 1)

static inline uint64_t claim_of(const struct typing *t, uint32_t typing,
                                uint64_t covers)
{
    uint64_t rank = typing_type(t, hs_typing_type(typing))->rank;
    uint64_t type = HS_MOST_TYPES - 1 - hs_typing_type(typing);

    return (uint64_t)hs_typing_evidence(typing) << TYPING_EVIDENCE_AT |
           (covers < MOST_COVERS ? covers : MOST_COVERS) << TYPING_COVERS_AT |
           rank << TYPING_RANK_AT | type << TYPING_TYPE_AT |
           (uint64_t)hs_typing_shape(typing) << TYPING_SHAPE_AT |
           (typing & HS_TYPING_HEADER ? 1u : 0u);
}

static void add_miss(struct hs_column *misses, uint64_t address)
{
    /* Many closures of one function come in a row. */
    if (misses->count == 0 ||
        ((const uint64_t *)misses->at)[misses->count - 1] != address)
        hs_column_push(misses, &address);
}

bool typing_known(struct typing_worker *w, uint64_t address,
                  enum typing_miss_kind kind, uint32_t *type)
{
    uint32_t known = hs_map_lookup(&w->typing->known[kind], address);

    *type = HS_NO_TYPE;
    if (known == HS_MAP_NONE) {
        add_miss(&w->misses[kind], address);
        w->missed++;
        return false;
    }
    *type = known;
    return true;
}

/* An object and a typing as one number; that two of them might meet in it
 * makes a refusal too many. */
static uint64_t refusal(uint32_t object, uint32_t typing)
{
    return (uint64_t)object << 32 | (typing & ~(7u << 28));
}

static bool is_refused(const struct typing *t, uint32_t object, uint32_t typing)
{
    return t->refused.count &&
           hs_map_lookup(&t->refused, refusal(object, typing)) != HS_MAP_NONE;
}

void typing_refuse(struct typing *t, uint32_t object, uint32_t typing)
{
    hs_map_add(&t->refused, refusal(object, typing), 1);
    if (((t->claims[object] ^ claim_of(t, typing, 0)) & CLAIM_TYPING) == 0)
        t->claims[object] = 0;
}

/* Has the object at PLACE scanned in the next level. */
static void queue(struct typing_worker *w, const struct typing_place *place)
{
    if (hs_bitset_has(&w->queued, place->object))
        return;
    hs_bitset_add(&w->queued, place->object);
    if (w->queued_count < w->typing->few)
        w->next[w->queued_count] = place->slot;
    w->queued_count++;
}

void typing_raise(struct typing_worker *w, const struct typing_place *place,
                  uint32_t typing, uint64_t covers)
{
    struct typing *t = w->typing;
    uint64_t *claim = &t->claims[place->object];
    uint64_t mine, old = __atomic_load_n(claim, __ATOMIC_RELAXED);

    if (place->header)
        typing |= HS_TYPING_HEADER;
    mine = claim_of(t, typing, covers);
    if (mine <= old || is_refused(t, place->object, typing))
        return;
    while (!__atomic_compare_exchange_n(claim, &old, mine, true,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED))
        if (mine <= old)
            return;
    /* Unless it leads nowhere, or only its extent is new. */
    if (place->scan && ((old ^ mine) & CLAIM_TYPING) != 0)
        queue(w, place);
}

/* In a segment or a goroutine's frame. */
static bool is_outside(const struct typing *t, uint64_t address)
{
    return typing_stretch(t, address) != NULL;
}

static void view(struct typing_worker *w, uint64_t address, uint64_t count,
                 uint32_t typing)
{
    hs_column_push(&w->views, &(struct typing_view){.address = address,
                                                    .count = count,
                                                    .typing = typing});
}

static bool is_at_start(const struct typing_place *place)
{
    return place->offset == place->header;
}

/* What a header or a finalizer says of an object outdoes any view of it. */
static bool is_certain(const struct typing *t, uint32_t object)
{
    return t->claims[object] >> TYPING_EVIDENCE_AT >= HS_EVIDENCE_FINALIZER;
}

/* Where the runtime's timer stands in the one that it is allocated with: behind
 * the channel, since Go 1.23 behind a flag as well. */
static uint64_t timer_offset(const struct typing *t)
{
    return t->minor <= 22 ? t->word : 2 * (uint64_t)t->word;
}

static bool is_inner_timer(const struct typing *t,
                           const struct typing_place *place, uint32_t type)
{
    return type == t->timer && place->offset == timer_offset(t) &&
           place->size == typing_type(t, t->outer_timer)->slot;
}

/* What is in a segment or a frame, and no object. */
static void claim_outside(struct typing_worker *w,
                          const struct typing_request *r)
{
    const struct typing_type *its = typing_type(w->typing, r->type);
    enum hs_shape shape = (enum hs_shape)r->shape;
    bool values = shape == HS_SHAPE_ONE || shape == HS_SHAPE_MANY;

    if (shape != HS_SHAPE_STRING && shape != HS_SHAPE_CLOSURE &&
        (!values || (its->size && its->count && r->count)) &&
        is_outside(w->typing, r->address))
        view(w, r->address, r->count,
             hs_typing(r->type, shape, (enum hs_evidence)r->evidence, false));
}

static void claim_one(struct typing_worker *w, const struct typing_request *r,
                      struct typing_place *place)
{
    struct typing *t = w->typing;
    const struct typing_type *its = typing_type(t, r->type);
    uint32_t type = r->type, typing;
    uint64_t address = r->address;

    if (its->size == 0)
        return;
    if (is_inner_timer(t, place, type)) {
        address -= timer_offset(t);
        place->offset = 0;
        type = t->outer_timer;
        its = typing_type(t, type);
    }
    typing =
        hs_typing(type, HS_SHAPE_ONE, (enum hs_evidence)r->evidence, false);
    if (is_at_start(place) && place->scan == its->has_pointers &&
        (place->size == its->slot || (its->open && place->size > its->size)))
        typing_raise(w, place, typing, its->size);
    else if (its->count && place->size - place->offset >= its->size &&
             !is_certain(t, place->object))
        view(w, address, 1, typing);
}

static void claim_many(struct typing_worker *w, const struct typing_request *r,
                       const struct typing_place *place)
{
    struct typing *t = w->typing;
    const struct typing_type *its = typing_type(t, r->type);
    uint32_t typing =
        hs_typing(r->type, HS_SHAPE_MANY, HS_EVIDENCE_REACHED, false);
    uint64_t room = place->size - place->offset, covers;

    if (its->size == 0 || r->count == 0 || r->count > room / its->size)
        return;
    covers = r->count * its->size;
    if (!place->scan && place->size <= TINY && covers < TINY)
        return;
    /* s[i:] has the rest of its array as its capacity. */
    if (place->scan == its->has_pointers &&
        (is_at_start(place) ||
         (place->offset > place->header &&
          (place->offset - place->header) % its->size == 0 &&
          room - covers < its->size)))
        typing_raise(w, place, typing, covers);
    else if (its->count && !is_certain(t, place->object))
        view(w, r->address, r->count, typing);
}

/* May the string of R be the one in the slot of PLACE? */
static bool string_fits(const struct typing_request *r,
                        const struct typing_place *place)
{
    return r->count != 0 && !place->scan &&
           r->count <= place->size - place->offset &&
           (place->size > TINY || r->count >= TINY);
}

static void claim_string(struct typing_worker *w,
                         const struct typing_request *r,
                         const struct typing_place *place)
{
    if (!string_fits(r, place))
        return;
    typing_raise(
        w, place,
        hs_typing(r->type, HS_SHAPE_STRING, HS_EVIDENCE_REACHED, false),
        r->count);
}

/* A header before an inner part knows its groups, elements or tables, but not
 * of which map or chan: NOW, made of the header, may become TYPE's. */
static bool header_agrees(const struct typing *t, uint32_t now, uint32_t type,
                          enum hs_shape shape)
{
    const struct hs_names *names = t->g->names;
    const struct hs_go_type *its = hs_names_type(names, type);
    const struct hs_go_type *header = hs_names_type(names, hs_typing_type(now));
    bool again = hs_typing_shape(now) == shape; /* another claim came first */

    if (hs_typing_evidence(now) != HS_EVIDENCE_HEADER ||
        (!again && hs_typing_shape(now) > HS_SHAPE_MANY))
        return false;
    switch (shape) {
    case HS_SHAPE_MAP_GROUPS:
        return (again ? header->group : hs_typing_type(now)) == its->group;
    case HS_SHAPE_CHAN_BUFFER:
        return (again ? header->elem : hs_typing_type(now)) == its->elem;
    case HS_SHAPE_MAP_DIRECTORY:
        return again || header->kind == HS_GO_POINTER;
    default:
        return false;
    }
}

/* Do inner parts of that shape lie where pointers do? */
static bool inner_scan(const struct typing *t, uint32_t type,
                       enum hs_shape shape, bool scan)
{
    uint32_t elem = hs_names_type(t->g->names, type)->elem;

    switch (shape) {
    case HS_SHAPE_CHAN:
        return true; /* the runtime has it either way */
    case HS_SHAPE_CHAN_BUFFER:
        return scan == typing_type(t, elem)->has_pointers;
    case HS_SHAPE_MAP_GROUPS:
        return scan == typing_type(t, type)->group_pointers;
    default:
        return scan;
    }
}

static void claim_inner(struct typing_worker *w, const struct typing_request *r,
                        const struct typing_place *place)
{
    struct typing *t = w->typing;
    enum hs_evidence evidence = HS_EVIDENCE_REACHED;
    enum hs_shape shape = (enum hs_shape)r->shape;
    uint64_t covers = r->count;
    uint32_t type = r->type;
    uint32_t typing = hs_typing(type, shape, evidence, false), now;
    bool fits = covers <= place->size - place->offset &&
                inner_scan(t, type, shape, place->scan);

    if (!fits || !is_at_start(place)) {
        if (fits && !is_certain(t, place->object))
            view(w, r->address, covers, typing);
        return;
    }
    /* To the runtime these are structs of its own, which know less. */
    if (shape == HS_SHAPE_CHAN || shape == HS_SHAPE_MAP ||
        shape == HS_SHAPE_MAP_TABLE)
        covers = place->size + 1;
    now = typing_word(
        __atomic_load_n(&t->claims[place->object], __ATOMIC_RELAXED));
    if (header_agrees(t, now, type, shape)) {
        evidence = HS_EVIDENCE_HEADER;
        covers = UINT32_MAX;
    }
    typing_raise(w, place, hs_typing(type, shape, evidence, false), covers);
}

static void claim_closure(struct typing_worker *w,
                          const struct typing_request *r,
                          const struct typing_place *place)
{
    struct typing *t = w->typing;
    struct typing_again again = {.value = r->address,
                                 .type = r->type,
                                 .kind = MISS_CODE,
                                 .how = AGAIN_CODE};
    struct hs_memory memory;
    uint32_t its;

    if (!is_at_start(place) || !typing_memory(t, place->slot, &memory))
        return;
    again.word = typing_at(t, &memory, place->offset);
    if (!typing_known(w, again.word, MISS_CODE, &its)) {
        hs_column_push(&w->again, &again);
        return;
    }
    if (its == HS_NO_TYPE || typing_type(t, its)->size > place->size)
        its = r->type;
    typing_raise(w, place,
                 hs_typing(its, HS_SHAPE_CLOSURE, HS_EVIDENCE_REACHED, false),
                 its == r->type ? t->word : typing_type(t, its)->size);
}

void typing_claim(struct typing_worker *w, struct typing_request *request)
{
    struct typing_place *place = &request->place;

    if (place->slot == HS_NO_SLOT) {
        claim_outside(w, request);
        return;
    }
    switch ((enum hs_shape)request->shape) {
    case HS_SHAPE_ONE:
        claim_one(w, request, place);
        break;
    case HS_SHAPE_MANY:
        claim_many(w, request, place);
        break;
    case HS_SHAPE_STRING:
        claim_string(w, request, place);
        break;
    case HS_SHAPE_CLOSURE:
        claim_closure(w, request, place);
        break;
    default:
        claim_inner(w, request, place);
        break;
    }
}

/* Makes the claim of REQUEST, whose place is still to be found. */
static void claim_now(struct typing_worker *w, struct typing_request request)
{
    typing_locate(w->typing, request.address, &request.place);
    typing_claim(w, &request);
}

void typing_claim_one(struct typing_worker *w, uint64_t address, uint32_t type,
                      enum hs_evidence evidence)
{
    claim_now(w, (struct typing_request){.address = address,
                                         .count = 1,
                                         .type = type,
                                         .shape = HS_SHAPE_ONE,
                                         .evidence = (uint8_t)evidence});
}

void typing_claim_inner(struct typing_worker *w, uint64_t address,
                        uint64_t covers, uint32_t type, enum hs_shape shape)
{
    claim_now(w, (struct typing_request){.address = address,
                                         .count = covers,
                                         .type = type,
                                         .shape = (uint8_t)shape,
                                         .evidence = HS_EVIDENCE_REACHED});
}

void typing_claim_closure(struct typing_worker *w, uint64_t address,
                          uint32_t type)
{
    typing_claim_inner(w, address, 1, type, HS_SHAPE_CLOSURE);
}
