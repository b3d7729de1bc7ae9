/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_impl.h - what the makers of holders share; for holders*.c only.
 *
 * Makers run level by level (holders.h), and each appends its holders in the
 * order of their parents, so numbers, children and roots come out sorted
 * without a sort.
 */
#ifndef HS_ALGO_HOLDERS_IMPL_H
#define HS_ALGO_HOLDERS_IMPL_H

#include "algo/holders.h"
#include "base/map.h"

/* In place of a package or goroutine. */
#define HOLDERS_RUNTIME (HS_NO_RECORD - 1)

struct holders_builder {
    const struct hs_heap *heap;
    struct hs_arena *arena, *scratch;
    struct hs_column holders; /* struct hs_holder */
    struct hs_column roots;   /* struct hs_root */
    struct hs_column edges;   /* struct hs_holder_edge */
    struct hs_column variables, groups, packages;
    struct hs_column timer_functions, finalizer_functions;
    struct hs_column muted, captive; /* uint32_t objects, to be sorted */
    struct hs_map goroutine_of;      /* address of a g -> goroutine */
    struct hs_map owner;     /* captive object -> the goroutine that holds it;
                              * HOLDERS_RUNTIME: none */
    struct hs_arena passing; /* for one goroutine's stack */

    /* globals: */
    struct hs_column words;               /* struct holders_word, by address */
    struct hs_column cells;               /* struct holders_cell, by address */
    uint32_t *by_package, *package_start; /* cells; package_count + 1 */
    uint32_t runtime;                     /* the holder of that kind */
    /* goroutines: which group each is in, and each group's in a row */
    uint32_t *group_of;
    uint32_t *by_group, *group_start; /* group_count + 1 */
    /* by goroutine: the first of its defers, panics, sudogs; links beside */
    struct holders_chain *defers, *panics, *sudogs;
    struct hs_column waiters;    /* uint32_t: sudog objects, by chain */
    struct hs_column processors; /* uint32_t objects: Ps and Ms */
    struct hs_column timers;     /* struct holders_timer, by what they do */
    /* finalizers, sorted by function, and how far they are added */
    struct by_function *by_function;
    uint32_t next_finalizer;
};

struct holders_timer {
    uint64_t does; /* see hs_holders.timer_functions */
    uint32_t object;
};

/* Lists of records by goroutine: first[g], next[record]; HS_NO_RECORD ends. */
struct holders_chain {
    uint32_t *first;
    struct hs_column next; /* uint32_t */
};

#define HOLDERS_EACH(record, chain, g)                                         \
    for (uint32_t record = (chain)->first[g]; record != HS_NO_RECORD;          \
         record = ((uint32_t *)(chain)->next.at)[record])

/* A pointer word of data or BSS that leads to an object or into a segment. */
struct holders_word {
    uint64_t address, value;
    uint32_t object;  /* HS_NO_OBJECT: it points into a segment */
    uint32_t segment; /* that it stands in */
};

/* A variable: the words that a name covers, or a word without a name. */
struct holders_cell {
    uint32_t first_word, word_count;
    uint32_t global; /* in names->globals, or HS_NO_GLOBAL */
    uint32_t holder;
    uint32_t package; /* number; HS_NO_RECORD: none, HOLDERS_RUNTIME */
    bool held;        /* another points to it, and it has no name */
    bool rooted;      /* it hangs below globals, or below one that does */
};

/* One goroutine's frames while they are read; in the builder's passing arena.
 */
struct holders_stack {
    const struct hs_frame *frames;
    uint32_t count, number; /* of the goroutine */
    uint64_t *from;     /* by frame: the offset from which on it is read word
                         * by word; its size: not at all */
    uint64_t *followed; /* the same, of what was looked through already */
    uint32_t *pending;  /* frames with from < followed, each once */
    uint32_t pending_count;
    const struct hs_frame_layout **layouts; /* by frame; NULL: not known */
    uint32_t *first_object; /* by frame, and one more: numbers of objects */
    bool *live;             /* by object: something points to it */
    struct {
        uint32_t frame, number;
    } * found; /* live objects whose words are to be followed, each once */
    uint32_t found_count;
};

/* The pointer words of one stack object. */
struct holders_object_words {
    const struct hs_stack_object *object;
    uint64_t address;
    uint32_t next; /* word */
};

/* Finds the roots of goroutine NUMBER's frames. */
struct holders_stack hs_holders_read_stack(struct holders_builder *b,
                                           uint32_t number);
struct holders_object_words
hs_holders_object_words(const struct holders_builder *b,
                        const struct holders_stack *stack, uint32_t frame,
                        uint32_t number);
bool hs_holders_next_object_word(const struct holders_builder *b,
                                 const struct holders_stack *stack,
                                 struct holders_object_words *words,
                                 uint64_t *value);

/* Appends a holder; its roots and children are pushed right after. */
uint32_t hs_holders_add(struct holders_builder *b, uint32_t parent,
                        enum hs_holder_kind kind, uint32_t record);

/* HOLDER's children are appended from now on. */
void hs_holders_open(struct holders_builder *b, uint32_t holder);

/* The newest holder points to ADDRESS, if an object is there. */
void hs_holders_root(struct holders_builder *b, uint64_t address);

/* The next pointer word of MEMORY, its value in *VALUE; false at the end.
 * Offsets that leave the memory are passed over. */
bool hs_holders_next_word(const struct hs_heap *heap, struct hs_fields *fields,
                          const struct hs_memory *memory, uint64_t *offset,
                          uint64_t *value);

/* Sorts the roots from FIRST on and drops repeats. */
void hs_holders_tidy_roots(struct holders_builder *b, size_t first);

/* The makers, in the order of the levels. */
void hs_holders_find_variables(struct holders_builder *b);
void hs_holders_find_groups(struct holders_builder *b);
void hs_holders_find_waiters(struct holders_builder *b);
void hs_holders_find_processors(struct holders_builder *b);
void hs_holders_root_processors(struct holders_builder *b);
void hs_holders_add_packages(struct holders_builder *b, uint32_t globals);
void hs_holders_add_variables(struct holders_builder *b, uint32_t package);
void hs_holders_add_runtime(struct holders_builder *b, uint32_t runtime);
void hs_holders_add_held_variables(struct holders_builder *b);
void hs_holders_add_groups(struct holders_builder *b, uint32_t goroutines);
void hs_holders_add_goroutines(struct holders_builder *b, uint32_t group);
void hs_holders_add_frames(struct holders_builder *b, uint32_t holder);
void hs_holders_add_timers(struct holders_builder *b, uint32_t timers);
void hs_holders_add_finalizer_functions(struct holders_builder *b,
                                        uint32_t finalizers);
void hs_holders_add_finalizers(struct holders_builder *b, uint32_t function);

/* What timers are called that do DEED, one of hs_holders.timer_functions. */
struct hs_str hs_holders_timer_name(const struct hs_heap *heap, uint64_t deed,
                                    struct hs_arena *arena);

#endif
