#ifndef TRANSPOSE_H
#define TRANSPOSE_H

#include "clones.h"

/* to [count][width] = the transpose of from [width][count], whose rows are `distance` apart, in squares of 8. */
INLINE void transpose_squares(float *restrict to, size_t width, const float *restrict from, size_t distance, size_t count) {
  typedef float row __attribute__((vector_size(8 * sizeof(float)), aligned(sizeof(float))));
#define PAIRS(a, b, x, y) __builtin_shufflevector(a, b, x, 8 + x, y, 8 + y, 4 + x, 12 + x, 4 + y, 12 + y)
#define QUADS(a, b, x) __builtin_shufflevector(a, b, x, x + 1, 8 + x, 9 + x, 4 + x, 5 + x, 12 + x, 13 + x)
#define HALVES(a, b, x) __builtin_shufflevector(a, b, x, x + 1, x + 2, x + 3, 8 + x, 9 + x, 10 + x, 11 + x)
  for (size_t i = 0; i < count; i += 8)
    for (size_t j = 0; j < width; j += 8) {
      row r[8], pairs[8], quads[8];
      for (size_t k = 0; k < 8; k++) r[k] = *(const row *)(from + (j + k) * distance + i);
      for (size_t k = 0; k < 8; k += 2) {
        pairs[k] = PAIRS(r[k], r[k + 1], 0, 1);
        pairs[k + 1] = PAIRS(r[k], r[k + 1], 2, 3);
      }
      for (size_t k = 0; k < 8; k += 4)
        for (size_t p = 0; p < 2; p++) {
          quads[k + 2 * p] = QUADS(pairs[k + p], pairs[k + 2 + p], 0);
          quads[k + 2 * p + 1] = QUADS(pairs[k + p], pairs[k + 2 + p], 2);
        }
      for (size_t k = 0; k < 4; k++) {
        *(row *)(to + (i + k) * width + j) = HALVES(quads[k], quads[k + 4], 0);
        *(row *)(to + (i + k + 4) * width + j) = HALVES(quads[k], quads[k + 4], 4);
      }
    }
#undef PAIRS
#undef QUADS
#undef HALVES
}

#endif
