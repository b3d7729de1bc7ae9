/* SPDX-License-Identifier: Apache-2.0 */
/*
 * heap_look.c - how objects and paths of a heap are shown.
 */
#include "heap_look.h"

#include <inttypes.h>

#include "base/size.h"
#include "model/goversion.h"

const struct hs_heap_case *hs_look_heap(struct hs_run *run, size_t number,
                                        struct hs_err *err)
{
    struct hs_snapshot *snapshot = &run->snapshots[number];

    if (!run->cases)
        run->cases = hs_arena_zeroed(run->scratch, run->snapshot_count,
                                     sizeof(const struct hs_heap_case *));
    if (!run->cases[number])
        run->cases[number] =
            hs_heap_case_new(snapshot->heap, 0, &snapshot->arena, err);
    return run->cases[number];
}

/* Does the runtime start OBJECT with the address of its type?  Go >= 1.22 does
 * for slots with pointers that are not small and have at most 32 KiB, and then
 * that word is not in the list of pointers. */
static uint64_t header_of(const struct hs_heap *heap, uint32_t object)
{
    struct hs_memory memory;
    struct hs_fields fields;
    uint64_t size = hs_heap_size(heap, object), offset;

    if (!hs_goversion_has_headers(heap->go_version) ||
        size <= hs_heap_small_slot(heap) || size > 32768)
        return 0;
    memory = hs_heap_memory(heap, object);
    fields = hs_fields_of(&memory);
    if (memory.size < size || !hs_fields_next(&fields, &offset) || offset == 0)
        return 0;
    return hs_heap_word(heap, memory.bytes);
}

struct hs_str hs_look_type(const struct hs_heap_case *c, uint32_t object,
                           struct hs_arena *arena)
{
    const struct hs_type_record *types = c->heap->types.at;
    uint32_t typing = hs_names_typing(c->heap->names, object);
    uint64_t type;

    if (hs_typing_evidence(typing) > HS_EVIDENCE_GUESS &&
        hs_typing_type(typing) != HS_NO_TYPE)
        return hs_typing_name(c->heap->names, typing, arena);
    type = header_of(c->heap, object);
    if (!type || hs_heap_find(c->heap, type) != HS_NO_OBJECT)
        return (struct hs_str){0};
    for (size_t i = 0; i < c->heap->types.count; i++)
        if (types[i].type == type && hs_type_record_named(&types[i]))
            return types[i].name;
    return hs_str_of(hs_arena_printf(arena, "type@0x%" PRIx64, type));
}

/* The start of what OBJECT says, if it has no pointers and starts with at
 * least eight letters, digits or blanks; else NULL. */
static const char *words_of(const struct hs_heap *heap, uint32_t object,
                            struct hs_arena *arena)
{
    struct hs_memory memory = hs_heap_memory(heap, object);
    struct hs_fields fields = hs_fields_of(&memory);
    uint64_t offset, size = 0;

    if (hs_fields_next(&fields, &offset))
        return NULL;
    while (size < memory.size && size < 24 && memory.bytes[size] >= ' ' &&
           memory.bytes[size] < 0x7f)
        size++;
    if (size < 8)
        return NULL;
    return hs_arena_copy(arena, memory.bytes, size);
}

struct hs_str hs_look_object(const struct hs_heap_case *c, uint32_t object,
                             struct hs_arena *arena)
{
    struct hs_shown size =
        hs_show_bytes((int64_t)hs_heap_size(c->heap, object));
    struct hs_str type = hs_look_type(c, object, arena);
    const char *words;

    if (type.size)
        return hs_str_of(hs_arena_printf(arena, "%.*s  %s", (int)type.size,
                                         type.text, size.text));
    type = hs_typing_name(c->heap->names,
                          hs_names_typing(c->heap->names, object), arena);
    if (type.size) /* nothing better is known */
        return hs_str_of(hs_arena_printf(arena, "%s (%.*s, a guess)", size.text,
                                         (int)type.size, type.text));
    words = words_of(c->heap, object, arena);
    if (words)
        return hs_str_of(
            hs_arena_printf(arena, "%s \"%s...\"", size.text, words));
    return hs_str_of(hs_arena_printf(arena, "%s", size.text));
}

struct hs_str hs_look_holder_type(const struct hs_heap_case *c, uint32_t holder)
{
    const struct hs_names *names = c->heap->names;
    const struct hs_holder *h = &c->holders->holders[holder];
    const struct hs_variable *variable;

    if (!names || h->kind != HS_HOLDER_GLOBAL)
        return (struct hs_str){0};
    variable = &c->holders->variables[h->record];
    if (variable->global == HS_NO_GLOBAL)
        return (struct hs_str){0};
    return hs_names_type(
               names,
               ((const struct hs_global *)names->globals.at)[variable->global]
                   .type)
        ->name;
}
