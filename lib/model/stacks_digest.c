/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stacks_digest.c - printed goroutines as rows that can be compared.
 *
 * A row has one name, and groups that differ further in have one, too.
 */
#include "model/stacks.h"

#include <inttypes.h>
#include <stdlib.h>

static int by_name(const void *a, const void *b, void *context)
{
    const struct hs_stacks *stacks = *(const struct hs_stacks *const *)context;
    const struct hs_stacks_group *const *x = a, *const *y = b;
    int order = hs_str_compare(hs_stacks_text(stacks, (*x)->name),
                               hs_stacks_text(stacks, (*y)->name));

    if (order)
        return order;
    if ((*x)->count != (*y)->count)
        return (*x)->count < (*y)->count ? 1 : -1;
    return ((*x)->first > (*y)->first) - ((*x)->first < (*y)->first);
}

/* "main.start main.go:17" */
static struct hs_str place_of(const struct hs_stacks *stacks,
                              const struct hs_stacks_frame *frame,
                              struct hs_arena *arena)
{
    struct hs_str name = hs_stacks_text(stacks, frame->function);
    struct hs_str file = hs_stacks_text(stacks, frame->file);
    const char *slash = file.size ? memrchr(file.text, '/', file.size) : NULL;
    size_t skip = slash ? (size_t)(slash + 1 - file.text) : 0;

    if (!name.size || !file.size)
        return hs_str_copy(arena, name);
    return hs_str_of(hs_arena_printf(
        arena, "%.*s %.*s:%" PRIu32, (int)name.size, name.text,
        (int)(file.size - skip), file.text + skip, frame->line));
}

void hs_stacks_digest(const struct hs_stacks *stacks, struct hs_digest *digest,
                      struct hs_arena *arena)
{
    const struct hs_stacks_group *groups = stacks->groups.at;
    size_t count = stacks->groups.count;
    const struct hs_stacks_group **sorted =
        hs_arena_zeroed(arena, count + 1, sizeof(const void *));

    for (size_t i = 0; i < count; i++)
        sorted[i] = &groups[i];
    qsort_r(sorted, count, sizeof(const void *), by_name, &stacks);
    for (size_t i = 0, next; i < count; i = next) {
        struct hs_str name = hs_stacks_text(stacks, sorted[i]->name);
        int64_t sum = 0;

        for (next = i; next < count && sorted[next]->name == sorted[i]->name;
             next++)
            sum += sorted[next]->count;
        hs_digest_add(digest,
                      (struct hs_digest_row){
                          .kind = "goroutines",
                          .name = name.size ? hs_str_copy(arena, name)
                                            : hs_str_of("(no frames)"),
                          .via = place_of(stacks, &sorted[i]->creator, arena),
                          .objects = sum,
                          .bytes = sum,
                          .metric = HS_METRIC_OWN,
                      });
    }
}
