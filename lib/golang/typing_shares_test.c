/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_shares_test.c - how much of ordinary heaps gets types.
 *
 * shares/NAME.dump is the heap of NAME.exe, and NAME.stripped the same program
 * without debug information: which may know less, but nothing else.
 * scripts/test-typing makes the files anew with the toolchains at hand.
 */
#include <glob.h>
#include <stdio.h>

#include "algo/heap_case.h"
#include "base/test.h"
#include "format/format.h"
#include "golang/golang.h"
#include "model/names.h"

struct half {
    struct hs_snapshot snapshot;
    struct hs_arena arena;
    const struct hs_heap_case *heap_case;
    uint64_t reachable, typed, guessed;
};

static void add_file(struct hs_snapshot *snapshot, const char *path,
                     const char *format)
{
    struct hs_err err = HS_ERR_NONE;
    struct hs_input *input = hs_input_open(path, NULL, &err);

    CHECK(input);
    hs_column_push(&snapshot->sources,
                   &(struct hs_source){.path = path, .input = input});
    if (!hs_format_named(format)->decode(input, snapshot, &err))
        fail_msg("%s: %s", path, err.message);
    snapshot->parts |= hs_format_named(format)->fills;
}

static void open_half(struct half *h, const char *base, const char *suffix)
{
    struct hs_err err = HS_ERR_NONE;

    *h = (struct half){.arena = HS_ARENA_EMPTY};
    hs_snapshot_init(&h->snapshot);
    add_file(&h->snapshot, hs_arena_printf(&h->arena, "%s.dump", base),
             "godump");
    add_file(&h->snapshot, hs_arena_printf(&h->arena, "%s.%s", base, suffix),
             "elf");
    if (!hs_golang_name(&h->snapshot, &err))
        fail_msg("%s.%s: %s", base, suffix, err.message);
    h->heap_case = hs_heap_case_new(h->snapshot.heap, 1, &h->arena, &err);
    CHECK(h->heap_case);
    for (uint32_t i = 0; i < hs_heap_count(h->snapshot.heap); i++) {
        uint64_t size = hs_heap_size(h->snapshot.heap, i);
        enum hs_evidence evidence =
            hs_typing_evidence(hs_names_typing(h->snapshot.names, i));

        if (!hs_retention_reached(h->heap_case->retention, i))
            continue;
        h->reachable += size;
        h->guessed += evidence == HS_EVIDENCE_GUESS ? size : 0;
        h->typed += evidence > HS_EVIDENCE_GUESS ? size : 0;
    }
}

static void close_half(struct half *h)
{
    hs_snapshot_close(&h->snapshot);
    hs_arena_free(&h->arena);
}

/* Is a value called NAME what one of TYPE begins with? */
static bool begins_with(const struct hs_names *names, uint32_t type,
                        struct hs_str name)
{
    const struct hs_go_field *fields = names->fields.at;

    for (int depth = 0; depth < 8; depth++) {
        const struct hs_go_type *its = hs_names_type(names, type);

        if (hs_str_equal(its->name, name))
            return true;
        if (its->kind != HS_GO_STRUCT || its->field_count == 0)
            return false;
        type = fields[its->first_field].type;
    }
    return false;
}

/* What each says of an object must be the same, where both say something. */
static unsigned count_quarrels(struct half *whole, struct half *bare)
{
    const struct hs_heap *heap = whole->snapshot.heap;
    unsigned quarrels = 0;

    for (uint32_t i = 0; i < hs_heap_count(heap); i++) {
        uint32_t a = hs_names_typing(whole->snapshot.names, i);
        uint32_t b = hs_names_typing(bare->snapshot.names, i);
        struct hs_str x, y;

        if (hs_typing_evidence(a) <= HS_EVIDENCE_GUESS ||
            hs_typing_evidence(b) <= HS_EVIDENCE_GUESS)
            continue;
        x = hs_typing_name(whole->snapshot.names, a, &whole->arena);
        y = hs_typing_name(bare->snapshot.names, b, &bare->arena);
        if (x.size == 0 || y.size == 0 || hs_str_equal(x, y) ||
            begins_with(whole->snapshot.names, hs_typing_type(a), y))
            continue;
        if (quarrels++ < 20)
            print_error("0x%llx is %.*s with debug information, %.*s without\n",
                        (unsigned long long)hs_heap_address(heap, i),
                        (int)x.size, x.text, (int)y.size, y.text);
    }
    return quarrels;
}

static double share(const struct half *h)
{
    return (double)h->typed / (double)h->reachable;
}

static void check_base(const char *base)
{
    struct half whole, bare;
    unsigned quarrels;

    open_half(&whole, base, "exe");
    open_half(&bare, base, "stripped");
    CHECK(whole.reachable == bare.reachable && whole.reachable > 1000000);
    quarrels = count_quarrels(&whole, &bare);
    print_message("%s: %.1f %% of %.1f MB typed; stripped %.1f %%; "
                  "%u objects differ\n",
                  base, 100 * share(&whole), (double)whole.reachable / 1e6,
                  100 * share(&bare), quarrels);
    CHECK(share(&whole) >= 0.90);
    CHECK(share(&bare) >= 0.70);
    assert_int_equal(quarrels, 0);
    close_half(&whole);
    close_half(&bare);
}

TEST(shares_of_types_are_large)
{
    char pattern[4096];
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s/shares/*.dump", hs_test_data());
    if (glob(pattern, 0, NULL, &found) != 0)
        skip();
    for (size_t i = 0; i < found.gl_pathc; i++) {
        char *base = found.gl_pathv[i];

        base[strlen(base) - strlen(".dump")] = '\0';
        check_base(base);
    }
    globfree(&found);
}
