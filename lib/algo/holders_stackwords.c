/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders_stackwords.c - which words of a goroutine's frames are roots.
 *
 * The dump lists the pointer words of a frame that its stack maps name, but
 * not those of stack objects (variables whose address was taken): the
 * collector finds them by the pointers into the stack.  So do we: where a
 * listed word, a defer or a panic points into a frame, a stack object of its
 * function is there, and its pointer words are followed in turn (stack.go,
 * mgcmark.go: scanstack).  Where no executable tells of the function's objects,
 * the frame is read word by word from there on, which may keep something too
 * much, hardly too little.  The frame that was preempted asynchronously and its
 * caller are read word by word in any case, as the collector does (mgcmark.go,
 * scanframeworker).
 */
#include "algo/holders_impl.h"

/* Frames stand in address order, the innermost lowest. */
static uint32_t frame_at(const struct holders_stack *stack, uint64_t address)
{
    uint32_t low = 0, high = stack->count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct hs_memory *m = &stack->frames[middle].memory;

        if (address - m->address < m->size)
            return middle;
        if (address < m->address)
            high = middle;
        else
            low = middle + 1;
    }
    return HS_NO_RECORD;
}

/* FRAME is read word by word from OFFSET on. */
static void read_from(struct holders_stack *stack, uint32_t frame,
                      uint64_t offset, unsigned pointer_size)
{
    offset -= offset % pointer_size;
    if (offset >= stack->from[frame])
        return;
    if (stack->from[frame] == stack->followed[frame])
        stack->pending[stack->pending_count++] = frame;
    stack->from[frame] = offset;
}

static const struct hs_stack_object *
object_at(const struct holders_builder *b, const struct holders_stack *stack,
          uint32_t frame, uint32_t number)
{
    return (const struct hs_stack_object *)b->heap->names->stack_objects.at +
           stack->layouts[frame]->first_object +
           (number - stack->first_object[frame]);
}

/* Where a frame ends: its offsets count from here. */
static uint64_t end_of(const struct holders_stack *stack, uint32_t frame)
{
    const struct hs_memory *memory = &stack->frames[frame].memory;

    return memory->address + memory->size;
}

/* Marks the stack object of FRAME's function that ADDRESS points into. */
static void follow_object(struct holders_builder *b,
                          struct holders_stack *stack, uint32_t frame,
                          uint64_t address)
{
    int64_t offset = (int64_t)(address - end_of(stack, frame));
    uint32_t low = stack->first_object[frame];
    uint32_t high = stack->first_object[frame + 1];

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const struct hs_stack_object *object =
            object_at(b, stack, frame, middle);

        if (offset < object->offset) {
            high = middle;
        } else if ((uint64_t)offset - (uint64_t)object->offset >=
                   object->size) {
            low = middle + 1;
        } else {
            if (stack->live[middle])
                return;
            stack->live[middle] = true;
            stack->found[stack->found_count].frame = frame;
            stack->found[stack->found_count++].number = middle;
            return;
        }
    }
}

/* A word that points into a frame points to a stack object.  An argument's is
 * in the caller's frame.  If the function is not known, nobody says how large
 * the object is, so all from there to the frame's end may be it. */
static void follow(struct holders_builder *b, struct holders_stack *stack,
                   uint64_t address)
{
    uint32_t frame = frame_at(stack, address);

    if (frame == HS_NO_RECORD)
        return;
    if (frame > 0)
        follow_object(b, stack, frame - 1, address);
    if (stack->layouts[frame])
        follow_object(b, stack, frame, address);
    else
        read_from(stack, frame, address - stack->frames[frame].memory.address,
                  b->heap->pointer_size);
}

struct holders_object_words
hs_holders_object_words(const struct holders_builder *b,
                        const struct holders_stack *stack, uint32_t frame,
                        uint32_t number)
{
    const struct hs_stack_object *object = object_at(b, stack, frame, number);

    return (struct holders_object_words){.object = object,
                                         .address = end_of(stack, frame) +
                                                    (uint64_t)object->offset};
}

bool hs_holders_next_object_word(const struct holders_builder *b,
                                 const struct holders_stack *stack,
                                 struct holders_object_words *words,
                                 uint64_t *value)
{
    unsigned step = b->heap->pointer_size;

    while (words->next < words->object->mask_words) {
        uint32_t word = words->next++;
        uint64_t address = words->address + (uint64_t)word * step;
        uint32_t frame;
        const struct hs_memory *memory;

        if (!(words->object->mask[word / 8] >> word % 8 & 1))
            continue;
        frame = frame_at(stack, address);
        if (frame == HS_NO_RECORD)
            continue;
        memory = &stack->frames[frame].memory;
        if (memory->size - (address - memory->address) < step)
            continue;
        *value =
            hs_heap_word(b->heap, memory->bytes + (address - memory->address));
        return true;
    }
    return false;
}

static void follow_listed(struct holders_builder *b,
                          struct holders_stack *stack, uint32_t frame)
{
    const struct hs_memory *memory = &stack->frames[frame].memory;
    struct hs_fields fields = hs_fields_of(memory);
    uint64_t offset, value;

    while (hs_holders_next_word(b->heap, &fields, memory, &offset, &value))
        follow(b, stack, value);
}

/* Reads what frame FRAME has from its new start on. */
static void follow_words(struct holders_builder *b, struct holders_stack *stack,
                         uint32_t frame)
{
    unsigned step = b->heap->pointer_size;
    const struct hs_memory *m = &stack->frames[frame].memory;
    uint64_t at = stack->from[frame], end = stack->followed[frame];

    stack->followed[frame] = at;
    for (; at < end && m->size - at >= step; at += step)
        follow(b, stack, hs_heap_word(b->heap, m->bytes + at));
}

static void follow_found(struct holders_builder *b, struct holders_stack *stack)
{
    uint64_t value;

    while (stack->pending_count || stack->found_count) {
        struct holders_object_words words;
        uint32_t frame, number;

        if (stack->pending_count) {
            follow_words(b, stack, stack->pending[--stack->pending_count]);
            continue;
        }
        frame = stack->found[--stack->found_count].frame;
        number = stack->found[stack->found_count].number;
        words = hs_holders_object_words(b, stack, frame, number);
        while (hs_holders_next_object_word(b, stack, &words, &value))
            follow(b, stack, value);
    }
}

static void find_roots(struct holders_builder *b, struct holders_stack *stack)
{
    static const char preempt[] = "runtime.asyncPreempt";
    const struct hs_defer *defers = b->heap->defers.at;
    const struct hs_panic *panics = b->heap->panics.at;
    unsigned step = b->heap->pointer_size;

    for (uint32_t i = 0; i < stack->count; i++) {
        if (hs_str_equal(stack->frames[i].function, hs_str_of(preempt))) {
            read_from(stack, i, 0, step);
            if (i + 1 < stack->count)
                read_from(stack, i + 1, 0, step);
        }
        follow_listed(b, stack, i);
    }
    HOLDERS_EACH(d, b->defers, stack->number)
    follow(b, stack, defers[d].address);
    HOLDERS_EACH(p, b->panics, stack->number)
    follow(b, stack, panics[p].address);
    follow_found(b, stack);
}

/* Is LAYOUT of the function of frame NUMBER?  There are no more objects than
 * its frame and its caller's, with the arguments, have bytes: a damaged program
 * may claim many for a function that a million frames are of. */
static bool may_be(const struct holders_stack *stack, uint32_t number,
                   const struct hs_frame_layout *layout)
{
    uint64_t bytes = stack->frames[number].memory.size;

    if (number + 1 < stack->count)
        bytes += stack->frames[number + 1].memory.size;
    return layout->object_count <= bytes;
}

/* Which stack objects the functions of the frames have. */
static void find_layouts(struct holders_builder *b, struct holders_stack *stack)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < stack->count; i++) {
        stack->first_object[i] = count;
        if (b->heap->names)
            stack->layouts[i] =
                hs_names_layout(b->heap->names, stack->frames[i].entry);
        if (stack->layouts[i] &&
            (!may_be(stack, i, stack->layouts[i]) ||
             stack->layouts[i]->object_count > UINT32_MAX - 1 - count))
            stack->layouts[i] = NULL;
        if (stack->layouts[i])
            count += stack->layouts[i]->object_count;
    }
    stack->first_object[stack->count] = count;
    stack->live = hs_arena_zeroed(&b->passing, count + 1, sizeof(bool));
    stack->found =
        hs_arena_alloc(&b->passing, (count + 1) * sizeof(*stack->found));
}

struct holders_stack hs_holders_read_stack(struct holders_builder *b,
                                           uint32_t number)
{
    const struct hs_goroutine *g =
        (const struct hs_goroutine *)b->heap->goroutines.at + number;
    const struct hs_frame *frames = b->heap->frames.at;
    struct holders_stack stack = {.number = number, .count = g->frame_count};
    size_t count = stack.count;

    if (count > 0)
        stack.frames = &frames[g->first_frame];
    hs_arena_reset(&b->passing);
    stack.from = hs_arena_alloc(&b->passing, count * sizeof(uint64_t));
    stack.followed = hs_arena_alloc(&b->passing, count * sizeof(uint64_t));
    stack.pending = hs_arena_alloc(&b->passing, count * sizeof(uint32_t));
    stack.layouts =
        hs_arena_zeroed(&b->passing, count + 1, sizeof(*stack.layouts));
    stack.first_object =
        hs_arena_alloc(&b->passing, (count + 1) * sizeof(uint32_t));
    for (uint32_t i = 0; i < count; i++)
        stack.from[i] = stack.followed[i] = stack.frames[i].memory.size;
    find_layouts(b, &stack);
    find_roots(b, &stack);
    return stack;
}
