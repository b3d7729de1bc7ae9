/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.c - opening and closing a snapshot.
 */
#include "model/snapshot.h"

#include <stdarg.h>

void hs_snapshot_init(struct hs_snapshot *snapshot)
{
    *snapshot = (struct hs_snapshot){.arena = HS_ARENA_EMPTY};
    snapshot->sources = HS_COLUMN(struct hs_source, &snapshot->arena);
    snapshot->warnings = HS_COLUMN(const char *, &snapshot->arena);
}

void hs_snapshot_close(struct hs_snapshot *snapshot)
{
    struct hs_source *source = snapshot->sources.at;

    for (size_t i = 0; i < snapshot->sources.count; i++)
        hs_input_close(source[i].input);
    hs_arena_free(&snapshot->arena);
    *snapshot = (struct hs_snapshot){.arena = HS_ARENA_EMPTY};
}

void hs_snapshot_warn(struct hs_snapshot *snapshot, const char *format, ...)
{
    const char *warning;
    va_list args;

    va_start(args, format);
    warning = hs_arena_vprintf(&snapshot->arena, format, args);
    va_end(args);
    hs_column_push(&snapshot->warnings, &warning);
}
