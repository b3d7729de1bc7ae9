/* SPDX-License-Identifier: Apache-2.0 */
/*
 * section_heap_array.c - do many words, evenly spaced, hold much together?
 *
 * Without names each word of `var shards [64]struct{...}` is a holder of its
 * own, and none of them large: the biggest variable of the program would only
 * show in what is left of the table.
 */
#include "section_heap.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/size.h"

#define LEAST_WORDS  8    /* that stand as evenly by chance hardly ever */
#define WIDEST       4096 /* bytes from one to the next */
#define EVEN         4    /* none has more than so many times the average */
#define SMALL_PART   4096 /* a word with less than that part of all is none */
#define WORTH_SAYING 20   /* they hold that part of all, or more */

struct word {
    uint64_t address, bytes;
    uint32_t holder;
};

struct run {
    size_t first, count;
    uint64_t bytes, most;
};

static int by_address(const void *a, const void *b)
{
    const struct word *x = a, *y = b;

    return (x->address > y->address) - (x->address < y->address);
}

static struct hs_column find_words(const struct hs_case *c,
                                   struct hs_arena *arena)
{
    struct hs_column words = HS_COLUMN(struct word, arena);
    uint64_t least = c->base->totals.reachable_bytes / SMALL_PART;

    for (size_t i = 0; i < c->claims->count; i++) {
        const struct hs_claim *claim = &c->claims->rows[i];
        const struct hs_variable *variable;
        struct word word = {.bytes = claim->owned_bytes,
                            .holder = claim->holder};

        if (claim->owned_bytes <= least)
            break;
        if (claim->holder == HS_NO_RECORD ||
            c->holders->holders[claim->holder].kind != HS_HOLDER_GLOBAL)
            continue;
        variable =
            &c->holders->variables[c->holders->holders[claim->holder].record];
        word.address = variable->address;
        if (!variable->name.size)
            hs_column_push(&words, &word);
    }
    if (words.count)
        qsort(words.at, words.count, sizeof(struct word), by_address);
    return words;
}

/* The words from FIRST on that stand as far apart as the first two. */
static struct run run_from(const struct word *words, size_t count, size_t first)
{
    struct run run = {.first = first,
                      .count = 1,
                      .bytes = words[first].bytes,
                      .most = words[first].bytes};
    uint64_t step;

    if (first + 1 == count)
        return run;
    step = words[first + 1].address - words[first].address;
    for (size_t i = first + 1;
         i < count && words[i].address - words[i - 1].address == step; i++) {
        run.count++;
        run.bytes += words[i].bytes;
        if (words[i].bytes > run.most)
            run.most = words[i].bytes;
    }
    return step <= WIDEST ? run : (struct run){.first = first, .count = 1};
}

const char *hs_heap_array(struct hs_run *run, const struct hs_case *c)
{
    struct hs_column found = find_words(c, run->scratch);
    const struct word *words = found.at;
    struct run best = {0};
    uint64_t live = c->base->totals.reachable_bytes;
    struct hs_str name;

    for (size_t i = 0; i < found.count;) {
        struct run next = run_from(words, found.count, i);

        if (next.count >= LEAST_WORDS && next.bytes > best.bytes &&
            next.most <= EVEN * (next.bytes / next.count))
            best = next;
        i += next.count > 1 ? next.count - 1 : 1;
    }
    if (best.count == 0 || best.bytes < live / WORTH_SAYING)
        return NULL;
    name = hs_holders_name(c->holders, words[best.first].holder, run->scratch);
    return hs_doc_printf(
        run->doc,
        "%.*s (0x%" PRIx64 ") and %zu more words, %" PRIu64
        " bytes from one to the next, hold "
        "%s together, %s of the live heap: one array, it seems.",
        (int)name.size, name.text, words[best.first].address, best.count - 1,
        words[best.first + 1].address - words[best.first].address,
        hs_show_bytes((int64_t)best.bytes).text,
        hs_show_share((double)best.bytes / (double)live).text);
}
