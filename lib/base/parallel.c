/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parallel.c - threads for a moment.
 */
#include "base/parallel.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

struct part {
    void (*run)(void *context, unsigned part);
    void *context;
    unsigned number;
    bool started;
    pthread_t thread;
};

unsigned hs_parallel_processors(void)
{
    cpu_set_t set;
    int count = 1;

    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        count = CPU_COUNT(&set);
    if (count < 1)
        return 1;
    return count < HS_PARALLEL_MOST ? (unsigned)count : HS_PARALLEL_MOST;
}

static void *start(void *argument)
{
    struct part *part = argument;

    part->run(part->context, part->number);
    return NULL;
}

void hs_parallel_run(unsigned parts, void (*run)(void *context, unsigned part),
                     void *context)
{
    struct part list[HS_PARALLEL_MOST];
    unsigned threads = parts < HS_PARALLEL_MOST ? parts : HS_PARALLEL_MOST;

    for (unsigned i = 1; i < threads; i++) {
        list[i] = (struct part){.run = run, .context = context, .number = i};
        list[i].started =
            pthread_create(&list[i].thread, NULL, start, &list[i]) == 0;
    }
    run(context, 0);
    for (unsigned i = 1; i < threads; i++) {
        if (list[i].started)
            pthread_join(list[i].thread, NULL);
        else
            run(context, i);
    }
    for (unsigned i = threads; i < parts; i++)
        run(context, i);
}
