/* What all measurements need: clocks, the allocator's count, files, bytes to be sent. */
#include "bench.h"
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

const char *directory;
uint64_t server_ns;
int split;

uint64_t cpu_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

void fail(const char *what)
{
    fprintf(stderr, "bench: %s failed\n", what);
    exit(1);
}

const char *file_path(const char *name)
{
    static char paths[8][512];
    static int next;
    char *path = paths[next++ & 7];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

const char *file_text(const char *name, size_t *length)
{
    FILE *file = fopen(file_path(name), "rb");
    char *text = malloc(1 << 16);
    if (!file || !text)
        fail(name);
    *length = fread(text, 1, (1 << 16) - 1, file);
    text[*length] = 0;
    fclose(file);
    return text;
}

const uint8_t *data(void)
{
    static uint8_t bytes[1 << 14];
    if (!bytes[0])
        for (size_t i = 0; i < sizeof bytes; i++)
            bytes[i] = (uint8_t)(i * 31 + 7);
    return bytes;
}

size_t heap(void)
{
    struct mallinfo2 info = mallinfo2();
    return info.uordblks + info.hblkhd;
}
