#include "CKernels.h"
#include "clones.h"

INLINE float squared_distance(const float *a, const float *b, size_t n) {
#pragma clang fp reassociate(on)
  float sum = 0;
  for (size_t i = 0; i < n; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

KERNEL(float, ck_patch_distance,
       (const float *a, const float *b, size_t rows, size_t n, size_t row_distance, float limit),
       (a, b, rows, n, row_distance, limit)) {
  float sum = 0;
  for (size_t y = 0; y < rows && sum < limit; y++)
    sum += squared_distance(a + y * row_distance, b + y * row_distance, n);
  return sum;
}
