/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_table.c - strings and stacks: from ids of a generation to those of the
 * timeline.
 *
 * A table notes where in the file each string and stack stands.  Only what is
 * asked for becomes a string or stack of the timeline, once a generation.
 */
#include "format/trace_impl.h"

#define MOST_FRAMES 1024
#define FULL_FRAMES 128 /* as many as the runtime writes: the rest is cut */

struct string_row {
    struct hs_str text;
    uint32_t string; /* + 1; 0: not asked for yet */
};

struct stack_row {
    struct hs_cursor frames;
    uint32_t count;
    uint32_t stack; /* + 1 */
};

void hs_trace_table_reset(struct trace *t)
{
    struct trace_table *table = &t->table;
    struct hs_arena *arena = &table->arena;

    hs_arena_reset(arena);
    hs_map_init(&table->strings, arena, 256);
    hs_map_init(&table->stacks, arena, 256);
    table->string_rows = HS_COLUMN(struct string_row, arena);
    table->stack_rows = HS_COLUMN(struct stack_row, arena);
}

bool hs_trace_table_string(struct trace *t, uint64_t id, struct hs_str text)
{
    struct trace_table *table = &t->table;
    struct string_row row = {.text = text};
    uint32_t number = (uint32_t)table->string_rows.count;

    if (hs_map_add(&table->strings, id, number) != number)
        return false;
    hs_column_push(&table->string_rows, &row);
    return true;
}

bool hs_trace_table_stack(struct trace *t, uint64_t id, uint64_t count,
                          struct hs_cursor frames)
{
    struct trace_table *table = &t->table;
    struct stack_row row = {
        .frames = frames,
        .count = (uint32_t)(count < MOST_FRAMES ? count : MOST_FRAMES)};
    uint32_t number = (uint32_t)table->stack_rows.count;

    if (hs_map_add(&table->stacks, id, number) != number)
        return false;
    hs_column_push(&table->stack_rows, &row);
    return true;
}

uint32_t hs_trace_text(struct trace *t, const char *text)
{
    return hs_intern_add(&t->strings, hs_str_of(text));
}

uint32_t hs_trace_string(struct trace *t, uint64_t id)
{
    struct trace_table *table = &t->table;
    struct string_row *row;
    uint32_t number;

    if (id == 0)
        return 0;
    number = hs_map_lookup(&table->strings, id);
    if (number == HS_MAP_NONE) {
        t->unresolved++;
        return id < sizeof(table->plain) / sizeof(*table->plain)
                   ? table->plain[id]
                   : 0;
    }
    row = (struct string_row *)table->string_rows.at + number;
    if (!row->string)
        row->string = hs_intern_add(&t->strings, row->text) + 1;
    return row->string - 1;
}

struct hs_str hs_trace_string_text(struct trace *t, uint64_t id)
{
    const struct string_row *rows = t->table.string_rows.at;
    uint32_t number = id ? hs_map_lookup(&t->table.strings, id) : HS_MAP_NONE;

    if (number != HS_MAP_NONE)
        return rows[number].text;
    t->unresolved += id != 0;
    return (struct hs_str){"", 0};
}

enum trace_root hs_trace_root_kind(struct hs_str function)
{
    if (hs_str_equal(function, hs_str_of("runtime.runfinq")) ||
        hs_str_equal(function, hs_str_of("runtime.runFinalizers")))
        return TRACE_ROOT_FINALIZERS;
    if (hs_str_equal(function, hs_str_of("runtime.runCleanups")))
        return TRACE_ROOT_CLEANUPS;
    return TRACE_ROOT_OTHER;
}

static bool of_runtime(struct hs_str function)
{
    static const char start[] = "runtime.";

    return function.size >= sizeof(start) - 1 &&
           memcmp(function.text, start, sizeof(start) - 1) == 0;
}

/* What can be said of a stack of COUNT FRAMES whatever waits on it. */
static struct trace_stack_info
describe(struct trace *t, const struct hs_trace_frame *frames, uint32_t count)
{
    struct trace_stack_info info = {0};

    if (count == 0 || count >= FULL_FRAMES)
        return info;
    info.root = frames[count - 1].function;
    info.kind =
        (uint8_t)hs_trace_root_kind(hs_intern_text(&t->strings, info.root));
    if (info.kind == TRACE_ROOT_OTHER)
        return info;
    /* Nearest to the root, what is not of the runtime is the finalizer. */
    for (uint32_t i = count; i-- > 0 && !info.finalizer;)
        if (!of_runtime(hs_intern_text(&t->strings, frames[i].function)))
            info.finalizer = frames[i].function;
    return info;
}

static uint32_t resolve(struct trace *t, const struct stack_row *row)
{
    struct hs_trace_frame frames[MOST_FRAMES];
    struct hs_cursor in = row->frames;
    struct trace_stack_info info;
    uint32_t count = 0, stack;

    while (count < row->count) {
        struct hs_trace_frame frame;
        uint64_t function, file, line;

        hs_cursor_varint(&in); /* pc */
        function = hs_cursor_varint(&in);
        file = hs_cursor_varint(&in);
        line = hs_cursor_varint(&in);
        if (in.fault)
            break;
        frame.function = hs_trace_string(t, function);
        frame.file = hs_trace_string(t, file);
        frame.line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
        frames[count++] = frame;
    }
    stack = hs_intern_add(&t->stacks, (struct hs_str){(const char *)frames,
                                                      count * sizeof(*frames)});
    if (stack == t->stack_infos.count) {
        info = describe(t, frames, count);
        hs_column_push(&t->stack_infos, &info);
    }
    return stack;
}

uint32_t hs_trace_stack(struct trace *t, uint64_t id)
{
    struct trace_table *table = &t->table;
    struct stack_row *row;
    uint32_t number;

    if (id == 0)
        return 0;
    number = hs_map_lookup(&table->stacks, id);
    if (number == HS_MAP_NONE) {
        t->unresolved++;
        return 0;
    }
    row = (struct stack_row *)table->stack_rows.at + number;
    if (!row->stack)
        row->stack = resolve(t, row) + 1;
    return row->stack - 1;
}

const struct trace_stack_info *hs_trace_stack_info(const struct trace *t,
                                                   uint32_t stack)
{
    return (const struct trace_stack_info *)t->stack_infos.at + stack;
}
