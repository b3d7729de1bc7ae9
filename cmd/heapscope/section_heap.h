/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap.h - the parts of what a heap dump tells, one file each.
 *
 * More than 12 functions: each part is one, and they share how to say a value.
 */
#ifndef HEAPSCOPE_SECTION_HEAP_H
#define HEAPSCOPE_SECTION_HEAP_H

#include "finding/finding.h"
#include "heap_look.h"
#include "section.h"

/* All that findings look at, of snapshot NUMBER, which may have no heap; worked
 * out when first asked for.  NULL with ERR filled if the heap is too large. */
const struct hs_case *hs_look_case(struct hs_run *run, size_t number,
                                   struct hs_err *err);

/* Parts of analyze, in the order of the screen. */
void hs_heap_summary_part(struct hs_run *run, const struct hs_case *c);
void hs_heap_holders_part(struct hs_run *run, const struct hs_case *c);
void hs_heap_suspects_part(struct hs_run *run, const struct hs_case *c,
                           const struct hs_suspects *suspects);
void hs_heap_types_part(struct hs_run *run, const struct hs_case *c);
void hs_heap_sites_part(struct hs_run *run, const struct hs_case *c);

/* Rows of every kind for diff and --fail-on. */
void hs_heap_digest(const struct hs_case *c, const struct hs_suspects *suspects,
                    struct hs_digest *digest);
void hs_suspects_digest(const struct hs_suspects *suspects,
                        struct hs_digest *digest);

/* What is known of the variable HOLDER, if it has no name; else NULL. */
const char *hs_heap_variable(struct hs_run *run, const struct hs_case *c,
                             uint32_t holder);

/* The same of the variables among those who hold SHARED together. */
const char *hs_heap_variables(struct hs_run *run, const struct hs_case *c,
                              const struct hs_shared *shared);

/* What many words hold that seem to be one array, or NULL. */
const char *hs_heap_array(struct hs_run *run, const struct hs_case *c);

/* Says in one line what an executable would add, if there is none. */
void hs_heap_hint(struct hs_run *run, const struct hs_case *c);

/* The paths of the inputs that fill some of PARTS, as a command line has them.
 */
const char *hs_heap_files(struct hs_run *run, unsigned parts);

/*
 * Values.
 */

/* BYTES of all that is reachable. */
/* The row of slots of 16 bytes without pointers, NULL if there are none: the
 * runtime puts several values that are smaller into one, so that no type can be
 * told. */
const struct hs_type_row *hs_heap_tiny(const struct hs_types *types);

struct hs_value hs_heap_share(const struct hs_case *c, uint64_t bytes);

/* "main.go:52": the last element of the file, and the line. */
const char *hs_heap_line(struct hs_run *run, const struct hs_stack_line *line);

/* "main.go:52 (61 of 64)", null if no object was sampled. */
struct hs_value hs_heap_origin(struct hs_run *run,
                               const struct hs_origin *origin);

/* TEXT as a name, null if it is empty. */
struct hs_value hs_heap_name(struct hs_str text);

static inline struct hs_value hs_heap_bytes(uint64_t bytes)
{
    return hs_value_of(HS_UNIT_BYTES, (int64_t)bytes);
}

static inline struct hs_value hs_heap_count_of(uint64_t count)
{
    return hs_value_of(HS_UNIT_COUNT, (int64_t)count);
}

/* What the stacks of some goroutines take. */
struct hs_heap_stacks {
    uint64_t bytes;
    bool about; /* of one at least nothing but its frames is known: it is the
                 * smallest power of two that holds these, or larger */
};

/* Of the goroutines at or below HOLDER. */
struct hs_heap_stacks hs_heap_stacks(const struct hs_case *c, uint32_t holder);

/* As a value; null if there are none. */
struct hs_value hs_heap_stacks_value(struct hs_heap_stacks stacks);

/* The row limit of a table that is for programs: the user's, else a thousand.
 * 0 means all. */
uint64_t hs_heap_json_limit(const struct hs_run *run);

#endif
