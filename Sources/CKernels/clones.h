/* One binary for every x86-64: each kernel is compiled for AVX-512, AVX2 and SSE2, and the best that the processor has is called. */
#ifndef CLONES_H
#define CLONES_H

#include "CKernels.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

#if defined(__x86_64__)
#define V4 __attribute__((target("arch=x86-64-v4")))
#define V3 __attribute__((target("arch=x86-64-v3")))
/* Begins a kernel: its name, what it is given, and the same as arguments. What its body calls has to be INLINE. */
#define KERNEL(RETURNS, NAME, PARAMETERS, ARGUMENTS)                                                                   \
  INLINE RETURNS NAME##_body PARAMETERS;                                                                               \
  V4 static RETURNS NAME##_v4 PARAMETERS { return NAME##_body ARGUMENTS; }                                             \
  V3 static RETURNS NAME##_v3 PARAMETERS { return NAME##_body ARGUMENTS; }                                             \
  static RETURNS NAME##_base PARAMETERS { return NAME##_body ARGUMENTS; }                                              \
  RETURNS NAME PARAMETERS {                                                                                            \
    const ck_instructions set = ck_instruction_set();                                                                  \
    if (set >= CK_AVX512) return NAME##_v4 ARGUMENTS;                                                                  \
    if (set == CK_AVX2) return NAME##_v3 ARGUMENTS;                                                                    \
    return NAME##_base ARGUMENTS;                                                                                      \
  }                                                                                                                    \
  INLINE RETURNS NAME##_body PARAMETERS
#else
#define KERNEL(RETURNS, NAME, PARAMETERS, ARGUMENTS) RETURNS NAME PARAMETERS
#endif

#endif
