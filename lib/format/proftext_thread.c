/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext_thread.c - the stacks of all threads as text, as programs write
 * them that use gperftools.
 *
 *   text   = ["--- threadz " n " ---" line*] thread* [none] [memory map]
 *   thread = "--- Thread " hex " (name: " name "/" id ") stack: ---" line*
 *   none   = "---- no stack trace for " ...
 *
 * Each 0x... in a thread's lines is an address of its stack, leaf first; the
 * leaf is where the thread is, the others are where calls return to.  A line
 * with "same as previous thread" makes the thread count for the stack before.
 * A text that ends without a memory map is no error here.
 */
#include "format/proftext.h"

/* Steps behind DIGITS and says whether there was one. */
static bool skip(struct hs_cursor *line, bool hex)
{
    struct hs_str digits;

    if (hex)
        return proftext_hex_digits(line).size > 0;
    return proftext_digits(line, &digits);
}

/* Steps behind the first WORD in LINE. */
static bool find(struct hs_cursor *line, const char *word)
{
    size_t size = strlen(word), left = hs_cursor_left(line);
    const uint8_t *at = left ? memmem(line->at, left, word, size) : NULL;

    if (at)
        hs_cursor_take(line, (uint64_t)(at - line->at) + size);
    return at != NULL;
}

static bool is_head(struct hs_cursor line)
{
    while (find(&line, "--- threadz ")) {
        struct hs_cursor here = line;

        if (skip(&here, false) && proftext_literal(&here, " ---"))
            return true;
    }
    return false;
}

static bool is_thread(struct hs_cursor line)
{
    while (find(&line, "--- Thread ")) {
        struct hs_cursor here = line;

        if (!skip(&here, true) || !proftext_literal(&here, " (name: "))
            continue;
        while (find(&here, "/"))
            if (skip(&here, false) && proftext_literal(&here, ") stack: ---"))
                return true;
    }
    return false;
}

static bool likes(struct hs_cursor line)
{
    return is_head(line) || is_thread(line);
}

/* Adds the addresses in LINE to ADDRESSES. */
static bool take_addresses(const struct proftext *text, struct hs_cursor line,
                           struct hs_column *addresses, struct hs_err *err)
{
    uint64_t address;

    while (find(&line, "0x")) {
        struct hs_str digits = proftext_hex_digits(&line);

        if (digits.size == 0)
            continue;
        if (!proftext_hex(digits, &address))
            return proftext_fail(text, "an address of more than 64 bits", err);
        hs_column_push(addresses, &address);
    }
    return true;
}

/* Makes a sample of ADDRESSES; or, without any, one more of the last. */
static void add_thread(struct proftext *text, const struct hs_column *addresses)
{
    const uint64_t *address = addresses->at;

    if (addresses->count == 0) {
        if (text->values.count > 0)
            ((int64_t *)text->values.at)[text->values.count - 1]++;
        return;
    }
    proftext_open(text);
    for (size_t i = 0; i < addresses->count; i++) {
        /* The leaf may be there twice, the second time as if of a call. */
        if (i != 1 || address[1] != address[0])
            proftext_address(text, address[i], i > 0);
    }
    proftext_value(text, 1);
}

/* Reads the lines of one thread, up to the next head; *MORE says whether there
 * is one. */
static bool read_thread(struct proftext *text, struct hs_column *addresses,
                        bool *more, struct hs_err *err)
{
    bool same = false;

    addresses->count = 0;
    while ((*more = proftext_next(text))) {
        struct hs_cursor line = text->line;

        proftext_spaces(&line);
        if (proftext_literal(&line, "---"))
            break;
        if (find(&line, "same as previous thread"))
            same = true;
        else if (!take_addresses(text, line, addresses, err))
            return false;
    }
    if (same)
        addresses->count = 0;
    add_thread(text, addresses);
    return true;
}

static bool read_threads(struct proftext *text, struct hs_err *err)
{
    struct hs_column addresses = HS_COLUMN(uint64_t, &text->scratch);
    bool more = true;

    proftext_type(text, hs_str_of("thread"), "count");
    text->profile->period = 1;
    text->profile->period_type =
        ((const struct hs_value_type *)text->types.at)[0];
    if (is_head(text->line))
        while ((more = proftext_next(text)) &&
               !proftext_is_map_head(text->line) &&
               proftext_peek(&text->line) != '-')
            continue;
    while (more && !proftext_is_map_head(text->line)) {
        struct hs_cursor line = text->line;

        proftext_spaces(&line);
        if (proftext_literal(&line, "---- no stack trace for"))
            break;
        if (!is_thread(text->line))
            return proftext_fail(text, "not the head of a thread", err);
        if (!read_thread(text, &addresses, &more, err))
            return false;
    }
    return true;
}

const struct proftext_kind proftext_thread = {
    .likes = likes,
    .read = read_threads,
    .drop = PROFTEXT_PROFILER,
    .keep = "",
};
