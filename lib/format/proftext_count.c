/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext_count.c - goroutines, new threads and contention as text.
 *
 *   counts = name " profile: total " n row*       row = n " @" (" 0x" hex)*
 *   delays = "--- mutex:" (key "=" value)* row*   row = cycles " " n " @" ...
 *
 * Cycles become nanoseconds by `cycles/second`, and both numbers of a row are
 * multiplied by `sampling period`.
 */
#include "format/proftext.h"

/* `goroutine profile: total 7`, and where the name ends. */
static bool match_counts(struct hs_cursor line, struct hs_str *name)
{
    struct hs_str digits;

    *name = proftext_word(&line);
    return name->size > 0 && proftext_literal(&line, " profile: total ") &&
           proftext_digits(&line, &digits) && hs_cursor_left(&line) == 0;
}

static bool likes_counts(struct hs_cursor line)
{
    struct hs_str name;

    return match_counts(line, &name);
}

/* LINE is ` 0x4a 0x4b` and nothing else.  Threads that nobody is known to have
 * started have no address up to Go 1.21, which Go's own pprof refuses. */
static bool only_addresses(struct hs_cursor line)
{
    while (proftext_literal(&line, " 0x")) {
        const uint8_t *start = line.at;

        proftext_hex_digits(&line);
        if (line.at == start)
            return false;
    }
    return hs_cursor_left(&line) == 0;
}

static bool read_count(struct proftext *text, struct hs_err *err)
{
    struct hs_cursor line = text->line;
    struct hs_str digits;
    int64_t count;

    if (!proftext_digits(&line, &digits) || !proftext_literal(&line, " @") ||
        !only_addresses(line))
        return proftext_fail(text, "not a row of a count profile", err);
    if (!proftext_number(digits, &count))
        return proftext_fail(text, "a number of the row is too big", err);
    if (!proftext_sample(text, line, err))
        return false;
    proftext_value(text, count);
    return true;
}

static bool read_counts(struct proftext *text, struct hs_err *err)
{
    struct hs_str name;

    if (!match_counts(text->line, &name))
        return proftext_fail(text, "not the header of a count profile", err);
    proftext_type(text, name, "count");
    text->profile->period = 1;
    text->profile->period_type =
        ((const struct hs_value_type *)text->types.at)[0];
    while (proftext_next(text)) {
        struct hs_cursor line = text->line;

        if (proftext_labels(text))
            continue;
        if (proftext_is_comment(text->line))
            proftext_name(text);
        else if (proftext_literal(&line, "---"))
            break;
        else if (!read_count(text, err))
            return false;
    }
    return true;
}

struct delays {
    struct proftext *text;
    int64_t period, hertz;
};

static bool likes_delays(struct hs_cursor line)
{
    return proftext_literal(&line, "--- mutex:") ||
           proftext_literal(&line, "--- contention:") ||
           proftext_literal(&line, "--- contentionz ");
}

static struct hs_str trimmed(const uint8_t *start, const uint8_t *end)
{
    while (start < end && proftext_is_space(*start))
        start++;
    while (start < end && proftext_is_space(end[-1]))
        end--;
    return (struct hs_str){(const char *)start, (size_t)(end - start)};
}

/* TEXT as Go reads a number of any base: decimal, 0x, or octal after a 0. */
static bool any_number(struct hs_str text, int64_t *number)
{
    bool negative = text.size > 0 && text.text[0] == '-';
    size_t i = negative;
    int base = 10;
    int64_t value = 0;

    if (text.size > i + 1 && text.text[i] == '0') {
        base = (text.text[i + 1] | 0x20) == 'x' ? 16 : 8;
        i += base == 16 ? 2 : 1;
    }
    if (i == text.size)
        return false;
    for (; i < text.size; i++) {
        int digit = proftext_hex_digit(text.text[i]);

        if (digit < 0 || digit >= base ||
            __builtin_mul_overflow(value, base, &value) ||
            __builtin_sub_overflow(value, digit, &value))
            return false;
    }
    /* Counted downwards, as the lowest number has no positive twin. */
    *number = value;
    return negative || !__builtin_sub_overflow(0, value, number);
}

/* `key=value`; *ROWS instead, if this is no attribute but the first row. */
static bool read_attribute(struct delays *delays, bool *rows,
                           struct hs_err *err)
{
    struct hs_cursor line = delays->text->line;
    const uint8_t *equal = memchr(line.at, '=', hs_cursor_left(&line));
    struct hs_str key, value;
    int64_t number = 0;
    bool good = false;

    *rows = !equal;
    if (!equal)
        return true;
    key = trimmed(line.at, equal);
    value = trimmed(equal + 1, line.end);
    good = any_number(value, &number);
    if (hs_str_equal(key, hs_str_of("cycles/second")))
        delays->hertz = number;
    else if (hs_str_equal(key, hs_str_of("sampling period")))
        delays->period = number;
    else if (hs_str_equal(key, hs_str_of("ms since reset")))
        good = good &&
               !__builtin_mul_overflow(number, 1000000,
                                       &delays->text->profile->duration_nanos);
    else if (hs_str_equal(key, hs_str_of("discarded samples")))
        good = true;
    else
        return proftext_fail(delays->text, "an attribute that is not known",
                             err);
    return good || proftext_fail(delays->text, "not a number", err);
}

/* `3900056170 1 @`: finds the first number, space, number before an @. */
static bool find_row(struct hs_cursor *line, struct hs_str *cycles,
                     struct hs_str *count)
{
    while (hs_cursor_left(line) > 0) {
        struct hs_cursor here = *line;

        if (!proftext_digits(&here, cycles)) {
            hs_cursor_take(line, 1);
            continue;
        }
        *line = here;
        while (proftext_literal(&here, " "))
            continue;
        if (!proftext_digits(&here, count) && cycles->size > 1) {
            /* One number, cut before its last digit: so do they. */
            here = *line;
            cycles->size--;
            *count = (struct hs_str){cycles->text + cycles->size, 1};
        }
        if (count->size > 0 && proftext_literal(&here, " @")) {
            *line = here;
            return true;
        }
    }
    return false;
}

static bool read_delay(struct delays *delays, struct hs_err *err)
{
    struct proftext *text = delays->text;
    struct hs_cursor line = text->line;
    struct hs_str cycles, count;
    int64_t delay, times;

    if (!find_row(&line, &cycles, &count))
        return proftext_fail(text, "not a row of a contention profile", err);
    if (!proftext_number(cycles, &delay) || !proftext_number(count, &times))
        return proftext_fail(text, "a number of the row is too big", err);
    if (!proftext_sample(text, line, err))
        return false;
    if (delays->period > 0 && delays->hertz > 0)
        delay = proftext_integer((double)delay * (double)delays->period /
                                 ((double)delays->hertz / 1e9));
    if (delays->period > 0 &&
        __builtin_mul_overflow(times, delays->period, &times))
        times = INT64_MAX;
    proftext_value(text, times);
    proftext_value(text, delay);
    return true;
}

static bool read_delays(struct proftext *text, struct hs_err *err)
{
    struct delays delays = {.text = text, .period = 1};
    bool rows = false;

    proftext_type(text, hs_str_of("contentions"), "count");
    proftext_type(text, hs_str_of("delay"), "nanoseconds");
    while (proftext_next(text)) {
        struct hs_cursor line = text->line;

        if (proftext_is_comment(line)) {
            proftext_name(text);
            continue;
        }
        proftext_spaces(&line);
        if (proftext_literal(&line, "---"))
            break;
        if (!rows && !read_attribute(&delays, &rows, err))
            return false;
        if (rows && !read_delay(&delays, err))
            return false;
    }
    text->profile->period = delays.period;
    text->profile->period_type =
        ((const struct hs_value_type *)text->types.at)[0];
    return true;
}

const struct proftext_kind proftext_count = {
    .likes = likes_counts,
    .read = read_counts,
    .drop = PROFTEXT_PROFILER,
    .keep = "",
};

/* The frames to drop are pprof's own, so that both tools drop the same. */
const struct proftext_kind proftext_delay = {
    .likes = likes_delays,
    .read = read_delays,
    .comes_first = true,
    .drop =
        "RecordLockProfileData|(base::)?RecordLockProfileData.*|"
        "(base::)?SubmitMutexProfileData.*|(base::)?SubmitSpinLockProfileData.*"
        "|"
        "(base::Mutex::)?AwaitCommon.*|(base::Mutex::)?Unlock.*|"
        "(base::Mutex::)?UnlockSlow.*|(base::Mutex::)?ReaderUnlock.*|"
        "(base::MutexLock::)?~MutexLock.*|(Mutex::)?AwaitCommon.*|"
        "(Mutex::)?Unlock.*|(Mutex::)?UnlockSlow.*|(Mutex::)?ReaderUnlock.*|"
        "(MutexLock::)?~MutexLock.*|(SpinLock::)?Unlock.*|"
        "(SpinLock::)?SlowUnlock.*|(SpinLockHolder::)?~SpinLockHolder.*",
    .keep = "",
};
