/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress.c - drawing the progress line, at most ten times a second.
 *
 * tell() may be called from any thread; who finds the line being drawn leaves
 * it to the other.
 */
#include "progress.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/progress.h"

#define FIRST 1.0 /* seconds */
#define AGAIN 0.1

static double start, next; /* of the run; when to draw */
static bool drawn;
static pthread_mutex_t drawing = PTHREAD_MUTEX_INITIALIZER;

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static void draw(struct hs_progress *self, const char *what, uint64_t done,
                 uint64_t total)
{
    double now = seconds();

    (void)self;
    if (pthread_mutex_trylock(&drawing) != 0)
        return;
    if (now >= next) {
        next = now + AGAIN;
        drawn = true;
        if (total)
            fprintf(stderr, "\r\033[K%.60s %.0f %%", what,
                    100.0 * (double)done / (double)total);
        else
            fprintf(stderr, "\r\033[K%.60s ...", what);
    }
    pthread_mutex_unlock(&drawing);
}

void hs_progress_show(bool line)
{
    static struct hs_progress progress = {draw};

    start = seconds();
    next = start + FIRST;
    if (line && isatty(STDERR_FILENO))
        hs_progress_install(&progress);
}

void hs_progress_done(void)
{
    if (drawn)
        fputs("\r\033[K", stderr);
    drawn = false;
}

void hs_progress_note(const char *command, const char *work)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "heapscope %s: %s: done after %.2f s, with %.0f MiB\n",
            command, work, seconds() - start, (double)usage.ru_maxrss / 1024);
}
