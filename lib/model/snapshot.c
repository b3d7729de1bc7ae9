/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapshot.c - opening and closing a snapshot.
 */
#include "model/snapshot.h"

#include <stdarg.h>
#include <stdio.h>

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
    char line[256];
    const char *kept;
    va_list args;
    int length;

    va_start(args, format);
    length = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (length < 0)
        return;
    if ((size_t)length >= sizeof(line))
        length = sizeof(line) - 1;
    kept = hs_arena_copy(&snapshot->arena, line, (size_t)length);
    hs_column_push(&snapshot->warnings, &kept);
}
