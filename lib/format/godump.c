/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godump.c - Go heap dumps, as debug.WriteHeapDump of Go 1.7 and later writes.
 *
 *   file   = "go1.7 heap dump\n" record* EOF
 *   record = tag:uint payload
 *   uint   = unsigned LEB128      bool = uint 0 or 1
 *   str, bytes = length:uint byte*
 *   fields = (1 offset:uint)* 0   the words that are pointers
 *
 *   Params     = bigendian:bool ptrsize arena-start arena-end arch:str
 *                version:str ncpu
 *   Object     = address contents:bytes fields
 *   Goroutine  = g sp id gopc status system:bool background:bool waitsince
 *                reason:str context m defer panic
 *   StackFrame = sp depth child-sp contents:bytes entry pc continpc name:str
 *                fields
 *   Data, BSS  = start contents:bytes fields
 *   ...          the rest is in godump_records.c, the enum in godump_impl.h
 *
 * Nothing frames a record: one that cannot be read ends the decoding, and all
 * before it stays.
 */
#include "format/godump_impl.h"
#include "model/goversion.h"
#include "model/process.h"

#include <string.h>

#include "format/format.h"

#define MAGIC "go1.7 heap dump\n"

static int probe(struct hs_cursor head)
{
    const uint8_t *magic = hs_cursor_take(&head, sizeof(MAGIC) - 1);

    return magic && memcmp(magic, MAGIC, sizeof(MAGIC) - 1) == 0 ? 100 : 0;
}

/* Which tail small spans have: see model/heap_phantoms.c. */
static enum hs_tail tail_of(struct hs_str version)
{
    if (!hs_goversion_has_headers(version))
        return HS_TAIL_NONE;
    if (hs_goversion_has(version, "greenteagc") ||
        (hs_goversion_minor(version) >= 26 &&
         !hs_goversion_has(version, "nogreenteagc")))
        return HS_TAIL_MARKS;
    return HS_TAIL_BITMAP;
}

static struct hs_heap *new_heap(struct hs_arena *arena)
{
    struct hs_heap *heap = hs_arena_zeroed(arena, 1, sizeof(*heap));

    heap->goarch = heap->go_version = hs_str_of("");
    heap->goroutines = HS_COLUMN(struct hs_goroutine, arena);
    heap->frames = HS_COLUMN(struct hs_frame, arena);
    heap->segments = HS_COLUMN(struct hs_segment, arena);
    heap->finalizers = HS_COLUMN(struct hs_finalizer, arena);
    heap->defers = HS_COLUMN(struct hs_defer, arena);
    heap->panics = HS_COLUMN(struct hs_panic, arena);
    heap->itabs = HS_COLUMN(struct hs_itab, arena);
    heap->types = HS_COLUMN(struct hs_type_record, arena);
    heap->alloc_sites = HS_COLUMN(struct hs_alloc_site, arena);
    heap->alloc_samples = HS_COLUMN(struct hs_alloc_sample, arena);
    heap->stack_lines = HS_COLUMN(struct hs_stack_line, arena);
    heap->other_roots = HS_COLUMN(uint64_t, arena);
    return heap;
}

static bool read_records(struct godump *dump, struct hs_err *err)
{
    for (;;) {
        struct hs_cursor before = dump->in;
        uint64_t tag = hs_cursor_varint(&dump->in);

        if (!hs_cursor_ok(&dump->in, "the dump", err))
            return false;
        if (tag == TAG_EOF) {
            dump->heap->complete = true;
            return true;
        }
        if (tag >= TAG_COUNT)
            return hs_fail(err, HS_EDATA, before.offset,
                           "unknown record tag %llu", (unsigned long long)tag);
        if (dump->heap->pointer_size == 0 && tag != TAG_PARAMS)
            return hs_fail(err, HS_EDATA, before.offset,
                           "the dump does not start with its parameters");
        if (tag == TAG_OBJECT) {
            dump->in = before;
            if (!hs_godump_objects(dump, err))
                return false;
        } else if (!hs_godump_record(dump, (unsigned)tag, err)) {
            return false;
        }
    }
}

static bool close_heap(struct godump *dump, struct hs_err *err)
{
    struct hs_heap *heap = dump->heap;
    struct hs_heap_draft *drafts = dump->drafts.at;
    size_t count = dump->drafts.count;
    bool ok;

    ok = hs_heap_freeze(heap, drafts, count, hs_godump_read, dump->in.end,
                        tail_of(heap->go_version), &dump->snapshot->arena, err);
    for (size_t i = 0; i < count; i++)
        hs_heap_draft_free(&drafts[i]);
    hs_arena_free(&dump->scratch);
    if (ok && heap->store->overlaps)
        hs_snapshot_warn(dump->snapshot,
                         "%llu objects overlap others and are left out",
                         (unsigned long long)heap->store->overlaps);
    return ok;
}

/* What the process's picture has of it, beside other files. */
static void say_memstats(struct hs_snapshot *snapshot,
                         const struct hs_memstats *stats)
{
    const struct {
        enum hs_fact_name fact;
        uint64_t value;
    } rows[] = {
        {HS_FACT_HEAP_ALLOC, stats->heap_alloc},
        {HS_FACT_HEAP_INUSE, stats->heap_inuse},
        {HS_FACT_HEAP_IDLE, stats->heap_idle},
        {HS_FACT_HEAP_RELEASED, stats->heap_released},
        {HS_FACT_STACK_INUSE, stats->stack_inuse},
        {HS_FACT_STACK_SYS, stats->stack_sys},
        {HS_FACT_SYS, stats->sys},
        {HS_FACT_NEXT_GC, stats->next_gc},
        {HS_FACT_NUM_GC, stats->num_gc},
        {HS_FACT_HEAP_OBJECTS, stats->heap_objects},
    };

    for (size_t i = 0; stats->known && i < sizeof(rows) / sizeof(rows[0]); i++)
        hs_process_say(hs_process_of(snapshot), rows[i].fact, rows[i].value,
                       HS_BY_DUMP);
}

static bool decode(struct hs_input *input, struct hs_snapshot *snapshot,
                   struct hs_err *err)
{
    struct godump dump = {.snapshot = snapshot};
    struct hs_err unreadable = HS_ERR_NONE;
    bool mapped = hs_input_map(input, &dump.in, &unreadable), ok;

    if (!probe(dump.in)) {
        if (!mapped)
            return hs_fail(err, unreadable.kind, unreadable.offset, "%s",
                           unreadable.message);
        return hs_fail(err, HS_EDATA, 0, "not a Go heap dump");
    }
    hs_cursor_take(&dump.in, sizeof(MAGIC) - 1);
    dump.heap = new_heap(&snapshot->arena);
    dump.drafts = HS_COLUMN(struct hs_heap_draft, &dump.scratch);
    ok = read_records(&dump, mapped ? err : &unreadable);
    if (!close_heap(&dump, err))
        return false;
    if (dump.heap->pointer_size) {
        snapshot->heap = dump.heap;
        snapshot->parts |= HS_PART_HEAP;
        say_memstats(snapshot, &dump.heap->memstats);
    } else if (ok) {
        ok = hs_fail(err, HS_EDATA, dump.in.offset,
                     "the dump ends without its parameters");
    }
    if (!mapped)
        return hs_fail(err, unreadable.kind, unreadable.offset, "%s",
                       unreadable.message);
    return ok;
}

const struct hs_format hs_format_godump = {
    .name = "godump",
    .title = "Go heap dump (debug.WriteHeapDump)",
    .command = "f, _ := os.Create(\"heap.dump\"); runtime.GC(); "
               "debug.WriteHeapDump(f.Fd())",
    .capture =
        "  In the program, with packages os, runtime and runtime/debug:\n\n"
        "    f, err := os.Create(\"heap.dump\")\n"
        "    runtime.GC() // finishes the sweep, and leaves little garbage\n"
        "    debug.WriteHeapDump(f.Fd())\n\n"
        "  In a service, as a handler beside those of net/http/pprof:\n\n"
        "    http.HandleFunc(\"/debug/heapdump\",\n"
        "        func(w http.ResponseWriter, r *http.Request) {\n"
        "            f, err := os.CreateTemp(\"/var/tmp\", "
        "\"heap-*.dump\")\n"
        "            if err != nil {\n"
        "                http.Error(w, err.Error(), 500)\n"
        "                return\n"
        "            }\n"
        "            defer f.Close()\n"
        "            runtime.GC()\n"
        "            debug.WriteHeapDump(f.Fd())\n"
        "            fmt.Fprintln(w, f.Name())\n"
        "        })\n\n"
        "  It stops the program while it writes: 0.8 s for 4 million objects\n"
        "  in 128 MB, which made a file of 220 MB.  Write to a file on a "
        "local\n"
        "  disk, never to a pipe that the same program reads.  The dump holds\n"
        "  every byte of the heap, keys and passwords included.  It may be\n"
        "  compressed: heapscope reads heap.dump.gz as well.\n\n"
        "  Without runtime.GC() the statistics in the dump may count objects\n"
        "  that it no longer has; heapscope says so.\n\n"
        "  Go 1.26 can crash the program here, 'dumpgs in STW - bad status',\n"
        "  if a goroutine is just leaving a system call: about one dump in\n"
        "  10,000 where 16 goroutines do nothing else.  Where that must not\n"
        "  be, dump a replica that takes no requests.  gcore(1) is no way out\n"
        "  yet: heapscope does not read cores.",
    .fills = HS_PART_HEAP | HS_PART_PROCESS,
    .probe = probe,
    .decode = decode,
};
