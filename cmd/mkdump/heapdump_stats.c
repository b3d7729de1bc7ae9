/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heapdump_stats.c - MemStats, and what the memory profiler knows.
 *
 *   memprof = 16 bucket size count (function file line)* allocs frees
 *   sample  = 17 object bucket
 *
 * A bucket for each kind of structure; one object in 512 KiB is sampled.
 */
#include "heapdump_impl.h"

#define BUCKETS UINT64_C(0x7f0000100000)
#define RATE    524288

static uint64_t bucket(unsigned kind)
{
    return BUCKETS + kind * UINT64_C(0x140);
}

void heapdump_write_memstats(struct heapdump *d)
{
    uint64_t bytes = d->place.bytes, count = d->graph.count;
    uint64_t used = d->place.end - d->place.base;
    uint64_t stacks = d->graph.goroutines * UINT64_C(2048);
    uint64_t spans = d->place.spans.count * 160;
    const uint64_t stats[24] = {
        bytes,
        bytes * 4,
        used + stacks + spans + (4 << 20),
        0,
        count * 4,
        count * 3,
        bytes,
        used,
        0,
        used,
        0,
        count,
        stacks,
        stacks,
        spans,
        spans,
        4800,
        15600,
        1 << 20,
        2 << 20,
        1 << 20,
        bytes * 2,
        UINT64_C(1700000000000000000),
        12 * 150000,
    };

    heapdump_number(d, TAG_MEMSTATS);
    for (unsigned i = 0; i < 24; i++)
        heapdump_number(d, stats[i]);
    for (unsigned i = 0; i < 256; i++)
        heapdump_number(d, i < 12 ? 150000 : 0);
    heapdump_number(d, 12);
}

/* Is the object that got SIZE bytes a sample? */
static bool sampled(const struct heapdump *d, uint32_t object, uint64_t size)
{
    return heapdump_hash(d->graph.seed ^ 14, object) % RATE < size;
}

void heapdump_write_samples(struct heapdump *d)
{
    static const char *const sites[KINDS] = {
        "main.(*Server).Run", "main.init",         "main.(*Cache).grow",
        "main.newOrder",      "main.(*Log).add",   "main.(*LRU).PushFront",
        "main.(*Index).put",  "main.(*Book).set",  "main.readLines",
        "main.boxes",         "main.(*Peer).dial", "io.ReadAll"};
    struct heapdump_object object;

    for (unsigned kind = 0; kind < KINDS; kind++) {
        heapdump_number(d, TAG_MEMPROF);
        heapdump_number(d, bucket(kind));
        heapdump_number(d, 64);
        heapdump_number(d, 2);
        heapdump_text(d, sites[kind] ? sites[kind] : "main.build");
        heapdump_text(d, "/src/orders/server.go");
        heapdump_number(d, 40 + kind * 7);
        heapdump_text(d, "main.main");
        heapdump_text(d, "/src/orders/main.go");
        heapdump_number(d, 12);
        heapdump_number(d, d->graph.count / KINDS);
        heapdump_number(d, d->graph.count / KINDS / 2);
    }
    for (uint32_t i = 0; i < d->graph.count; i++) {
        heapdump_describe(&d->graph, i, &object);
        if (!sampled(d, i, heapdump_slot(&d->place, object.bytes, object.mask)))
            continue;
        heapdump_number(d, TAG_ALLOC_SAMPLE);
        heapdump_number(d, heapdump_address(&d->place, i));
        heapdump_number(d, bucket(object.kind));
    }
}
