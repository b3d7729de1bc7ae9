/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lines.h - a text of any size, line by line.
 *
 * Lines come out of a stream, so that memory does not follow the size of the
 * input.  A line is what stands before a newline, or before the end; a carriage
 * return before the newline is not part of it.  A line of more than
 * HS_LINE_MOST bytes is cut there, and what is left of it is skipped.
 */
#ifndef HS_BASE_LINES_H
#define HS_BASE_LINES_H

#include "base/input.h"

#define HS_LINE_MOST ((size_t)1 << 20)

struct hs_lines {
    struct hs_input *input;
    struct hs_stream *stream;
    struct hs_cursor window; /* what follows the line */
    struct hs_cursor line;   /* valid until the next one is taken */
    bool cut;                /* the line is longer than that */
    bool ended;              /* it has its newline */
    uint64_t count;          /* lines taken so far */
    struct hs_err err;       /* why no more could be read, or HS_OK */
};

void hs_lines_open(struct hs_lines *lines, struct hs_input *input);
void hs_lines_close(struct hs_lines *lines);

/* True if all lines were read and the last one has its newline; else fills ERR
 * with "WHAT is cut short" or with what stopped the reading. */
bool hs_lines_whole(const struct hs_lines *lines, const char *what,
                    struct hs_err *err);

/* The line is not WHAT: contradictory, or cut short if it is the last one and
 * has no newline.  Always false. */
bool hs_lines_fail(const struct hs_lines *lines, const char *what,
                   struct hs_err *err);

/* Goes to the next line; false when there is none, see lines->err. */
bool hs_lines_next(struct hs_lines *lines);

#endif
