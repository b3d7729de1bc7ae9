/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_store.h - where the objects of a heap are kept, and how they get there.
 *
 * There is no table of objects.  The Go allocator fills a page of 8 KiB with
 * slots of one size, so a page says where its slots start and how long they
 * are, and a bit per slot says which are objects:
 *
 *   address ──► region ──► page ─────────────► group (64 slots) ──► object
 *   0xc000012a38  run of   group, size, phase  bits  ...0110111     rank + how
 *                 pages    a32/size: slot 11   rank  first object   many bits
 *                                              of the group         before it
 *
 * which costs 48 bytes a page and 16 bytes for 64 slots: about a byte per
 * object.  Two more for each object with pointers say where its bytes are in
 * the input, if the records of its page are alike.  A page whose objects do not
 * fit the scheme (two sizes, unaligned, overlapping: never written by Go, but a
 * damaged file has them) lists them one by one.
 *
 * A decoder *drafts*: any number of drafts, each on a thread of its own, take
 * objects in the order of the file.  hs_heap_freeze() makes the store of all
 * of them.  The draft tells records apart by where they stand: the objects of
 * one page must stand one after another in the input to be found again.
 */
#ifndef HS_MODEL_HEAP_STORE_H
#define HS_MODEL_HEAP_STORE_H

#include "base/err.h"
#include "model/heap.h"

#define HS_PAGE_SHIFT 13
#define HS_PAGE_BYTES ((uint64_t)1 << HS_PAGE_SHIFT)
#define HS_NO_START   ((uint16_t)HS_PAGE_BYTES)

/* More objects than this are refused: numbers above it are left to holders. */
#define HS_MOST_OBJECTS 0xff000000u

enum hs_page_kind {
    HS_PAGE_EMPTY, /* no object starts here; one from before may reach in */
    HS_PAGE_SLOTS,
    HS_PAGE_LIST, /* its objects are odd[size .. size + magic) and have bits,
                   * one after another, from its first group on */
};

struct hs_page {
    uint32_t group; /* its first group: groups[group ..] */
    uint32_t magic; /* ceil(2^32 / size): x * magic >> 32 == x / size for x up
                     * to 2 pages; 0 where a slot is bigger than a page */
    uint32_t size;  /* of a slot: a multiple of 8, at least 8 */
    uint16_t phase; /* where the first slot starts; HS_NO_START unless SLOTS */
    uint8_t kind;   /* enum hs_page_kind */
    bool scan;      /* some slot of it has pointer words, or it is a list */
};

/* What is seldom asked of a page.  Where it has STARTS, all its records are
 *
 *   head, of starts[0] bytes | the object's bytes | its fields | one byte
 */
struct hs_page_place {
    const uint8_t *record;  /* of its first object, in the input */
    const uint16_t *starts; /* so far behind it are the bytes of its objects
                             * and, at the end, of one more; NULL: not known */
    uint32_t rank;          /* number of the first object here or later */
    uint32_t back;     /* the object that covers the page's first byte starts so
                        * many pages before; 0: none does, or it starts here */
    uint64_t pointers; /* so many pointer words, or fewer, are in the pages
                        * before it */
};

/* Bit B of group G is *slot* G * 64 + B: where work on all edges names objects
 * by their slots, it needs no rank. */
struct hs_slot_group {
    uint64_t bits;
    uint32_t rank; /* number of the first object of the group or later */
    uint32_t page; /* index of its page */
};

#define HS_NO_SLOT     UINT32_MAX
#define HS_MOST_GROUPS ((UINT32_MAX >> 6) - 1)

/* An object of a page that is a list. */
struct hs_odd {
    uint64_t address, size;
    const uint8_t *record;
};

/* Pages base .. base + count - 1 have the page numbers (addresses over 8 KiB)
 * first .. first + count - 1. */
struct hs_region {
    uint64_t first, count;
    size_t base;
};

/* Reads object records that stand one after another from *AT on, at most MOST,
 * into OUT, and moves *AT behind them; returns how many.  Only asked for
 * records that were drafted. */
typedef size_t hs_heap_read(const struct hs_heap *heap, const uint8_t **at,
                            struct hs_memory *out, size_t most);

struct hs_heap_store {
    struct hs_region main; /* the biggest: looked at first */
    const struct hs_page *pages;
    const struct hs_page_place *places;
    const struct hs_slot_group *groups;
    const struct hs_odd *odd;        /* by address */
    const struct hs_region *regions; /* by address */
    const uint32_t *samples;         /* [i]: group of object i * 256 */
    size_t page_count, group_count, odd_count, region_count;
    uint32_t count;
    uint64_t pointers; /* so many pointer words, or fewer, in all objects */
    uint64_t overlaps; /* objects refused: another one is there */
    hs_heap_read *read;
    const uint8_t *end; /* of the input */
};

#define HS_SAMPLE_SHIFT 8

/*
 * Drafting.
 */

/* Objects of one page that stand in the input one after another. */
struct hs_heap_run {
    uint64_t page; /* address over 8 KiB */
    uint64_t size; /* of each */
    const uint8_t *record;
    const uint64_t
        *bits;   /* one per slot from PHASE on; set by hs_heap_freeze */
    size_t word; /* where its bits start in the draft's words */
    const uint16_t *starts; /* as of the page; set likewise */
    size_t start;           /* where they are in the draft's */
    uint64_t pointers;      /* at most so many words of them are pointers; none
                             * if there are no pointer words */
    uint16_t phase;
    uint16_t words; /* of its bits; all further slots are free */
    bool alike;     /* it has STARTS */
    bool odd;       /* one object at byte PHASE that fits no slots */
};

struct hs_heap_draft {
    struct hs_arena arena;
    struct hs_column runs;   /* struct hs_heap_run */
    struct hs_column words;  /* uint64_t: bits of the slots of all runs */
    struct hs_arena lasting; /* of STARTS, which go into the store */
    struct hs_column starts; /* uint16_t: of runs with pointers */
    uint64_t objects;

    /* The run that is being written. */
    uint64_t base;  /* address of its first slot */
    uint64_t next;  /* no object of it starts below */
    uint64_t limit; /* nor here or above */
    uint64_t size, magic;
    uint64_t *bits; /* of its first slot; moves when words grows */
    uint64_t pointers;
    const uint8_t *record; /* its first, whose head has so many bytes */
    uint64_t head;
    uint64_t other;  /* not 0 if some record is not like the others */
    uint16_t *start; /* of the next object's bytes; moves when starts grows */
};

void hs_heap_draft_init(struct hs_heap_draft *draft);
void hs_heap_draft_free(struct hs_heap_draft *draft);

/* A record as a decoder has read it. */
struct hs_heap_record {
    struct hs_memory memory; /* SIZE > 0, ADDRESS + SIZE no more than 2^64 */
    const uint8_t *start, *end;
    uint64_t pointers; /* at most so many words; 0 only if there is none */
};

/* Starts a run with RECORD. */
void hs_heap_draft_run(struct hs_heap_draft *draft,
                       const struct hs_heap_record *record);

/* Ends the run: what follows does not stand right behind it. */
void hs_heap_draft_break(struct hs_heap_draft *draft);

/* Notes where the bytes of an object behind that of RECORD would be, and
 * whether RECORD is like the others. */
static inline void hs_heap_draft_start(struct hs_heap_draft *draft,
                                       const struct hs_heap_record *record)
{
    const struct hs_memory *memory = &record->memory;
    uint64_t next = (uint64_t)(record->end - draft->record) + draft->head;

    draft->other |=
        ((uint64_t)(memory->bytes - record->start) ^ draft->head) |
        ((uint64_t)(memory->fields - memory->bytes) ^ memory->size) |
        ((uint64_t)(record->end - memory->fields_end) ^ 1) | next >> 16;
    *draft->start++ = (uint16_t)next;
}

static inline void hs_heap_draft_object(struct hs_heap_draft *draft,
                                        const struct hs_heap_record *record)
{
    uint64_t address = record->memory.address, size = record->memory.size;
    uint64_t slot = (address - draft->base) * draft->magic >> 32;

    draft->objects++;
    if (size != draft->size || address < draft->next ||
        address >= draft->limit || slot * size != address - draft->base) {
        hs_heap_draft_run(draft, record);
        return;
    }
    draft->bits[slot / 64] |= (uint64_t)1 << slot % 64;
    draft->next = address + size;
    draft->pointers += record->pointers;
    hs_heap_draft_start(draft, record);
}

/* How the slots that the runtime keeps for itself lie in small spans. */
enum hs_tail {
    HS_TAIL_NONE,   /* Go 1.21 and before */
    HS_TAIL_BITMAP, /* Go 1.22 to 1.25: pointer bitmap */
    HS_TAIL_MARKS,  /* Green Tea: mark bits behind it */
};

/* Makes HEAP's store of COUNT drafts in ARENA and drops phantom slots: as TAIL
 * says, but if the sums then differ from memstats and another tail makes them
 * meet, as that says.  heap->pointer_size must be set.  The drafts stay the
 * caller's and may be freed; what the store needs of them has moved to ARENA.
 * Fails with HS_ELIMIT, objects then being none. */
bool hs_heap_freeze(struct hs_heap *heap, struct hs_heap_draft *drafts,
                    size_t count, hs_heap_read *read, const uint8_t *end,
                    enum hs_tail tail, struct hs_arena *arena,
                    struct hs_err *err);

#endif
