/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_stacks.c - goroutines and their frames.
 *
 *   goroutine = 4 g sp goid gopc status system background since reason ctxt m
 *               defer panic  frame* defer*
 *   frame     = 5 sp depth child size bytes[size] entry pc continpc function
 *               (1 offset)* 0
 *
 * Most goroutines wait at the same place.  The frame that waits lists its
 * request; one in three also points to a struct on its own stack, whose words
 * are in no list, as WriteHeapDump has it; one in four uses the table of a
 * variable.
 */
#include "heapdump_impl.h"

#define FRAME 64 /* bytes */
#define STACK 2048
#define DEEP  6

struct stack {
    const char *reason;
    const char *frames[DEEP]; /* innermost first */
};

static const struct stack main_stack = {"dumping heap",
                                        {"runtime/debug.WriteHeapDump",
                                         "main.main", "runtime.main",
                                         "runtime.goexit"}};

static const struct stack stacks[] = {
    {"chan receive",
     {"runtime.gopark", "runtime.chanrecv1", "main.(*Server).price",
      "main.(*Server).serve", "main.(*Server).Run.func1", "runtime.goexit"}},
    {"select",
     {"runtime.gopark", "runtime.selectgo", "main.(*Flusher).run",
      "runtime.goexit"}},
    {"IO wait",
     {"runtime.gopark", "internal/poll.(*FD).Read", "net/http.(*conn).serve",
      "net/http.(*Server).Serve.gowrap3", "runtime.goexit"}},
    {"chan receive",
     {"runtime.gopark", "runtime.chanrecv2",
      "example.com/orders/feed.(*Reader).loop", "runtime.goexit"}},
};

#define KINDS_OF_STACK (sizeof(stacks) / sizeof(stacks[0]))

static const struct stack *stack_of(uint32_t g)
{
    if (g == 0)
        return &main_stack;
    return &stacks[g % 16 < 11 ? 0 : g % KINDS_OF_STACK];
}

/* The frame at SP whose words are WORDS; those of LISTED are pointers. */
static void put_frame(struct heapdump *d, uint64_t sp, unsigned depth,
                      const char *function,
                      const uint64_t words[static FRAME / 8], unsigned listed)
{
    /* The same code for the same name. */
    uint64_t entry = HEAPDUMP_CODE, mixed = 0;
    uint8_t bytes[FRAME];

    for (const char *c = function; *c; c++)
        mixed = mixed * 31 + (uint8_t)*c;
    entry += mixed % 4000 * 64;
    for (unsigned w = 0; w < FRAME / 8; w++)
        heapdump_store(bytes + w * 8, words[w]);
    heapdump_number(d, TAG_STACK_FRAME);
    heapdump_number(d, sp);
    heapdump_number(d, depth);
    heapdump_number(d, depth ? sp - FRAME : 0);
    heapdump_number(d, FRAME);
    hs_writer_bytes(d->writer, bytes, FRAME);
    heapdump_number(d, entry);
    heapdump_number(d, entry + 0x25);
    heapdump_number(d, entry + 0x25);
    heapdump_text(d, function);
    for (unsigned w = 0; w < FRAME / 8; w++)
        if (listed >> w & 1)
            heapdump_field(d, w * 8);
    heapdump_number(d, 0);
}

/* What frame DEPTH of goroutine G has; returns the words that are listed. */
static unsigned frame_words(const struct heapdump *d, uint32_t g,
                            unsigned depth, uint64_t sp, uint64_t *words)
{
    unsigned listed = 0;

    memset(words, 0, FRAME);
    words[7] = HEAPDUMP_CODE + 0x425; /* where it returns to */
    if (depth == 1) {
        words[0] = heapdump_of_goroutine(d, g, 2); /* the channel */
        return 1;
    }
    if (depth != 2)
        return 0;
    words[1] = heapdump_of_goroutine(d, g, 3);
    listed = 1 << 1;
    if (g % 3 == 0) { /* a struct in words 4 to 6 */
        words[2] = sp + 4 * 8;
        words[5] = heapdump_of_goroutine(d, g, 5);
        words[6] = 48;
        listed |= 1 << 2;
    }
    if (g % 4 == 0) {
        words[3] = heapdump_top(d, (1 + g / 4 % 3) % d->graph.variables);
        listed |= 1 << 3;
    }
    return listed;
}

static void put_defer(struct heapdump *d, uint32_t g, uint64_t sp)
{
    heapdump_number(d, TAG_DEFER);
    heapdump_number(d, sp + 40);
    heapdump_number(d, heapdump_of_goroutine(d, g, 0));
    heapdump_number(d, sp);
    heapdump_number(d, HEAPDUMP_CODE + 0x125);
    heapdump_number(d, HEAPDUMP_TYPES - 8); /* the closure: a constant */
    heapdump_number(d, HEAPDUMP_CODE + 0x200);
    heapdump_number(d, 0);
}

static void put_goroutine(struct heapdump *d, uint32_t g, uint64_t sp)
{
    const struct stack *stack = stack_of(g);
    bool defers = g % 50 == 49;
    uint64_t words[FRAME / 8];

    heapdump_number(d, TAG_GOROUTINE);
    heapdump_number(d, heapdump_of_goroutine(d, g, 0));
    heapdump_number(d, sp);
    heapdump_number(d, g + 1);
    heapdump_number(d, g ? HEAPDUMP_CODE + 0x4d0 : HEAPDUMP_CODE);
    heapdump_number(d, 4); /* waiting */
    heapdump_number(d, false);
    heapdump_number(d, false);
    heapdump_number(d, g % 8 ? UINT64_C(60000000000) + g : 0);
    heapdump_text(d, stack->reason);
    heapdump_number(d, 0);
    heapdump_number(d, 0);
    heapdump_number(d, defers ? sp + FRAME * 2 + 40 : 0);
    heapdump_number(d, 0);
    for (unsigned depth = 0; depth < DEEP && stack->frames[depth]; depth++) {
        uint64_t at = sp + depth * FRAME;
        unsigned listed = frame_words(d, g, depth, at, words);

        put_frame(d, at, depth, stack->frames[depth], words, listed);
    }
    if (defers)
        put_defer(d, g, sp + FRAME * 2);
}

void heapdump_write_goroutines(struct heapdump *d)
{
    /* Stacks lie in the arena too, in spans that are not dumped. */
    uint64_t bottom = (d->place.end + STACK) & ~(uint64_t)(STACK - 1);

    for (uint32_t g = 0; g < d->graph.goroutines; g++)
        put_goroutine(d, g, bottom + g * (uint64_t)STACK + STACK - 512);
}
