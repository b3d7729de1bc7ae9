/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.c - lines out of a stream.
 */
#include "base/lines.h"

#include "base/progress.h"

#define STEP       ((size_t)64 << 10)
#define TELL_EVERY ((uint64_t)16 << 20)

void hs_lines_open(struct hs_lines *lines, struct hs_input *input)
{
    *lines = (struct hs_lines){.input = input,
                               .stream = hs_stream_open(input),
                               .window = hs_cursor_over(NULL, 0, 0),
                               .err = HS_ERR_NONE};
}

void hs_lines_close(struct hs_lines *lines)
{
    hs_stream_close(lines->stream);
}

/* Makes the window longer than KNOWN bytes, or finds its end. */
static bool grow(struct hs_lines *lines, size_t known)
{
    hs_stream_fill(lines->stream, &lines->window, known + STEP, &lines->err);
    return hs_cursor_left(&lines->window) > known;
}

/* The newline in the window, which is filled for it up to MOST bytes; NULL if
 * there is none. */
static const uint8_t *find_end(struct hs_lines *lines, size_t most)
{
    size_t known = 0;
    const uint8_t *end;

    for (;;) {
        size_t left = hs_cursor_left(&lines->window);

        end = left > known ? memchr(lines->window.at + known, '\n',
                                    (left < most ? left : most) - known)
                           : NULL;
        known = left < most ? left : most;
        if (end || known == most || !grow(lines, known))
            return end;
    }
}

/* Steps over what is left of a line that is too long. */
static void skip_rest(struct hs_lines *lines)
{
    while (hs_cursor_left(&lines->window) > 0 || grow(lines, 0)) {
        size_t left = hs_cursor_left(&lines->window);
        const uint8_t *end = memchr(lines->window.at, '\n', left);

        hs_cursor_take(&lines->window,
                       end ? (size_t)(end - lines->window.at) + 1 : left);
        if (end)
            return;
    }
}

static void tell_progress(const struct hs_lines *lines)
{
    uint64_t offset = lines->line.offset;

    if (offset / TELL_EVERY != lines->window.offset / TELL_EVERY)
        hs_progress_tell("reading", lines->window.offset, 0);
}

bool hs_lines_next(struct hs_lines *lines)
{
    const uint8_t *end;
    size_t size;

    if (lines->cut)
        skip_rest(lines);
    end = find_end(lines, HS_LINE_MOST);
    size = hs_cursor_left(&lines->window);
    if (size == 0)
        return false;
    lines->ended = end != NULL;
    lines->cut = !end && size >= HS_LINE_MOST;
    if (end)
        size = (size_t)(end - lines->window.at);
    else if (lines->cut)
        size = HS_LINE_MOST;
    lines->line = hs_cursor_sub(&lines->window, size);
    lines->count++;
    if (end)
        hs_cursor_take(&lines->window, 1);
    if (size > 0 && lines->line.end[-1] == '\r')
        lines->line.end--;
    tell_progress(lines);
    return true;
}

bool hs_lines_whole(const struct hs_lines *lines, const char *what,
                    struct hs_err *err)
{
    if (lines->err.kind != HS_OK)
        return hs_fail(err, lines->err.kind, lines->err.offset, "%s",
                       lines->err.message);
    if (lines->count > 0 && !lines->ended)
        return hs_fail(err, HS_ETRUNC, lines->window.offset, "%s is cut short",
                       what);
    return true;
}

bool hs_lines_fail(const struct hs_lines *lines, const char *what,
                   struct hs_err *err)
{
    if (!lines->ended && !lines->cut)
        return hs_fail(err, HS_ETRUNC, lines->window.offset,
                       "the last line is cut short");
    return hs_fail(err, HS_EDATA, lines->line.offset, "not %s", what);
}
