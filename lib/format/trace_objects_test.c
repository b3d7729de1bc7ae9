/* SPDX-License-Identifier: Apache-2.0 */
/* trace_objects_test.c - allocations one by one, and the tables below. */
#include "format/trace_case_test.h"

#include <stdlib.h>

#include "base/hash.h"
#include "format/trace_v2.h"

#define THREAD    7
#define FIRST     0xc000000000
#define PAGE      8192
#define SCAN(cls) ((cls) << 2)      /* kind and class of a span */
#define AT(page)  ((page)*PAGE / 8) /* an object's id */

static const char *const strings[] = {"main.main", "region"};

enum { MAIN = 1, REGION, STRINGS = REGION };

static void tables(struct trace_case *c, int first_type)
{
    trace_case_experiment(c, 0);
    for (int i = 0; i < 2; i++) {
        trace_case_event(c, (unsigned)(first_type + i), 3, 0x5000 + i, 48, 48);
        trace_case_text(c, i ? "main.Page" : "main.Session");
    }
    trace_case_tables(c, strings, STRINGS);
}

static void begin(struct trace_case *c)
{
    trace_case_new(c, 23);
    trace_case_batch(c, THREAD, 1000);
    trace_case_event(c, EV_PROC_STATUS, 3, 0, 0, 1);
    trace_case_event(c, EV_GO_STATUS_STACK, 5, 0, 1, THREAD, 2, 100 + MAIN);
    trace_case_event(c, EV_SPAN, 4, 1, 3, 1, SCAN(5));  /* slots of 48 */
    trace_case_event(c, EV_SPAN, 4, 1, 4, 1, SCAN(2));  /* of 16: tiny */
    trace_case_event(c, EV_SPAN, 4, 1, 5, 1, SCAN(32)); /* of 1024 */
    trace_case_event(c, EV_SPAN, 4, 1, 6, 9, SCAN(0));  /* one large one */
    trace_case_event(c, EV_SPAN, 4, 1, 20, 1, 1);       /* of a stack */
    trace_case_event(c, EV_HEAP_OBJECT, 3, 1, AT(6), 0);
}

static const struct hs_trace_type *type_of(const struct hs_timeline *line,
                                           const char *name, uint64_t slot)
{
    const struct hs_trace_type *types = line->objects.types.at;

    for (size_t i = 0; i < line->objects.types.count; i++)
        if (trace_case_is(line, types[i].name, name) && types[i].slot == slot)
            return &types[i];
    fail_msg("no type '%s'", name);
    return NULL;
}

TEST(live_objects_are_slots_by_type_with_who_made_them)
{
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_trace_object *live;
    const struct hs_trace_type *type;

    begin(&c);
    trace_case_event(&c, EV_USER_REGION_BEGIN, 4, 10, 0, REGION, 0);
    for (int i = 0; i < 4; i++)
        trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(3) + 6 * i, 30);
    trace_case_event(&c, EV_HEAP_OBJECT_FREE, 2, 10, AT(3) + 6);
    /* Behind a header of 8 bytes; freed, by its slot, and made again. */
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(5) + 1, 31);
    trace_case_event(&c, EV_HEAP_OBJECT_FREE, 2, 10, AT(5));
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(5) + 1, 31);
    /* Two tiny ones in one block. */
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(4), 0);
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(4) + 1, 0);
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(99), 30);
    tables(&c, 30);
    line = trace_case_decode(&c, c.size);
    assert_non_null(line);
    CHECK(line->complete && line->objects.known && line->objects.snapshot);
    assert_int_equal(line->objects.objects, 6);
    assert_int_equal(line->objects.bytes, 3 * 48 + 1024 + 16 + 9 * PAGE);
    assert_int_equal(line->objects.unplaced, 1);
    type = type_of(line, "main.Session", 48);
    assert_int_equal(type->objects, 3);
    assert_int_equal(type->allocated, 4);
    assert_int_equal(type->type, 0x5000);
    assert_int_equal(type->group_objects, 3);
    assert_int_equal(type->region_objects, 3);
    CHECK(trace_case_is(line, type->region, "region"));
    assert_int_equal(type->newest - type->oldest, 30);
    assert_int_equal(type_of(line, "main.Page", 1024)->objects, 1);
    type = line->objects.types.at; /* the most bytes first */
    assert_int_equal(type->existed, 1);
    live = line->objects.live.at;
    assert_int_equal(live[0].address, FIRST + 3 * PAGE);
    assert_int_equal(live[1].address, FIRST + 3 * PAGE + 96);
    assert_int_equal(live[5].born, HS_BEFORE_TRACE);
    trace_case_close(&c);
}

TEST(ids_of_types_are_those_of_their_generation)
{
    struct trace_case c;
    const struct hs_timeline *line;

    begin(&c);
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(3), 30);
    tables(&c, 30);
    trace_case_batch(&c, THREAD, 2000);
    trace_case_event(&c, EV_PROC_STATUS, 3, 0, 0, 1);
    trace_case_event(&c, EV_GO_STATUS_STACK, 5, 0, 1, THREAD, 2, 100 + MAIN);
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(3) + 6, 29);
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(3) + 12, 30);
    tables(&c, 29);
    line = trace_case_decode(&c, c.size);
    assert_non_null(line);
    CHECK(line->complete);
    assert_int_equal(type_of(line, "main.Session", 48)->objects, 2);
    assert_int_equal(type_of(line, "main.Page", 48)->objects, 1);
    trace_case_close(&c);
}

TEST(a_span_that_is_gone_takes_its_objects_with_it)
{
    struct trace_case c;
    const struct hs_timeline *line;

    begin(&c);
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(3), 30);
    trace_case_event(&c, EV_SPAN_FREE, 2, 10, 3);
    trace_case_event(&c, EV_SPAN_ALLOC, 4, 10, 3, 1, SCAN(32));
    trace_case_event(&c, EV_HEAP_OBJECT_ALLOC, 3, 10, AT(3), 31);
    tables(&c, 30);
    line = trace_case_decode(&c, c.size);
    assert_non_null(line);
    assert_int_equal(type_of(line, "main.Session", 48)->objects, 0);
    assert_int_equal(type_of(line, "main.Page", 1024)->objects, 1);
    assert_int_equal(line->objects.bytes, 1024 + 9 * PAGE);
    trace_case_close(&c);
}

/* The last bytes of the first slot and the first of the last one, in spans of
 * ten pages that are far from each other. */
TEST(an_address_is_taken_to_its_slot_in_spans_of_any_class)
{
    static const struct {
        unsigned class, size;
    } classes[] = {{1, 8},      {3, 24},     {5, 48},     {9, 112},   {19, 288},
                   {63, 21760}, {65, 27264}, {66, 28672}, {67, 32768}};
    enum { CLASSES = sizeof(classes) / sizeof(*classes), FAR = 1024 };
    struct trace_case c;
    const struct hs_timeline *line;
    const struct hs_trace_object *live;

    trace_case_new(&c, 23);
    trace_case_batch(&c, THREAD, 1000);
    for (unsigned i = 0; i < CLASSES; i++)
        trace_case_event(&c, EV_SPAN, 4, 1, FAR * (i + 1), 10,
                         SCAN(classes[i].class));
    for (unsigned i = 0; i < CLASSES; i++)
        trace_case_event(&c, EV_HEAP_OBJECT, 3, 1,
                         AT(FAR * (i + 1)) + classes[i].size / 8 - 1, 0);
    for (unsigned i = 0; i < CLASSES; i++) {
        unsigned last = 10 * PAGE / classes[i].size - 1;

        trace_case_event(&c, EV_HEAP_OBJECT, 3, 1,
                         AT(FAR * (i + 1)) + last * classes[i].size / 8, 0);
    }
    tables(&c, 30);
    line = trace_case_decode(&c, c.size);
    assert_non_null(line);
    assert_int_equal(line->objects.live.count, 2 * CLASSES);
    live = line->objects.live.at;
    for (unsigned i = 0; i < CLASSES; i++) {
        uint64_t start = FIRST + (uint64_t)PAGE * FAR * (i + 1);
        unsigned last = 10 * PAGE / classes[i].size - 1;

        assert_int_equal(live[2 * i].address, start);
        assert_int_equal(live[2 * i + 1].address,
                         start + last * classes[i].size);
    }
    trace_case_close(&c);
}

TEST(a_thinned_curve_keeps_its_ends_its_peak_and_its_trough)
{
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct trace_series series;
    const struct trace_sample *samples;
    bool peak = false, trough = false;

    hs_trace_series_init(&series, 64, &arena);
    for (int64_t i = 0; i < 10000; i++) {
        int64_t value = i == 4321 ? 1000 : i == 8765 ? -1000 : i % 7;

        hs_trace_series_add(&series, (struct trace_sample){i, value, 0});
    }
    hs_trace_series_close(&series);
    samples = series.samples.at;
    assert_int_equal(series.total, 10000);
    CHECK(series.samples.count <= 66 && series.samples.count >= 32);
    assert_int_equal(samples[0].t, 0);
    assert_int_equal(samples[series.samples.count - 1].t, 9999);
    for (size_t i = 0; i < series.samples.count; i++) {
        CHECK(i == 0 || samples[i].t > samples[i - 1].t);
        peak |= samples[i].t == 4321 && samples[i].value == 1000;
        trough |= samples[i].t == 8765 && samples[i].value == -1000;
    }
    CHECK(peak && trough);
    hs_arena_free(&arena);
}

/* Against an array, ids that collide by and by included. */
TEST(ids_come_and_go_and_leave_nothing_behind)
{
    enum { IDS = 1000 };
    static uint32_t known[IDS];
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct trace_ids ids;
    size_t count = 0;

    hs_trace_ids_init(&ids, &arena);
    for (unsigned i = 0; i < IDS; i++)
        known[i] = TRACE_NONE;
    for (uint64_t step = 0; step < 200000; step++) {
        uint64_t random = hs_hash_number(step, 1);
        uint64_t id = random % IDS;

        assert_int_equal(hs_trace_ids_find(&ids, id * 16), known[id]);
        if (known[id] == TRACE_NONE) {
            known[id] = (uint32_t)(random >> 40);
            hs_trace_ids_add(&ids, id * 16, known[id]);
            count++;
        } else {
            known[id] = TRACE_NONE;
            hs_trace_ids_remove(&ids, id * 16);
            count--;
        }
        assert_int_equal(ids.count, count);
    }
    hs_arena_free(&arena);
}
