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
#include <time.h>
#include <unistd.h>

#include "base/progress.h"

#define FIRST 1.0 /* seconds */
#define AGAIN 0.1

static double next; /* when to draw */
static bool drawn;
static pthread_mutex_t line = PTHREAD_MUTEX_INITIALIZER;

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
    if (pthread_mutex_trylock(&line) != 0)
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
    pthread_mutex_unlock(&line);
}

void hs_progress_show(void)
{
    static struct hs_progress progress = {draw};

    if (!isatty(STDERR_FILENO))
        return;
    next = seconds() + FIRST;
    hs_progress_install(&progress);
}

void hs_progress_done(void)
{
    if (drawn)
        fputs("\r\033[K", stderr);
    drawn = false;
}
