/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answers_test.c - dumps of programs that know what their dump must say.
 *
 * Every DUMP.dump or DUMP.dump.gz of testdata/godump/ that has a DUMP.json is
 * read and compared with it, to the byte (testdata/README.md).  With
 * HS_TESTDATA the dumps may be elsewhere: scripts/test-dumps takes new ones.
 *
 * An answer about several holders at once (a variable of two words, all groups
 * that share their inner frames) is about their union: what they retain each,
 * and what exactly some of them share.
 */
#include <glob.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/test.h"
#include "finding/finding.h"
#include "format/format.h"

struct dump {
    const char *path;
    struct hs_snapshot snapshot;
    const struct hs_heap_case *base;
    const struct hs_case *c;
    struct hs_suspects suspects;
    unsigned wrong;
};

struct amount {
    uint64_t objects, bytes;
};

/* A union of unit holders; by holder number. */
struct united {
    bool *has;
};

static void open_dump(struct dump *d, const char *path)
{
    const struct hs_format *format = hs_format_named("godump");
    struct hs_err err = HS_ERR_NONE;
    struct hs_source source = {.path = path, .complete = true};

    *d = (struct dump){.path = path};
    hs_snapshot_init(&d->snapshot);
    source.input = hs_input_open(path, NULL, &err);
    assert_non_null(source.input);
    hs_column_push(&d->snapshot.sources, &source);
    if (!format->decode(source.input, &d->snapshot, &err))
        fail_msg("%s: %s", path, err.message);
    d->base = hs_heap_case_new(d->snapshot.heap, 2, &d->snapshot.arena, &err);
    assert_non_null(d->base);
    d->c = hs_case_new(d->base, NULL, &d->snapshot.arena);
    d->suspects = hs_findings_run(d->c);
}

static void wrong(struct dump *d, const char *what, struct amount is,
                  struct amount should)
{
    d->wrong++;
    fprintf(stderr,
            "%s: %s: %" PRIu64 " objects of %" PRIu64 " bytes, but there are "
            "%" PRIu64 " of %" PRIu64 "\n",
            d->path, what, is.objects, is.bytes, should.objects, should.bytes);
}

static uint64_t number_of(const json_t *object, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(object, key));
}

static uint64_t address_of(const json_t *object)
{
    return strtoull(json_string_value(json_object_get(object, "address")), NULL,
                    16);
}

static bool in_range(uint64_t address, uint64_t start, uint64_t bytes)
{
    return address >= start && address - start < bytes;
}

/* Is the variable at ADDRESS part of what MATCH speaks of? */
static bool is_part(const struct dump *d, uint64_t address, const json_t *match)
{
    uint64_t words = number_of(match, "words");
    const json_t *statics = json_object_get(match, "statics"), *one;
    size_t i;

    if (in_range(address, address_of(match),
                 (words ? words : 1) * d->c->heap->pointer_size))
        return true;
    json_array_foreach(statics, i, one)
    {
        if (in_range(address, address_of(one), number_of(one, "bytes")))
            return true;
    }
    return false;
}

/* Do the innermost frames of package main have the names of WANT? */
static bool has_functions(const struct dump *d,
                          const struct hs_goroutine_group *group,
                          const json_t *want)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)d->c->heap->goroutines.at + group->first;
    const struct hs_frame *frames = d->c->heap->frames.at;
    size_t found = 0;

    for (uint32_t i = 0; i < g->frame_count && found < json_array_size(want);
         i++) {
        struct hs_str name = frames[g->first_frame + i].function;
        const char *text = json_string_value(json_array_get(want, found));

        if (name.size < 5 || memcmp(name.text, "main.", 5) != 0 ||
            memmem(name.text, name.size, "gowrap", 6))
            continue;
        if (!hs_str_equal(name, hs_str_of(text)))
            return false;
        found++;
    }
    return found == json_array_size(want);
}

static bool matches(const struct dump *d, uint32_t number, const json_t *match)
{
    const struct hs_holder *h = &d->c->holders->holders[number];
    const char *kind = json_string_value(json_object_get(match, "kind"));

    if (!h->unit)
        return false;
    if (strcmp(kind, "global") == 0)
        return h->kind == HS_HOLDER_GLOBAL &&
               is_part(d, d->c->holders->variables[h->record].address, match);
    if (strcmp(kind, "goroutines") == 0)
        return h->kind == HS_HOLDER_GROUP &&
               has_functions(d, &d->c->holders->groups[h->record],
                             json_object_get(match, "functions"));
    return strcmp(kind, hs_holder_kind_name((enum hs_holder_kind)h->kind)) == 0;
}

static struct united unite(struct dump *d, const json_t *match)
{
    size_t count = d->c->holders->holder_count;
    struct united u = {hs_arena_zeroed(&d->snapshot.arena, count, 1)};

    for (uint32_t h = 0; h < count; h++)
        u.has[h] = matches(d, h, match);
    return u;
}

static bool is_group(const struct dump *d, uint32_t holder)
{
    return d->c->holders->holders[holder].kind == HS_HOLDER_GROUP;
}

/* Are all of SHARED's holders in U, or goroutines if those are left out? */
static bool is_within(const struct dump *d, const struct hs_shared *shared,
                      const struct united *u, bool leave_out)
{
    bool any = false;

    for (uint32_t i = 0; i < shared->holder_count; i++) {
        if (u->has[shared->holders[i]])
            any = true;
        else if (!leave_out || !is_group(d, shared->holders[i]))
            return false;
    }
    return any;
}

static struct amount retained_by(const struct dump *d, const struct united *u,
                                 bool owned)
{
    const struct hs_retention *r = d->c->retention;
    struct amount sum = {0};
    size_t count;
    const struct hs_shared *shared = hs_retention_shared(r, &count);

    for (uint32_t h = 0; h < d->c->holders->holder_count; h++) {
        uint32_t node = hs_retention_holder(r, h);

        if (!u->has[h])
            continue;
        sum.objects += hs_retention_objects(r, node);
        sum.bytes += hs_retention_bytes(r, node);
    }
    for (size_t i = 0; i < count; i++)
        if (is_within(d, &shared[i], u, owned)) {
            sum.objects += shared[i].objects;
            sum.bytes += shared[i].bytes;
        }
    return sum;
}

/* What exactly MEMBERS share: every member takes part, and nobody else. */
static struct amount shared_by(struct dump *d, const json_t *members)
{
    size_t count, n = json_array_size(members);
    const struct hs_shared *shared =
        hs_retention_shared(d->c->retention, &count);
    struct united all = {
        hs_arena_zeroed(&d->snapshot.arena, d->c->holders->holder_count, 1)};
    struct united *each =
        hs_arena_zeroed(&d->snapshot.arena, n + 1, sizeof(*each));
    struct amount sum = {0};

    for (size_t m = 0; m < n; m++) {
        each[m] = unite(d, json_array_get(members, m));
        for (uint32_t h = 0; h < d->c->holders->holder_count; h++)
            all.has[h] |= each[m].has[h];
    }
    for (size_t i = 0; i < count; i++) {
        size_t there = 0;

        for (size_t m = 0; m < n; m++)
            for (uint32_t k = 0; k < shared[i].holder_count; k++)
                if (each[m].has[shared[i].holders[k]]) {
                    there++;
                    break;
                }
        if (there == n && is_within(d, &shared[i], &all, false)) {
            sum.objects += shared[i].objects;
            sum.bytes += shared[i].bytes;
        }
    }
    return sum;
}

/* The runtime's own objects in U: a g of each goroutine, and its sudogs. */
static struct amount runtime_in(const struct dump *d, const struct united *u)
{
    const struct hs_holders *holders = d->c->holders;
    uint32_t objects = hs_heap_count(d->c->heap);
    struct amount sum = {0};

    for (size_t i = 0; i < holders->captive_count; i++) {
        uint32_t node = holders->captive[i];

        while (node != HS_NO_NODE &&
               (node < objects || !holders->holders[node - objects].unit))
            node = hs_retention_dominator(d->c->retention, node);
        if (node == HS_NO_NODE || !u->has[node - objects])
            continue;
        sum.objects++;
        sum.bytes += hs_heap_size(d->c->heap, holders->captive[i]);
    }
    return sum;
}

static struct amount unreached(const struct dump *d)
{
    const struct hs_holders *holders = d->c->holders;
    struct amount sum = {d->base->totals.unreachable_objects,
                         d->base->totals.unreachable_bytes};

    for (uint32_t h = 0; h < holders->holder_count; h++)
        if (holders->holders[h].kind == HS_HOLDER_CLEANUPS) {
            uint32_t node = hs_retention_holder(d->c->retention, h);

            sum.objects += hs_retention_objects(d->c->retention, node);
            sum.bytes += hs_retention_bytes(d->c->retention, node);
        }
    return sum;
}

static struct amount find_answer(struct dump *d, const json_t *match)
{
    const char *kind = json_string_value(json_object_get(match, "kind"));
    struct amount is, runtime;
    struct united u;

    if (strcmp(kind, "shared") == 0)
        return shared_by(d, json_object_get(match, "members"));
    if (strcmp(kind, "cleanups") == 0 || strcmp(kind, "unreachable") == 0)
        return unreached(d);
    u = unite(d, match);
    is = retained_by(d, &u, false);
    runtime = runtime_in(d, &u);
    return (struct amount){is.objects - runtime.objects,
                           is.bytes - runtime.bytes};
}

static bool agrees(struct amount is, struct amount should, uint64_t slack)
{
    if (slack)
        return is.objects >= should.objects &&
               is.objects - should.objects <= slack && is.bytes >= should.bytes;
    return is.objects == should.objects && is.bytes == should.bytes;
}

static void check_holder(struct dump *d, const json_t *answer)
{
    const json_t *match = json_object_get(answer, "match");
    struct amount should = {number_of(answer, "retained_objects"),
                            number_of(answer, "retained_bytes")};
    struct amount is = find_answer(d, match);
    char *what = json_dumps(match, JSON_COMPACT);

    if (!agrees(is, should, number_of(answer, "slack_objects")))
        wrong(d, what, is, should);
    if (json_object_get(answer, "owned_bytes")) {
        struct united u = unite(d, match);

        is = retained_by(d, &u, true);
        should = (struct amount){number_of(answer, "owned_objects"),
                                 number_of(answer, "owned_bytes")};
        if (!agrees(is, should, 0))
            wrong(d, "owned", is, should);
        for (uint32_t h = 0; h < d->c->holders->holder_count; h++)
            if (u.has[h] && json_object_get(match, "words") == NULL)
                assert_int_equal(hs_retention_owned(d->c->retention, h),
                                 should.bytes);
    }
    free(what);
}

/* Every byte that is reached is in one claim, and in one kind. */
static void check_sums(struct dump *d)
{
    const struct hs_totals *t = &d->base->totals;
    const struct hs_memstats *stats = &d->c->heap->memstats;
    struct amount claims = {0}, types = {0};

    for (size_t i = 0; i < d->c->claims->count; i++) {
        claims.objects += d->c->claims->rows[i].owned_objects;
        claims.bytes += d->c->claims->rows[i].owned_bytes;
    }
    for (size_t i = 0; i < d->c->types->count; i++) {
        types.objects += d->c->types->rows[i].objects;
        types.bytes += d->c->types->rows[i].bytes;
        assert_true(d->c->types->rows[i].retained_bytes >=
                    d->c->types->rows[i].bytes);
    }
    assert_int_equal(types.objects, t->reachable_objects);
    assert_int_equal(types.bytes, t->reachable_bytes);
    assert_int_equal(claims.objects, t->reachable_objects);
    assert_int_equal(claims.bytes, t->reachable_bytes);
    assert_int_equal(t->objects, stats->heap_objects);
    assert_int_equal(t->bytes, stats->heap_alloc);
}

static uint64_t cycles_of(const struct dump *d)
{
    const struct hs_suspect *rows = d->suspects.rows.at;
    uint64_t objects = 0;

    for (size_t i = 0; i < d->suspects.rows.count; i++)
        if (rows[i].grade == HS_GRADE_PROVED)
            objects += rows[i].objects;
    return objects;
}

/* Counts by name: "finalizer cycles", "waiting main.worker". */
static void check_numbers(struct dump *d, json_t *numbers)
{
    const char *key;
    json_t *value;

    assert_int_equal(cycles_of(d), number_of(numbers, "finalizer cycles"));
    json_object_foreach(numbers, key, value)
    {
        struct hs_str name;
        uint64_t waiting = 0;

        if (strncmp(key, "waiting ", 8) != 0)
            continue;
        name = hs_str_of(key + 8);
        for (size_t g = 0; g < d->c->holders->group_count; g++)
            if (hs_str_equal(d->c->holders->groups[g].name, name))
                waiting += d->c->holders->groups[g].goroutines;
        assert_int_equal(waiting, json_integer_value(value));
    }
}

static unsigned check_dump(const char *path, const char *answers)
{
    json_error_t error;
    json_t *sheet = json_load_file(answers, 0, &error), *answer;
    struct dump d;
    size_t i;

    if (!sheet)
        return 0;
    open_dump(&d, path);
    check_sums(&d);
    json_array_foreach(json_object_get(sheet, "holders"), i, answer)
    {
        if (!json_object_get(answer, "needs"))
            check_holder(&d, answer);
    }
    check_numbers(&d, json_object_get(sheet, "numbers"));
    assert_int_equal(d.wrong, 0);
    hs_snapshot_close(&d.snapshot);
    json_decref(sheet);
    return 1;
}

TEST(dumps_say_what_their_programs_know)
{
    char pattern[4096], answers[4096];
    unsigned checked = 0;
    glob_t found;

    snprintf(pattern, sizeof(pattern), "%s/godump/*.dump*", hs_test_data());
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        size_t stem = (size_t)(strstr(path, ".dump") - path);

        snprintf(answers, sizeof(answers), "%.*s.json", (int)stem, path);
        checked += check_dump(path, answers);
    }
    globfree(&found);
    assert_true(checked > 0);
}
