/* SPDX-License-Identifier: Apache-2.0 */
/*
 * main.c - measure [-n RUNS] COMMAND [ARGUMENT...] [+ COMMAND...]...: for
 * scripts/bench.
 *
 * Runs each COMMAND once to warm up and then RUNS times (5), its output thrown
 * away, and prints the medians of wall-clock seconds, processor seconds and
 * the greatest resident set in KiB, as one line; behind them how many KiB of
 * anonymous memory the warm-up run had at most.
 *
 * Several commands take turns: what is measured side by side can be compared,
 * though the machine is faster in one minute than in the next.  Then each turn
 * warms up by itself: a process that takes more memory than the one before has
 * left may have to wait for a virtual machine's host.
 *
 * The resident set counts pages of mapped files, which cost nothing that the
 * page cache would not give back; the anonymous memory is what a program needs
 * beside its input.  The system keeps no maximum of it, so it is looked at
 * every millisecond, and only in the warm-up run, to leave the others alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MOST     99
#define COMMANDS 8

struct cost {
    double wall, cpu, rss;
    double anonymous; /* if watched */
};

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static double of_timeval(struct timeval t)
{
    return (double)t.tv_sec + (double)t.tv_usec * 1e-6;
}

/* Replaces this process, which is the child. */
_Noreturn static void become(char **command)
{
    int nowhere = open("/dev/null", O_WRONLY);

    if (nowhere >= 0)
        dup2(nowhere, STDOUT_FILENO);
    execvp(command[0], command);
    fprintf(stderr, "measure: %s: %s\n", command[0], strerror(errno));
    _exit(127);
}

/* The anonymous memory of process CHILD in KiB, 0 if it has ended. */
static double anonymous_of(pid_t child)
{
    char path[64], line[256];
    double kib = 0;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%ld/status", (long)child);
    file = fopen(path, "re");
    if (!file)
        return 0;
    while (fgets(line, sizeof(line), file))
        if (sscanf(line, "RssAnon: %lf", &kib) == 1)
            break;
    fclose(file);
    return kib;
}

/* Looks at CHILD until it has ended; what wait4 is to be told then is left
 * for the caller. */
static double watch(pid_t child)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    siginfo_t ended = {0};
    double most = 0;

    do {
        double now = anonymous_of(child);

        if (now > most)
            most = now;
        nanosleep(&pause, NULL);
    } while (waitid(P_PID, (id_t)child, &ended, WEXITED | WNOHANG | WNOWAIT) ==
                 0 &&
             ended.si_pid == 0);
    return most;
}

static int run(char **command, bool watched, struct cost *cost)
{
    double start = seconds();
    struct rusage usage;
    int status;
    pid_t child = fork();

    if (child == 0)
        become(command);
    if (child > 0 && watched)
        cost->anonymous = watch(child);
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return 127;
    cost->wall = seconds() - start;
    cost->cpu = of_timeval(usage.ru_utime) + of_timeval(usage.ru_stime);
    cost->rss = (double)usage.ru_maxrss;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

static int by_size(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static double median(double *values, size_t count)
{
    qsort(values, count, sizeof(*values), by_size);
    return values[count / 2];
}

struct subject {
    char **command;
    double wall[MOST], cpu[MOST], rss[MOST];
    double anonymous;
};

/* Cuts ARGV, which ends with NULL, into commands; how many. */
static size_t cut(char **argv, struct subject *subjects)
{
    size_t count = 0;

    for (; *argv && count < COMMANDS; argv++) {
        subjects[count++].command = argv;
        while (*argv && strcmp(*argv, "+") != 0)
            argv++;
        if (!*argv)
            break;
        *argv = NULL;
    }
    return count;
}

/* Run number NUMBER of SUBJECT; the first, 0, warms up. */
static int take_turn(struct subject *subject, size_t number)
{
    struct cost cost = {0};
    int status = run(subject->command, number == 0, &cost);

    if (status != 0)
        fprintf(stderr, "measure: '%s' ended with %d\n", subject->command[0],
                status);
    if (number == 0) {
        subject->anonymous = cost.anonymous;
        return status;
    }
    subject->wall[number - 1] = cost.wall;
    subject->cpu[number - 1] = cost.cpu;
    subject->rss[number - 1] = cost.rss;
    return status;
}

int main(int argc, char **argv)
{
    static struct subject subjects[COMMANDS];
    size_t runs = 5, count;
    int status = 0, at = 1;

    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        runs = strtoul(argv[2], NULL, 10);
        at = 3;
    }
    count = cut(argv + at, subjects);
    if (count == 0 || !subjects[count - 1].command[0] || runs == 0 ||
        runs > MOST) {
        fputs("Usage: measure [-n RUNS] COMMAND [ARGUMENT...] "
              "[+ COMMAND [ARGUMENT...]]...\n",
              stderr);
        return 64;
    }
    for (size_t i = 0; i <= runs; i++)
        for (size_t k = 0; k < count && status == 0; k++) {
            if (i > 0 && count > 1)
                run(subjects[k].command, false, &(struct cost){0});
            status = take_turn(&subjects[k], i);
        }
    for (size_t k = 0; k < count && status == 0; k++)
        printf("%.4f %.4f %.0f %.0f\n", median(subjects[k].wall, runs),
               median(subjects[k].cpu, runs), median(subjects[k].rss, runs),
               subjects[k].anonymous);
    return status;
}
