/* SPDX-License-Identifier: Apache-2.0 */
/*
 * info_heap.c - what info tells of a heap dump: what was written down, not
 * what follows from it.
 */
#include "info.h"

#include "model/heap.h"

static void count(struct hs_document *doc, struct hs_block *group,
                  const char *key, const char *title, size_t n)
{
    hs_doc_field(doc, group, key, title,
                 hs_value_of(HS_UNIT_COUNT, (int64_t)n));
}

static void bytes(struct hs_document *doc, struct hs_block *group,
                  const char *key, const char *title, uint64_t n)
{
    hs_doc_field(doc, group, key, title,
                 hs_value_of(HS_UNIT_BYTES, (int64_t)n));
}

static void program(struct hs_document *doc, struct hs_block *group,
                    const struct hs_heap *heap)
{
    if (heap->go_version.size)
        hs_doc_field(
            doc, group, "go_version", "made by",
            hs_value_name(heap->go_version.text, heap->go_version.size));
    hs_doc_field(doc, group, "goarch", "on",
                 hs_value_name(heap->goarch.text, heap->goarch.size));
    hs_doc_field(doc, group, "pointer_bytes", NULL,
                 hs_value_of(HS_UNIT_BYTES, heap->pointer_size));
    hs_doc_field(doc, group, "big_endian", NULL,
                 hs_value_bool(heap->big_endian));
    count(doc, group, "cpus", "processors", heap->ncpu);
}

static void contents(struct hs_document *doc, struct hs_block *group,
                     const struct hs_heap *heap)
{
    const struct hs_segment *segments = heap->segments.at;
    uint64_t variables = 0;

    for (size_t i = 0; i < heap->segments.count; i++)
        variables += segments[i].memory.size;
    count(doc, group, "objects", "objects", hs_heap_count(heap));
    bytes(doc, group, "object_bytes", "of size", heap->object_bytes);
    bytes(doc, group, "variable_bytes", "global variables", variables);
    count(doc, group, "goroutines", "goroutines", heap->goroutines.count);
    count(doc, group, "frames", "stack frames", heap->frames.count);
    count(doc, group, "finalizers", "finalizers", heap->finalizers.count);
    count(doc, group, "alloc_samples", "allocation samples",
          heap->alloc_samples.count);
    count(doc, group, "phantoms", NULL, heap->phantoms);
}

/* The runtime's own count, which the objects must meet. */
static void check(struct hs_document *doc, struct hs_block *group,
                  const struct hs_heap *heap)
{
    const struct hs_memstats *stats = &heap->memstats;
    bool agrees = stats->heap_objects == hs_heap_count(heap) &&
                  stats->heap_alloc == heap->object_bytes;

    if (!stats->known) {
        hs_doc_field(doc, group, "agrees", NULL, hs_value_null());
        return;
    }
    hs_doc_field(doc, group, "agrees", NULL, hs_value_bool(agrees));
    hs_doc_field(doc, group, NULL, "checked",
                 hs_value_text(agrees ? "equal to MemStats"
                                      : "MemStats counts otherwise"));
    if (!agrees) {
        count(doc, group, "memstats_objects", "objects by MemStats",
              stats->heap_objects);
        bytes(doc, group, "memstats_bytes", "of size, by MemStats",
              stats->heap_alloc);
    }
    bytes(doc, group, "sys_bytes", "from the system", stats->sys);
    count(doc, group, "collections", "collections", stats->num_gc);
}

void hs_info_heap(struct hs_document *doc, struct hs_block *file,
                  const struct hs_heap *heap)
{
    struct hs_block *group = hs_doc_group(doc, file, "heap", "heap dump");

    program(doc, group, heap);
    contents(doc, group, heap);
    check(doc, group, heap);
}
