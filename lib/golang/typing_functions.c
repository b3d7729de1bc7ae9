/* SPDX-License-Identifier: Apache-2.0 */
/*
 * typing_functions.c - what the names of functions tell of types.
 *
 * The function table survives stripping, and a method is called
 * "example.com/app.(*Server).open" or "example.com/app.Square.area".  So
 *
 *   - a method value, whose function's name goes on with "-fm", is a closure
 *     of code and receiver;
 *   - in a method's frame, the first argument is the receiver.  Arguments come
 *     in registers, but have places to be spilled to above the frame, which
 *     the dump lists while they are in use; the function's ArgInfo says where
 *     the first one is (cmd/compile/internal/ssagen, emitArgInfo):
 *
 *       ArgInfo = (offset:u1 size:u1 | mark:u1)*    a mark is above 0xf0
 *
 * Closures of other functions are at least known by name.
 */
#include "golang/typing_impl.h"

#include "golang/functions.h"
#include "golang/symname.h"

#define FUNCDATA_ARG_INFO 5u
#define FIRST_MARK        0xf0u

static uint64_t name_key(const char *text, size_t size)
{
    uint64_t key = 0xcbf29ce484222325u;

    for (size_t i = 0; i < size; i++)
        key = (key ^ (uint8_t)text[i]) * 0x100000001b3u;
    return key;
}

/* The defined type that is called NAME. */
static uint32_t type_named(struct typing *t, struct hs_str name)
{
    const struct hs_names *names = t->g->names;
    uint32_t found;

    for (; t->named < names->types.count; t->named++) {
        struct hs_str its = hs_names_type(names, t->named)->name;

        hs_map_add(&t->by_name, name_key(its.text, its.size), t->named);
    }
    found = hs_map_lookup(&t->by_name, name_key(name.text, name.size));
    if (found == HS_MAP_NONE ||
        !hs_str_equal(hs_names_type(names, found)->name, name))
        return HS_NO_TYPE;
    return found;
}

/* The receiver's type of the method that is called NAME: *POINTER: it is a
 * pointer to that. */
static uint32_t receiver_of(struct typing *t, struct hs_str name, bool *pointer)
{
    size_t slash = name.size, dot, end;
    char *type;

    while (slash && name.text[slash - 1] != '/')
        slash--;
    for (dot = slash; dot < name.size && name.text[dot] != '.'; dot++)
        continue;
    *pointer = name.size - dot > 3 && name.text[dot + 1] == '(' &&
               name.text[dot + 2] == '*';
    end = dot + (*pointer ? 3 : 1);
    while (end < name.size && name.text[end] != (*pointer ? ')' : '.'))
        end++;
    /* Of generic types, the table has but one name for all: "Cache[...]". */
    if (end >= name.size || memchr(name.text, '[', name.size))
        return HS_NO_TYPE;
    type = hs_arena_copy(t->arena, name.text, end);
    if (*pointer)
        memmove(type + dot + 1, type + dot + 3, end - dot - 3);
    return type_named(t, (struct hs_str){type, end - (*pointer ? 2 : 0)});
}

/* The type *T for T: what the program has, or a new one. */
static uint32_t pointer_to(struct typing *t, uint32_t type)
{
    struct hs_str name = hs_names_type(t->g->names, type)->name;
    struct hs_go_type made = {.size = t->word,
                              .elem = type,
                              .kind = HS_GO_POINTER,
                              .direct = true,
                              .has_pointers = true};
    uint32_t found;

    made.name = hs_str_of(
        hs_arena_printf(t->g->arena, "*%.*s", (int)name.size, name.text));
    found = type_named(t, made.name);
    return found ? found : hs_golang_type_add(t->g, &made, NULL, 0);
}

static bool is_method_value(struct hs_str name)
{
    return name.size > 3 && memcmp(name.text + name.size - 3, "-fm", 3) == 0;
}

uint32_t typing_closure(struct typing *t, uint64_t code)
{
    struct golang_function function;
    struct hs_go_field fields[2] = {{.name = hs_str_of("F")}};
    struct hs_go_type made = {.kind = HS_GO_STRUCT, .size = t->word};
    struct hs_str name;
    uint32_t receiver = HS_NO_TYPE;
    bool pointer;

    if (!hs_golang_function_at(t->g, code, &function) || function.entry != code)
        return HS_NO_TYPE;
    name = hs_symname_plain(function.name, t->arena);
    if (is_method_value(name))
        receiver = receiver_of(t, name, &pointer);
    if (receiver && pointer)
        receiver = pointer_to(t, receiver);
    if (receiver) {
        fields[1] = (struct hs_go_field){
            .name = hs_str_of("receiver"), .offset = t->word, .type = receiver};
        made.size += hs_names_type(t->g->names, receiver)->size;
        made.has_pointers = hs_names_type(t->g->names, receiver)->has_pointers;
    }
    made.name = hs_str_of(hs_arena_printf(t->g->arena, "%.*s (closure)",
                                          (int)name.size, name.text));
    return hs_golang_type_add(t->g, &made, fields, receiver ? 2 : 1);
}

/* Where the first argument of FUNCTION is, from the end of its frame. */
static bool first_argument(const struct golang *g,
                           const struct golang_function *function,
                           uint64_t *offset)
{
    uint64_t info = hs_golang_funcdata(g, function, FUNCDATA_ARG_INFO);
    struct hs_cursor c = hs_golang_bytes(g, info, 2);

    *offset = hs_cursor_u8(&c);
    return info && hs_cursor_u8(&c) == g->pointer_size && !c.fault &&
           *offset < FIRST_MARK;
}

/* The type that the receiver of the method at ENTRY points to, and in the top
 * eight bits where it is, from the end of the frame; 0 if that is not known. */
static uint32_t find_receiver(struct typing *t, uint64_t entry)
{
    struct golang_function function;
    uint64_t offset;
    uint32_t type;
    bool pointer;

    if (!hs_golang_function_at(t->g, entry, &function) ||
        !memmem(function.name.text, function.name.size, ".(*", 3) ||
        !first_argument(t->g, &function, &offset))
        return 0;
    type = receiver_of(t, hs_symname_plain(function.name, t->arena), &pointer);
    return type && pointer ? type | (uint32_t)offset << 24 : 0;
}

/* The receiver of the method that FRAME runs, which the frame above has. */
static void seed_receiver(struct typing *t, const struct hs_frame *frame)
{
    uint32_t receiver = hs_map_lookup(&t->receivers, frame->entry);
    const struct hs_memory *above;
    struct hs_fields fields;
    uint64_t at, offset;

    if (receiver == HS_MAP_NONE)
        receiver = hs_map_add(&t->receivers, frame->entry,
                              find_receiver(t, frame->entry));
    if (receiver == 0)
        return;
    at = frame->memory.address + frame->memory.size + t->frame_link +
         (receiver >> 24);
    above = typing_stretch(t, at);
    if (!above)
        return;
    fields = hs_fields_of(above);
    while (hs_fields_next(&fields, &offset) && offset <= at - above->address)
        if (offset == at - above->address)
            typing_claim_one(&t->workers[0], typing_at(t, above, offset),
                             receiver & (HS_MOST_TYPES - 1),
                             HS_EVIDENCE_REACHED);
}

void typing_seed_receivers(struct typing *t)
{
    const struct hs_frame *frames = t->heap->frames.at;

    typing_plan(t);
    for (size_t i = 0; i < t->heap->frames.count; i++)
        seed_receiver(t, &frames[i]);
}
