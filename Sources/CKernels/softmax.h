/* Pieces of a softmax over a row. */
#ifndef SOFTMAX_H
#define SOFTMAX_H

#include "functions.h"

/* The largest element, or `least` if none is larger. A single one so far would wait for itself at each element. */
INLINE float largest_of(const float *x, size_t cols, float least) {
  enum { LANES = 16 };
  float lanes[LANES];
  for (size_t i = 0; i < LANES; i++) lanes[i] = least;
  size_t c = 0;
  for (; c + LANES <= cols; c += LANES)
    for (size_t i = 0; i < LANES; i++) lanes[i] = x[c + i] > lanes[i] ? x[c + i] : lanes[i];
  for (; c < cols; c++) lanes[0] = x[c] > lanes[0] ? x[c] : lanes[0];
  for (size_t i = 1; i < LANES; i++) lanes[0] = lanes[i] > lanes[0] ? lanes[i] : lanes[0];
  return lanes[0];
}

/* x[c] = exp(x[c] - top); returns their sum. */
INLINE float exponentials(float *x, size_t cols, float top) {
#pragma clang fp reassociate(on)
  float sum = 0;
  for (size_t c = 0; c < cols; c++) {
    x[c] = exponential(x[c] - top);
    sum += x[c];
  }
  return sum;
}

#endif
