// Says how late its first instruction is: probe LABEL FILE WHEN, where WHEN is nanoseconds since 1970, or mod:NANOSECONDS
// for whole periods, or mod:NANOSECONDS+PHASE. Appends "LABEL LATENESS-IN-NANOSECONDS" to FILE, in one write.
//
// It goes by CLOCK_REALTIME: the machine's own idea of the time is the same for all that are compared. It needs no library,
// so that reading the clock is what it does first: cc -O2 -static -nostdlib -ffreestanding -fno-stack-protector.
#include <fcntl.h>
#include <sys/syscall.h>
#include <time.h>

static long call(long number, long a, long b, long c, long d) {
#if defined(__x86_64__)
    register long r10 __asm__("r10") = d;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
    return x0;
#else
#error "not known here"
#endif
}

static long long number(const char **text) {
    long long value = 0;
    for (; **text >= '0' && **text <= '9'; (*text)++) value = value * 10 + (**text - '0');
    return value;
}

__attribute__((used)) void begin(long *stack) {
    struct timespec time;
    call(SYS_clock_gettime, CLOCK_REALTIME, (long)&time, 0, 0);
    const char **arguments = (const char **)(stack + 1);
    if (stack[0] != 4) call(SYS_exit_group, 2, 0, 0, 0);
    long long now = time.tv_sec * 1000000000LL + time.tv_nsec, late;
    const char *when = arguments[3];
    if (when[0] == 'm') {
        when += 4;
        long long period = number(&when), phase = 0;
        if (*when == '+') {
            when++;
            phase = number(&when);
        }
        late = (now - phase) % period;
        if (late > period / 2) late -= period;
    } else {
        late = now - number(&when);
    }
    char line[160];
    int at = 0;
    for (const char *label = arguments[1]; *label && at < 100; label++) line[at++] = *label;
    line[at++] = ' ';
    if (late < 0) line[at++] = '-';
    unsigned long long size = late < 0 ? 0ULL - (unsigned long long)late : (unsigned long long)late;
    char digits[24];
    int count = 0;
    do digits[count++] = (char)('0' + size % 10);
    while (size /= 10);
    while (count) line[at++] = digits[--count];
    line[at++] = '\n';
    long file = call(SYS_openat, AT_FDCWD, (long)arguments[2], O_WRONLY | O_APPEND | O_CREAT, 0644);
    call(SYS_exit_group, call(SYS_write, file, (long)line, at, 0) == at ? 0 : 1, 0, 0, 0);
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n mov %rsp, %rdi\n and $-16, %rsp\n call begin\n");
#else
__asm__(".globl _start\n_start:\n mov x0, sp\n bl begin\n");
#endif
