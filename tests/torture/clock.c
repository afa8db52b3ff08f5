/* Preloaded into a daemon: puts its clocks ahead by the nanoseconds that the file CLOCKS_AHEAD holds just now.
 *
 * As after a suspend, the boot clock can be put ahead while the monotonic clock goes on as it was.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

struct ahead {
    volatile int64_t wall, boot;
};

static const struct ahead none;
static const struct ahead *ahead = &none;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("CLOCKS_AHEAD");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0)
        return;
    void *held = mmap(NULL, sizeof *ahead, PROT_READ, MAP_SHARED, file, 0);
    if (held != MAP_FAILED)
        ahead = held;
    close(file);
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (syscall(SYS_clock_gettime, clock, now) != 0)
        return -1;
    int64_t by = clock == CLOCK_REALTIME ? ahead->wall : clock == CLOCK_BOOTTIME ? ahead->boot : 0;
    int64_t nanoseconds = now->tv_nsec + by % SECOND + SECOND;
    now->tv_sec += by / SECOND + nanoseconds / SECOND - 1;
    now->tv_nsec = nanoseconds % SECOND;
    return 0;
}
