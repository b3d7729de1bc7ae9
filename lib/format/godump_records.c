/* SPDX-License-Identifier: Apache-2.0 */
/*
 * godump_records.c - every record of a Go heap dump but the objects.
 *
 *   OtherRoot   = description:str pointer
 *   Type        = type size name:str direct:bool
 *   Itab        = itab type
 *   Finalizer   = object closure pc argument-type object-type
 *   Thread      = m id os-id
 *   MemStats    = 24 numbers, 256 pauses, collections
 *   Defer       = defer g sp pc closure closure-pc link
 *   Panic       = panic g argument-type argument 0 link
 *   MemProf     = id object-size n (function:str file:str line){n} allocs frees
 *   AllocSample = object id
 *
 * A record is read straight through and checked once, at its end; only then is
 * it added.
 */
#include "format/godump_impl.h"

#define KIND_POINTER 1
#define PAUSES       256

typedef bool record_reader(struct godump *dump, struct hs_cursor *in,
                           struct hs_err *err);

/* Nothing that Go writes is longer; of a damaged text only the start counts. */
#define MOST_TEXT ((uint64_t)1 << 20)

static struct hs_str read_str(struct hs_cursor *in)
{
    uint64_t size = hs_cursor_varint(in);
    const uint8_t *text = hs_cursor_take(in, size);

    if (size > MOST_TEXT)
        size = MOST_TEXT;
    return text ? (struct hs_str){(const char *)text, size}
                : (struct hs_str){"", 0};
}

struct hs_memory hs_godump_memory(struct hs_cursor *in, uint64_t address)
{
    struct hs_memory memory = {.address = address};

    memory.size = hs_cursor_varint(in);
    memory.bytes = hs_cursor_take(in, memory.size);
    return memory;
}

bool hs_godump_fields(struct hs_cursor *in, struct hs_memory *memory,
                      unsigned pointer_size, struct hs_err *err)
{
    memory->fields = in->at;
    for (;;) {
        uint64_t start = in->offset, kind, offset;

        memory->fields_end = in->at;
        kind = hs_cursor_varint(in);
        if (kind == 0)
            return true; /* also the end of a cursor gone bad */
        offset = hs_cursor_varint(in);
        if (in->fault)
            return true;
        if (kind != KIND_POINTER)
            return hs_fail(err, HS_EDATA, start, "unknown kind %llu of pointer",
                           (unsigned long long)kind);
        if (offset > memory->size || memory->size - offset < pointer_size)
            return hs_fail(
                err, HS_EDATA, start, "a pointer at byte %llu of %llu",
                (unsigned long long)offset, (unsigned long long)memory->size);
    }
}

static bool read_other_root(struct godump *dump, struct hs_cursor *in,
                            struct hs_err *err)
{
    uint64_t root;

    read_str(in);
    root = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "a root", err))
        return false;
    hs_column_push(&dump->heap->other_roots, &root);
    return true;
}

static bool read_type(struct godump *dump, struct hs_cursor *in,
                      struct hs_err *err)
{
    struct hs_type_record type;

    type.type = hs_cursor_varint(in);
    type.size = hs_cursor_varint(in);
    type.name = read_str(in);
    type.direct = hs_cursor_varint(in) != 0;
    if (!hs_cursor_ok(in, "a type", err))
        return false;
    hs_column_push(&dump->heap->types, &type);
    return true;
}

static bool read_goroutine(struct godump *dump, struct hs_cursor *in,
                           struct hs_err *err)
{
    struct hs_goroutine g = {.first_frame = (uint32_t)dump->heap->frames.count};

    g.g = hs_cursor_varint(in);
    g.sp = hs_cursor_varint(in);
    g.id = hs_cursor_varint(in);
    g.gopc = hs_cursor_varint(in);
    g.status = (uint8_t)(hs_cursor_varint(in) & 0xff);
    g.system = hs_cursor_varint(in) != 0;
    hs_cursor_varint(in); /* background: always false */
    g.wait_since = hs_cursor_varint(in);
    g.wait_reason = read_str(in);
    g.context = hs_cursor_varint(in);
    g.m = hs_cursor_varint(in);
    g.top_defer = hs_cursor_varint(in);
    g.top_panic = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "a goroutine", err))
        return false;
    hs_column_push(&dump->heap->goroutines, &g);
    return true;
}

static bool read_frame(struct godump *dump, struct hs_cursor *in,
                       struct hs_err *err)
{
    struct hs_heap *heap = dump->heap;
    struct hs_goroutine *goroutines = heap->goroutines.at;
    size_t count = heap->goroutines.count;
    uint64_t start = in->offset, sp;
    struct hs_frame frame = {0};

    sp = hs_cursor_varint(in);
    frame.depth = (uint32_t)hs_cursor_varint(in);
    hs_cursor_varint(in); /* the callee's sp */
    frame.memory = hs_godump_memory(in, sp);
    frame.entry = hs_cursor_varint(in);
    frame.pc = hs_cursor_varint(in);
    frame.continue_pc = hs_cursor_varint(in);
    frame.function = read_str(in);
    if (!hs_godump_fields(in, &frame.memory, heap->pointer_size, err) ||
        !hs_cursor_ok(in, "a stack frame", err))
        return false;
    if (count == 0)
        return hs_fail(err, HS_EDATA, start, "a stack frame of no goroutine");
    if (count > UINT32_MAX || heap->frames.count >= UINT32_MAX)
        return hs_fail(err, HS_ELIMIT, start, "too many stack frames");
    frame.goroutine = (uint32_t)(count - 1);
    goroutines[count - 1].frame_count++;
    /* Some versions write that down for another goroutine than the one that
     * calls it, which keeps the reason of its last wait. */
    if (hs_str_equal(frame.function, hs_str_of("runtime/debug.WriteHeapDump")))
        goroutines[count - 1].wait_reason = hs_str_of("dumping heap");
    hs_column_push(&heap->frames, &frame);
    return true;
}

static bool read_params(struct godump *dump, struct hs_cursor *in,
                        struct hs_err *err)
{
    struct hs_heap *heap = dump->heap;
    uint64_t start = in->offset, pointer_size;

    heap->big_endian = hs_cursor_varint(in) != 0;
    pointer_size = hs_cursor_varint(in);
    heap->arena_start = hs_cursor_varint(in);
    heap->arena_end = hs_cursor_varint(in);
    heap->goarch = read_str(in);
    heap->go_version = read_str(in);
    heap->ncpu = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "the dump's parameters", err))
        return false;
    if (pointer_size != 4 && pointer_size != 8)
        return hs_fail(err, HS_EDATA, start,
                       "pointers of %llu bytes (4 or 8 expected)",
                       (unsigned long long)pointer_size);
    if (heap->pointer_size)
        return hs_fail(err, HS_EDATA, start,
                       "the dump's parameters come twice");
    heap->pointer_size = (unsigned)pointer_size;
    return true;
}

static bool read_finalizer(struct godump *dump, struct hs_cursor *in,
                           struct hs_err *err)
{
    struct hs_finalizer finalizer = {0};

    finalizer.object = hs_cursor_varint(in);
    finalizer.closure = hs_cursor_varint(in);
    finalizer.pc = hs_cursor_varint(in);
    finalizer.argument_type = hs_cursor_varint(in);
    finalizer.object_type = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "a finalizer", err))
        return false;
    hs_column_push(&dump->heap->finalizers, &finalizer);
    return true;
}

static bool read_queued_finalizer(struct godump *dump, struct hs_cursor *in,
                                  struct hs_err *err)
{
    struct hs_finalizer *all;

    if (!read_finalizer(dump, in, err))
        return false;
    all = dump->heap->finalizers.at;
    all[dump->heap->finalizers.count - 1].queued = true;
    return true;
}

static bool read_itab(struct godump *dump, struct hs_cursor *in,
                      struct hs_err *err)
{
    struct hs_itab itab;

    itab.itab = hs_cursor_varint(in);
    itab.type = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "an itab", err))
        return false;
    hs_column_push(&dump->heap->itabs, &itab);
    return true;
}

static bool read_thread(struct godump *dump, struct hs_cursor *in,
                        struct hs_err *err)
{
    (void)dump;
    hs_cursor_varint(in); /* m */
    hs_cursor_varint(in); /* its number */
    hs_cursor_varint(in); /* the system's number */
    return hs_cursor_ok(in, "a thread", err);
}

/* No program has more than 2^60 bytes or objects: reports sum and print these
 * with a sign.  (Times are larger, and NextGC is 2^64 - 1 with GOGC=off.) */
#define MOST_STAT ((uint64_t)1 << 60)

static uint64_t read_stat(struct hs_cursor *in)
{
    uint64_t stat = hs_cursor_varint(in);

    return stat < MOST_STAT ? stat : MOST_STAT;
}

static bool read_memstats(struct godump *dump, struct hs_cursor *in,
                          struct hs_err *err)
{
    struct hs_memstats m = {.known = true};
    uint64_t *const order[] = {
        &m.alloc,        &m.total_alloc, &m.sys,           &m.lookups,
        &m.mallocs,      &m.frees,       &m.heap_alloc,    &m.heap_sys,
        &m.heap_idle,    &m.heap_inuse,  &m.heap_released, &m.heap_objects,
        &m.stack_inuse,  &m.stack_sys,   &m.mspan_inuse,   &m.mspan_sys,
        &m.mcache_inuse, &m.mcache_sys,  &m.buck_hash_sys, &m.gc_sys,
        &m.other_sys,    &m.next_gc,     &m.last_gc,       &m.pause_total_ns,
    };

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
        *order[i] =
            order[i] == &m.last_gc ? hs_cursor_varint(in) : read_stat(in);
    m.last_gc = m.last_gc < INT64_MAX ? m.last_gc : INT64_MAX;
    for (unsigned i = 0; i < PAUSES; i++)
        hs_cursor_varint(in);
    m.num_gc = read_stat(in);
    if (!hs_cursor_ok(in, "the memory statistics", err))
        return false;
    dump->heap->memstats = m;
    return true;
}

static bool read_segment(struct godump *dump, struct hs_cursor *in,
                         const char *name, struct hs_err *err)
{
    struct hs_segment segment = {.name = name};

    segment.memory = hs_godump_memory(in, hs_cursor_varint(in));
    if (!hs_godump_fields(in, &segment.memory, dump->heap->pointer_size, err) ||
        !hs_cursor_ok(in, "a segment", err))
        return false;
    hs_column_push(&dump->heap->segments, &segment);
    return true;
}

static bool read_data(struct godump *dump, struct hs_cursor *in,
                      struct hs_err *err)
{
    return read_segment(dump, in, "data", err);
}

static bool read_bss(struct godump *dump, struct hs_cursor *in,
                     struct hs_err *err)
{
    return read_segment(dump, in, "bss", err);
}

static bool read_defer(struct godump *dump, struct hs_cursor *in,
                       struct hs_err *err)
{
    struct hs_defer defer;

    defer.address = hs_cursor_varint(in);
    defer.g = hs_cursor_varint(in);
    defer.sp = hs_cursor_varint(in);
    defer.pc = hs_cursor_varint(in);
    defer.closure = hs_cursor_varint(in);
    defer.closure_pc = hs_cursor_varint(in);
    defer.link = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "a defer", err))
        return false;
    hs_column_push(&dump->heap->defers, &defer);
    return true;
}

static bool read_panic(struct godump *dump, struct hs_cursor *in,
                       struct hs_err *err)
{
    struct hs_panic panic;

    panic.address = hs_cursor_varint(in);
    panic.g = hs_cursor_varint(in);
    panic.argument_type = hs_cursor_varint(in);
    panic.argument = hs_cursor_varint(in);
    hs_cursor_varint(in); /* was the defer */
    panic.link = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "a panic", err))
        return false;
    hs_column_push(&dump->heap->panics, &panic);
    return true;
}

static bool read_memprof(struct godump *dump, struct hs_cursor *in,
                         struct hs_err *err)
{
    struct hs_column *lines = &dump->heap->stack_lines;
    struct hs_alloc_site site = {.first_line = (uint32_t)lines->count};
    uint64_t start = in->offset, left;

    site.id = hs_cursor_varint(in);
    site.size = hs_cursor_varint(in);
    for (left = hs_cursor_varint(in); left && !in->fault; left--) {
        struct hs_stack_line line;

        line.function = read_str(in);
        line.file = read_str(in);
        line.line = hs_cursor_varint(in);
        if (!in->fault)
            hs_column_push(lines, &line);
    }
    site.allocs = hs_cursor_varint(in);
    site.frees = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "an allocation site", err)) {
        lines->count = site.first_line;
        return false;
    }
    if (lines->count > UINT32_MAX)
        return hs_fail(err, HS_ELIMIT, start, "too many allocation sites");
    site.line_count = (uint32_t)(lines->count - site.first_line);
    hs_column_push(&dump->heap->alloc_sites, &site);
    return true;
}

static bool read_alloc_sample(struct godump *dump, struct hs_cursor *in,
                              struct hs_err *err)
{
    struct hs_alloc_sample sample;

    sample.object = hs_cursor_varint(in);
    sample.site = hs_cursor_varint(in);
    if (!hs_cursor_ok(in, "an allocation sample", err))
        return false;
    hs_column_push(&dump->heap->alloc_samples, &sample);
    return true;
}

static record_reader *const readers[TAG_COUNT] = {
    [TAG_OTHER_ROOT] = read_other_root,
    [TAG_TYPE] = read_type,
    [TAG_GOROUTINE] = read_goroutine,
    [TAG_FRAME] = read_frame,
    [TAG_PARAMS] = read_params,
    [TAG_FINALIZER] = read_finalizer,
    [TAG_ITAB] = read_itab,
    [TAG_THREAD] = read_thread,
    [TAG_MEMSTATS] = read_memstats,
    [TAG_QUEUED_FINALIZER] = read_queued_finalizer,
    [TAG_DATA] = read_data,
    [TAG_BSS] = read_bss,
    [TAG_DEFER] = read_defer,
    [TAG_PANIC] = read_panic,
    [TAG_MEMPROF] = read_memprof,
    [TAG_ALLOC_SAMPLE] = read_alloc_sample,
};

bool hs_godump_record(struct godump *dump, unsigned tag, struct hs_err *err)
{
    return readers[tag](dump, &dump->in, err);
}
