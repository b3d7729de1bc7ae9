/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proftext_heap.c - heap profiles as text.
 *
 *   header = "heap profile: " numbers " @ " kind ["/" rate]
 *   row    = numbers " @" (" 0x" hex)*
 *   numbers = objects ": " bytes " [" objects ": " bytes "]"   in use [made]
 *
 * The numbers of a row are those of the sampled objects.  Of a sampling rate R,
 * an object of S bytes is met with probability 1 - exp(-S/R), and that is what
 * the numbers are divided by.  Go writes twice its rate behind `heap/`.
 */
#include <math.h>

#include "format/proftext.h"
#include "model/process.h"

struct numbers {
    struct hs_str objects, bytes, made_objects, made_bytes;
};

struct heap {
    struct proftext *text;
    int64_t rate; /* at most 1: not sampled */
    bool scaled;
    bool made;               /* rows have numbers of all that was made */
    bool go, named, whole;   /* what tells a text of Go, and its end */
    __int128 counted, found; /* objects: in the header, and in the rows */
};

/* A run of digits, perhaps with a sign before it. */
static bool signed_digits(struct hs_cursor *line, struct hs_str *digits)
{
    struct hs_cursor start = *line;
    bool negative = proftext_literal(line, "-");

    if (!proftext_digits(line, digits)) {
        *line = start;
        return false;
    }
    digits->text -= negative;
    digits->size += negative;
    return true;
}

static void blanks(struct hs_cursor *line)
{
    while (proftext_literal(line, " "))
        continue;
}

/* `1: 2 [3: 4]`; only what is in use may be negative, and only in rows. */
static bool match_numbers(struct hs_cursor *line, bool row,
                          struct numbers *numbers)
{
    bool (*digits)(struct hs_cursor *, struct hs_str *) =
        row ? signed_digits : proftext_digits;

    if (!digits(line, &numbers->objects) || !proftext_literal(line, ":"))
        return false;
    blanks(line);
    if (!digits(line, &numbers->bytes))
        return false;
    blanks(line);
    if (!proftext_literal(line, "["))
        return false;
    blanks(line);
    if (!proftext_digits(line, &numbers->made_objects) ||
        !proftext_literal(line, ":"))
        return false;
    blanks(line);
    if (!proftext_digits(line, &numbers->made_bytes))
        return false;
    blanks(line);
    return proftext_literal(line, "]");
}

/* Steps to the first place in LINE from which a row can be read.  Where a
 * number does not start a row, no digit within it does. */
static bool find_row(struct hs_cursor *line, struct numbers *numbers)
{
    while (hs_cursor_left(line) > 0) {
        struct hs_cursor here = *line;
        struct hs_str digits;

        if (match_numbers(&here, true, numbers) &&
            proftext_literal(&here, " @")) {
            *line = here;
            return true;
        }
        if (!signed_digits(line, &digits))
            hs_cursor_take(line, 1);
    }
    return false;
}

/* Where KIND starts; those that are not SAMPLED have no rate either. */
static bool match_header(struct hs_cursor line, struct numbers *numbers,
                         struct hs_cursor *kind, bool *sampled)
{
    const uint8_t *start;

    while (
        (start = memmem(line.at, hs_cursor_left(&line), "heap profile:", 13))) {
        struct hs_cursor here;

        hs_cursor_take(&line, (uint64_t)(start - line.at) + 13);
        here = line;
        blanks(&here);
        if (!match_numbers(&here, false, numbers))
            continue;
        if (proftext_literal(&here, " @ growth") ||
            proftext_literal(&here, " @ fragmentation")) {
            *kind = here;
            *sampled = false;
            return true;
        }
        blanks(&here);
        if (!proftext_literal(&here, "@"))
            continue;
        blanks(&here);
        *kind = here;
        *sampled = true;
        if (proftext_literal(&here, "heap"))
            return true;
    }
    return false;
}

static bool likes(struct hs_cursor line)
{
    struct numbers numbers;
    struct hs_cursor kind;
    bool sampled;

    return match_header(line, &numbers, &kind, &sampled);
}

/* Counts that were made tell something new, unless they are 0 or the same. */
static bool tells(struct hs_str made, struct hs_str used)
{
    return !hs_str_equal(made, used) && !hs_str_equal(made, hs_str_of("0"));
}

/* The letters, digits and underscores at KIND. */
static struct hs_str take_word(struct hs_cursor *kind)
{
    const uint8_t *start = kind->at;

    for (;;) {
        uint8_t c = proftext_peek(kind);

        if (c != '_' && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9'))
            break;
        hs_cursor_take(kind, 1);
    }
    return (struct hs_str){(const char *)start, (size_t)(kind->at - start)};
}

static bool read_kind(struct heap *heap, struct hs_cursor kind,
                      struct hs_err *err)
{
    struct hs_str word, digits;
    int64_t rate = 0;

    word = take_word(&kind);
    proftext_literal(&kind, "/");
    if (proftext_digits(&kind, &digits) && !proftext_number(digits, &rate))
        return proftext_fail(heap->text, "the sampling rate is too big", err);
    if (hs_str_equal(word, hs_str_of("heapprofile"))) {
        heap->rate = 1;
        return true;
    }
    heap->scaled = true;
    heap->go = hs_str_equal(word, hs_str_of("heap"));
    heap->rate = heap->go ? rate / 2 : rate;
    if (heap->go || hs_str_equal(word, hs_str_of("heap_v2")) ||
        hs_str_equal(word, hs_str_of("heapz_v2")))
        return true;
    return hs_fail(err, HS_EDATA, heap->text->line.offset,
                   "'%.*s' is no known kind of heap profile",
                   (int)(word.size < 40 ? word.size : 40), word.text);
}

static int64_t count_of(struct hs_str digits)
{
    int64_t count;

    return proftext_number(digits, &count) ? count : 0;
}

static bool read_header(struct heap *heap, struct hs_err *err)
{
    struct proftext *text = heap->text;
    struct numbers numbers;
    struct hs_cursor kind;
    bool sampled;

    if (!match_header(text->line, &numbers, &kind, &sampled))
        return proftext_fail(text, "not the header of a heap profile", err);
    heap->rate = 1;
    heap->made = sampled && (tells(numbers.made_objects, numbers.objects) ||
                             tells(numbers.made_bytes, numbers.bytes));
    if (sampled && !read_kind(heap, kind, err))
        return false;
    heap->counted = count_of(numbers.objects);
    if (heap->made)
        heap->counted += count_of(numbers.made_objects);
    if (heap->made) {
        proftext_type(text, hs_str_of("alloc_objects"), "count");
        proftext_type(text, hs_str_of("alloc_space"), "bytes");
        proftext_type(text, hs_str_of("inuse_objects"), "count");
        proftext_type(text, hs_str_of("inuse_space"), "bytes");
    } else {
        proftext_type(text, hs_str_of("objects"), "count");
        proftext_type(text, hs_str_of("space"), "bytes");
    }
    return true;
}

/* Adds the numbers of OBJECTS objects of BYTES bytes in all; *EACH becomes
 * their mean size. */
static bool add_pair(struct heap *heap, struct hs_str objects,
                     struct hs_str bytes, int64_t *each, struct hs_err *err)
{
    int64_t count, size;

    if (!proftext_number(objects, &count) || !proftext_number(bytes, &size))
        return proftext_fail(heap->text, "a number of the row is too big", err);
    heap->found += count;
    if (count == 0 && size != 0)
        return proftext_fail(heap->text, "no objects, but bytes in them", err);
    if (count != 0)
        *each = count == -1 ? (int64_t)(0 - (uint64_t)size) : size / count;
    if (heap->scaled && (count == 0 || size == 0)) {
        count = 0;
        size = 0;
    } else if (heap->scaled && heap->rate > 1) {
        double mean = (double)size / (double)count;
        double scale = 1 / (1 - exp(-mean / (double)heap->rate));

        count = proftext_integer((double)count * scale);
        size = proftext_integer((double)size * scale);
    }
    proftext_value(heap->text, count);
    proftext_value(heap->text, size);
    return true;
}

static bool read_row(struct heap *heap, struct hs_err *err)
{
    struct proftext *text = heap->text;
    struct hs_cursor line = text->line;
    struct hs_label label = {
        .key = hs_intern_add(&text->strings, hs_str_of("bytes"))};
    struct numbers numbers;

    if (!find_row(&line, &numbers))
        return proftext_fail(text, "not a row of a heap profile", err);
    if (!proftext_sample(text, line, err))
        return false;
    if (heap->made && !add_pair(heap, numbers.made_objects, numbers.made_bytes,
                                &label.number, err))
        return false;
    if (!add_pair(heap, numbers.objects, numbers.bytes, &label.number, err))
        return false;
    hs_column_push(&text->labels, &label);
    return true;
}

/* `# HeapAlloc = 1234` or `# Stack = 12 / 34`: in use, and from the system. */
static void read_memstats(struct heap *heap, struct hs_cursor line)
{
    static const struct {
        const char *field;
        enum hs_fact_name fact;
    } pairs[] = {{"Stack", HS_FACT_STACK_SYS},
                 {"MSpan", HS_FACT_MSPAN_SYS},
                 {"MCache", HS_FACT_MCACHE_SYS},
                 {"MaxRSS", HS_FACT_RSS_PEAK}};
    struct hs_snapshot *snapshot = heap->text->snapshot;
    struct hs_str field, digits;
    int64_t value;

    if (!proftext_literal(&line, "# "))
        return;
    field = proftext_word(&line);
    if (!proftext_literal(&line, " = ") || !proftext_digits(&line, &digits))
        return;
    if (proftext_literal(&line, " / ") && !proftext_digits(&line, &digits))
        return;
    if (!proftext_number(digits, &value))
        return;
    for (unsigned f = 0; f < HS_FACT_COUNT; f++) {
        const char *name = hs_memstats_field((enum hs_fact_name)f);

        if (name && hs_str_equal(field, hs_str_of(name)))
            hs_process_say(hs_process_of(snapshot), (enum hs_fact_name)f,
                           (uint64_t)value, HS_BY_PROFILE);
    }
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        if (hs_str_equal(field, hs_str_of(pairs[i].field)))
            hs_process_say(hs_process_of(snapshot), pairs[i].fact,
                           (uint64_t)value, HS_BY_PROFILE);
}

/* The name of a frame, or a line of what Go writes at the end. */
static void read_comment(struct heap *heap)
{
    struct hs_cursor line = heap->text->line;

    if (heap->whole) {
        read_memstats(heap, line);
        return;
    }
    heap->named |= proftext_literal(&line, "#\t0x");
    heap->whole |= proftext_literal(&line, "# runtime.MemStats");
    proftext_name(heap->text);
}

static bool read_heap(struct proftext *text, struct hs_err *err)
{
    struct heap heap = {.text = text};

    if (!read_header(&heap, err))
        return false;
    text->profile->period = heap.rate;
    text->profile->period_type = (struct hs_value_type){
        .type = hs_intern_add(&text->strings, hs_str_of("space")),
        .unit = hs_intern_add(&text->strings, hs_str_of("bytes")),
    };
    while (proftext_next(text)) {
        if (proftext_is_comment(text->line))
            read_comment(&heap);
        else if (proftext_is_map_head(text->line))
            break;
        else if (!read_row(&heap, err))
            return false;
    }
    /* What Go writes adds up and has a last part; what others write need not.
     */
    text->cut =
        heap.go && heap.named && !heap.whole && heap.found < heap.counted;
    return true;
}

/* The allocator's frames.  The names are pprof's own, so that both tools drop
 * the same. */
const struct proftext_kind proftext_heap = {
    .likes = likes,
    .read = read_heap,
    .comes_first = true,
    .drop =
        "calloc|cfree|malloc|free|memalign|do_memalign|(__)?posix_memalign|"
        "pvalloc|valloc|realloc|tcmalloc::.*|tc_calloc|tc_cfree|tc_malloc|tc_"
        "free|"
        "tc_memalign|tc_posix_memalign|tc_pvalloc|tc_valloc|tc_realloc|tc_new|"
        "tc_delete|tc_newarray|tc_deletearray|tc_new_nothrow|tc_newarray_"
        "nothrow|"
        "malloc_zone_malloc|malloc_zone_calloc|malloc_zone_valloc|"
        "malloc_zone_realloc|malloc_zone_memalign|malloc_zone_free|runtime\\..*"
        "|"
        "BaseArena::.*|(::)?do_malloc_no_errno|(::)?do_malloc_pages|"
        "(::)?do_malloc|DoSampledAllocation|MallocedMemBlock::MallocedMemBlock|"
        "_M_allocate|__builtin_(vec_)?delete|__builtin_(vec_)?new|"
        "__gnu_cxx::new_allocator::allocate|__libc_malloc|"
        "__malloc_alloc_template::allocate|allocate|cpp_alloc|"
        "operator new(\\[\\])?|simple_alloc::allocate",
    .keep = "runtime\\.panic|runtime\\.reflectcall|runtime\\.call[0-9]*",
};
