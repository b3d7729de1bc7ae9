/* SPDX-License-Identifier: Apache-2.0 */
/* heapdump_test.c - synthetic heap dumps, read back by the decoder. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algo/heap_case.h"
#include "format/format.h"
#include "mkdump.h"

#include "base/test.h"

extern const struct mkdump_kind mkdump_heapdump;

struct dump {
    void *data;
    size_t size;
};

/* The dump that OPTIONS ask for, in memory; no data if they are refused. */
static struct dump make(const struct mkdump_options *options)
{
    int fd = memfd_create("heap.dump", 0);
    struct hs_err err = HS_ERR_NONE;
    struct hs_writer *writer;
    struct dump dump = {0};
    struct stat st;
    char path[32];

    assert_true(fd >= 0);
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    writer = hs_writer_open(path, false, &err);
    assert_non_null(writer);
    if (mkdump_heapdump.write(options, writer, &err)) {
        assert_true(hs_writer_close(writer, &err));
        assert_int_equal(fstat(fd, &st), 0);
        dump.size = (size_t)st.st_size;
        dump.data = malloc(dump.size);
        assert_int_equal(pread(fd, dump.data, dump.size, 0), dump.size);
    } else {
        assert_int_equal(err.kind, HS_EUSAGE);
        hs_writer_close(writer, &err);
    }
    close(fd);
    return dump;
}

/* Decodes DUMP into SNAPSHOT, which must be closed before DUMP goes. */
static const struct hs_heap *decode(const struct dump *dump,
                                    struct hs_snapshot *snapshot)
{
    struct hs_input *input = hs_input_over(dump->data, dump->size, NULL);
    struct hs_source source = {.path = "test", .input = input};
    struct hs_err err = HS_ERR_NONE;

    hs_snapshot_init(snapshot);
    hs_column_push(&snapshot->sources, &source);
    assert_true(hs_format_named("godump")->decode(input, snapshot, &err));
    assert_non_null(snapshot->heap);
    return snapshot->heap;
}

static void check_agrees(const struct mkdump_options *options)
{
    struct dump dump = make(options);
    const struct hs_heap *heap;
    struct hs_snapshot snapshot;

    assert_non_null(dump.data);
    heap = decode(&dump, &snapshot);
    CHECK(heap->complete);
    assert_int_equal(hs_heap_count(heap), options->count);
    assert_int_equal(heap->memstats.heap_objects, options->count);
    assert_int_equal(heap->memstats.heap_alloc, heap->object_bytes);
    hs_snapshot_close(&snapshot);
    free(dump.data);
}

/* What roots reach of the dump that OPTIONS ask for. */
static struct hs_totals totals(const struct mkdump_options *options)
{
    struct dump dump = make(options);
    struct hs_arena arena = HS_ARENA_EMPTY;
    struct hs_err err = HS_ERR_NONE;
    const struct hs_heap_case *heap_case;
    struct hs_snapshot snapshot;
    struct hs_totals result;

    assert_non_null(dump.data);
    heap_case = hs_heap_case_new(decode(&dump, &snapshot), 1, &arena, &err);
    assert_non_null(heap_case);
    result = heap_case->totals;
    hs_arena_free(&arena);
    hs_snapshot_close(&snapshot);
    free(dump.data);
    return result;
}

TEST(a_made_dump_agrees_with_its_memstats_for_every_version_and_shape)
{
    static const char *const versions[] = {"1.19.13", "1.22.12", "1.24.4",
                                           "1.26.8"};
    static const char *const shapes[] = {"mixed", "ring",  "chain",
                                         "star",  "slice", "dag"};

    for (unsigned v = 0; v < 4; v++)
        for (unsigned s = 0; s < 6; s++)
            check_agrees(&(struct mkdump_options){.count = 3000 + 100 * s + v,
                                                  .seed = v,
                                                  .shape = shapes[s],
                                                  .go = versions[v],
                                                  .fragmented = s % 2 == 0});
}

TEST(a_made_dump_has_what_a_real_one_has)
{
    struct dump dump = make(&(struct mkdump_options){
        .count = 100000, .seed = 5, .goroutines = 400, .allocs = true});
    struct hs_snapshot snapshot;
    const struct hs_heap *heap = decode(&dump, &snapshot);
    const struct hs_finalizer *finalizers = heap->finalizers.at;
    size_t queued = 0;

    CHECK(heap->phantoms > 100);
    assert_int_equal(heap->goroutines.count, 400);
    CHECK(heap->frames.count > 1600);
    assert_int_equal(heap->segments.count, 2);
    CHECK(heap->itabs.count > 0);
    CHECK(heap->alloc_sites.count > 0);
    CHECK(heap->alloc_samples.count > 0);
    CHECK(heap->defers.count > 0);
    for (size_t i = 0; i < heap->finalizers.count; i++) {
        CHECK(hs_heap_find(heap, finalizers[i].object) != HS_NO_OBJECT);
        queued += finalizers[i].queued;
    }
    CHECK(queued > 0 && queued < heap->finalizers.count);
    hs_snapshot_close(&snapshot);
    free(dump.data);
}

TEST(a_seed_makes_the_same_bytes_and_another_seed_makes_others)
{
    struct mkdump_options options = {.count = 5000, .seed = 1};
    struct dump one = make(&options), same = make(&options), other;

    options.seed = 2;
    other = make(&options);
    assert_int_equal(one.size, same.size);
    assert_memory_equal(one.data, same.data, one.size);
    CHECK(one.size != other.size ||
          memcmp(one.data, other.data, one.size) != 0);
    free(one.data);
    free(same.data);
    free(other.data);
}

TEST(a_fragmented_heap_is_the_fresh_one_elsewhere)
{
    struct mkdump_options options = {.count = 50000, .seed = 3};
    struct hs_totals fresh = totals(&options), scattered;

    options.fragmented = true;
    scattered = totals(&options);
    CHECK(fresh.unreachable_objects > 0);
    CHECK(fresh.unreachable_objects < 500);
    assert_int_equal(fresh.bytes, scattered.bytes);
    assert_int_equal(fresh.reachable_objects, scattered.reachable_objects);
    assert_int_equal(fresh.reachable_bytes, scattered.reachable_bytes);
}

TEST(roots_reach_all_of_a_heap_that_is_one_structure)
{
    static const char *const shapes[] = {"ring", "chain", "star", "slice",
                                         "dag"};

    for (unsigned s = 0; s < 5; s++) {
        struct hs_totals all = totals(
            &(struct mkdump_options){.count = 20000, .shape = shapes[s]});

        assert_int_equal(all.reachable_objects, 20000);
    }
}

TEST(a_heap_that_cannot_be_is_refused)
{
    CHECK(!make(&(struct mkdump_options){.count = 7}).data);
    CHECK(!make(&(struct mkdump_options){.count = UINT64_C(1) << 32}).data);
    CHECK(!make(&(struct mkdump_options){.count = 9000, .shape = "x"}).data);
    CHECK(!make(&(struct mkdump_options){.count = 9000, .go = "2"}).data);
    CHECK(!make(&(struct mkdump_options){.count = 90, .goroutines = 90}).data);
}
