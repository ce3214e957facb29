/* One binary for every x86-64: the loader picks AVX-512, AVX2 or SSE2 code when the program starts. */
#ifndef CLONES_H
#define CLONES_H

#if defined(__x86_64__) && defined(__linux__)
#define CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

#endif
