/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timeline_look.c - how times, names and stacks of a trace are shown.
 */
#include "timeline_look.h"

#include "base/size.h"
#include "model/goname.h"

#define CURVE 16 /* columns of text */

struct hs_value hs_timeline_time(struct hs_run *run,
                                 const struct hs_timeline *t, int64_t time)
{
    if (time < 0)
        return hs_value_null();
    if (!t->clock_hz)
        return hs_value_text(
            hs_doc_printf(run->doc, "%s ticks", hs_show_count(time).text));
    return hs_value_of(HS_UNIT_NANOS, time);
}

struct hs_value hs_timeline_moment(const struct hs_timeline *t, int64_t time)
{
    return hs_value_of(t->clock_hz ? HS_UNIT_NANOS : HS_UNIT_COUNT, time);
}

struct hs_value hs_timeline_age(struct hs_run *run, const struct hs_timeline *t,
                                int64_t since)
{
    int64_t from = since < 0 ? 0 : since;
    struct hs_value age =
        hs_timeline_time(run, t, t->duration > from ? t->duration - from : 0);

    if (since < 0 && t->clock_hz)
        age.flags = HS_VALUE_AT_LEAST;
    return age;
}

struct hs_value hs_timeline_name(const struct hs_timeline *t, uint32_t string)
{
    struct hs_str name = hs_timeline_string(t, string);

    return name.size ? hs_value_name(name.text, name.size) : hs_value_null();
}

const char *hs_timeline_line(struct hs_run *run, const struct hs_timeline *t,
                             const struct hs_trace_frame *frame)
{
    struct hs_str file = hs_timeline_string(t, frame->file);
    const char *slash = file.size ? memrchr(file.text, '/', file.size) : NULL;
    size_t skip = slash ? (size_t)(slash - file.text) + 1 : 0;

    if (!file.size)
        return NULL;
    return hs_doc_printf(run->doc, "%.*s:%u", (int)(file.size - skip),
                         file.text + skip, frame->line);
}

const struct hs_trace_frame *hs_timeline_frame(const struct hs_timeline *t,
                                               uint32_t stack)
{
    uint32_t count;
    const struct hs_trace_frame *frames = hs_timeline_stack(t, stack, &count);

    for (uint32_t i = 0; i < count; i++)
        if (!hs_goname_standard(hs_timeline_string(t, frames[i].function)))
            return &frames[i];
    for (uint32_t i = 0; i < count; i++)
        if (!hs_goname_plumbing(hs_timeline_string(t, frames[i].function)))
            return &frames[i];
    return count ? frames : NULL;
}

struct hs_value hs_timeline_place(struct hs_run *run,
                                  const struct hs_timeline *t, uint32_t stack)
{
    const struct hs_trace_frame *frame = hs_timeline_frame(t, stack);
    struct hs_str function;
    const char *line, *text;

    if (!frame)
        return hs_value_null();
    function = hs_timeline_string(t, frame->function);
    line = hs_timeline_line(run, t, frame);
    text = hs_doc_printf(run->doc, "%.*s%s%s", (int)function.size,
                         function.text, line ? " " : "", line ? line : "");
    return hs_value_name(text, strlen(text));
}

void hs_timeline_stack_table(struct hs_run *run, const struct hs_timeline *t,
                             struct hs_block *group, uint32_t stack)
{
    static const struct hs_doc_column columns[] = {
        {"function", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"file", NULL, HS_UNIT_NAME, HS_ROLE_PLAIN},
        {"line", NULL, HS_UNIT_COUNT, HS_ROLE_PLAIN},
    };
    struct hs_block *table =
        hs_doc_table(run->doc, group, "stack", NULL, columns,
                     sizeof(columns) / sizeof(columns[0]));
    uint32_t count;
    const struct hs_trace_frame *frames = hs_timeline_stack(t, stack, &count);

    for (uint32_t i = 0; i < count; i++) {
        struct hs_value row[] = {
            hs_timeline_name(t, frames[i].function),
            hs_timeline_name(t, frames[i].file),
            hs_value_of(HS_UNIT_COUNT, frames[i].line),
        };

        hs_doc_row(run->doc, table, row);
    }
}

struct hs_value hs_timeline_curve(struct hs_run *run, const uint64_t *counts)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄",
                                         "▅", "▆", "▇", "█"};
    struct hs_column text = HS_COLUMN(char, run->doc->arena);
    uint64_t most = 0;

    for (size_t i = 0; i < HS_SLICES; i++)
        most = counts[i] > most ? counts[i] : most;
    if (most == 0)
        return hs_value_null();
    for (size_t i = 0; i < CURVE; i++) {
        /* A column has the end of its slices, so the last is the end. */
        uint64_t count = counts[(i + 1) * HS_SLICES / CURVE - 1];
        double share = (double)count / (double)most;
        const char *block = count ? blocks[(size_t)(share * 7.999)] : " ";

        memcpy(hs_column_extend(&text, strlen(block)), block, strlen(block));
    }
    hs_column_push(&text, "");
    return hs_value_text(text.at);
}

bool hs_timeline_is_system(const struct hs_timeline *t, uint32_t function)
{
    struct hs_str name = hs_timeline_string(t, function);

    /* An old trace has runtime.main for what runs main.main. */
    if (hs_str_equal(name, hs_str_of("runtime.main")))
        return false;
    return name.size > 8 && (memcmp(name.text, "runtime.", 8) == 0 ||
                             memcmp(name.text, "runtime/", 8) == 0);
}

const char *hs_timeline_state(uint32_t state)
{
    static const char *const names[HS_TRACE_STATES] = {
        [HS_TRACE_RUNNABLE] = "runnable",
        [HS_TRACE_RUNNING] = "running",
        [HS_TRACE_SYSCALL] = "in a system call",
        [HS_TRACE_WAITING] = "waiting",
    };

    return state < HS_TRACE_STATES ? names[state] : NULL;
}

const char *hs_timeline_count(struct hs_run *run, uint64_t count,
                              const char *what)
{
    return hs_doc_printf(run->doc, "%s %s%s",
                         hs_show_count((int64_t)count).text, what,
                         count == 1 ? "" : "s");
}
