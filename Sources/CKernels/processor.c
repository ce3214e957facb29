#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

ck_instructions ck_best_instruction_set(void) {
#if defined(__x86_64__)
  if (ck_has_matrix_unit()) return CK_AMX;
  if (__builtin_cpu_supports("x86-64-v4")) return CK_AVX512;
  if (__builtin_cpu_supports("x86-64-v3")) return CK_AVX2;
#endif
  return CK_BASELINE;
}

ck_instructions ck_instruction_set(void) {
  /* 0 = not yet known. Threads that come here at once find the same. */
  static atomic_int known;
  const int before = atomic_load_explicit(&known, memory_order_relaxed);
  if (before) return (ck_instructions)(before - 1);
  static const char *const names[] = {"baseline", "avx2", "avx512", "amx"};
  const ck_instructions best = ck_best_instruction_set();
  const char *wanted = getenv(CK_INSTRUCTION_SET_VARIABLE);
  ck_instructions set = best;
  for (ck_instructions i = CK_BASELINE; wanted && i <= best; i++)
    if (!strcmp(wanted, names[i])) set = i;
  atomic_store_explicit(&known, (int)set + 1, memory_order_relaxed);
  return set;
}
