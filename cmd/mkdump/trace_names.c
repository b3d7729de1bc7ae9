/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace_names.c - stacks, functions and files of the program that is traced.
 */
#include <stdio.h>

#include "trace.h"

static const char *const functions[] = {
    "runtime/trace.Start",  "main.main",
    "main.(*pool).work",    "main.(*server).serve.gowrap1",
    "main.(*server).serve", "runtime.chanrecv1",
    "main.(*pool).next",    "runtime.chansend1",
    "main.(*server).reply", "sync.(*Mutex).Lock",
    "main.(*store).update", "runtime.selectgo",
    "main.(*server).wait",
};

#define NAMED (sizeof(functions) / sizeof(functions[0]))

const char *mkdump_trace_function(unsigned function, char room[96])
{
    if (function < NAMED)
        return functions[function];
    snprintf(room, 96,
             "example.com/orders/internal/service%02u.(*Store).Step%u",
             function % 20, function);
    return room;
}

const char *mkdump_trace_file(unsigned file, char room[96])
{
    snprintf(room, 96, "/src/example.com/orders/internal/service%02u/store.go",
             file);
    return room;
}

unsigned mkdump_trace_frames(unsigned stack, unsigned frames[32])
{
    static const uint8_t known[][3] = {
        [TRACE_STACK_START] = {0, 1},
        [TRACE_STACK_WORKER] = {2},
        [TRACE_STACK_REQUEST] = {3},
        [TRACE_STACK_CREATE] = {4, 2},
        [TRACE_STACK_WAIT] = {5, 6, 2},
        [TRACE_STACK_LEAK] = {7, 8, 3},
        [TRACE_STACK_LEAK + 1] = {9, 10, 3},
        [TRACE_STACK_LEAK + 2] = {11, 12, 3},
    };
    uint64_t state = stack;
    unsigned count = 0;

    if (stack < TRACE_STACK_OTHERS) {
        while (count < 3 && (count == 0 || known[stack][count] != 0))
            frames[count] = known[stack][count], count++;
        return count;
    }
    while (count < 8 + stack % 16)
        frames[count++] = (unsigned)(NAMED + mkdump_random(&state) %
                                                 (TRACE_FUNCTIONS - NAMED));
    if ((stack - TRACE_STACK_OTHERS) % 2) { /* serve, and what started it */
        frames[count++] = 4;
        frames[count++] = 3;
    } else {
        frames[count++] = 2; /* work */
    }
    return count;
}
