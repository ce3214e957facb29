#include <math.h>

#include "CKernels.h"
#include "clones.h"
#include "functions.h"

INLINE void softmax_row(float *x, size_t cols) {
#pragma clang fp reassociate(on)
  float top = x[0];
  for (size_t c = 1; c < cols; c++) top = x[c] > top ? x[c] : top;
  float sum = 0;
  for (size_t c = 0; c < cols; c++) {
    x[c] = exponential(x[c] - top);
    sum += x[c];
  }
  const float factor = 1.0f / sum;
  for (size_t c = 0; c < cols; c++) x[c] *= factor;
}

CLONES void ck_softmax_rows(float *x, size_t rows, size_t cols, size_t ld) {
  for (size_t r = 0; r < rows; r++) softmax_row(x + r * ld, cols);
}

CLONES void ck_add_softmax_rows(float *restrict x, const float *restrict bias, const float *restrict mask, size_t rows,
                                size_t cols) {
  for (size_t r = 0; r < rows; r++) {
    float *row = x + r * cols;
    if (mask)
      for (size_t c = 0; c < cols; c++) row[c] += bias[r * cols + c] + mask[r * cols + c];
    else
      for (size_t c = 0; c < cols; c++) row[c] += bias[r * cols + c];
    softmax_row(row, cols);
  }
}

CLONES void ck_channel_sums(const float *restrict x, size_t rows, size_t channels, double *restrict sum,
                            double *restrict square) {
  /* A few rows of a few channels in float, in registers; those sums in double. */
  enum { ROWS = 16, CHANNELS = 32 };
  for (size_t first = 0; first < rows; first += ROWS) {
    const size_t count = rows - first < ROWS ? rows - first : ROWS;
    for (size_t c0 = 0; c0 < channels; c0 += CHANNELS) {
      const float *from = x + first * channels + c0;
      float some[CHANNELS] = {0}, squares[CHANNELS] = {0};
      if (channels - c0 >= CHANNELS)
        for (size_t r = 0; r < count; r++, from += channels)
          for (size_t c = 0; c < CHANNELS; c++) some[c] += from[c], squares[c] += from[c] * from[c];
      else
        for (size_t r = 0; r < count; r++, from += channels)
          for (size_t c = 0; c < channels - c0; c++) some[c] += from[c], squares[c] += from[c] * from[c];
      for (size_t c = 0; c < CHANNELS && c0 + c < channels; c++) sum[c0 + c] += some[c], square[c0 + c] += squares[c];
    }
  }
}

CLONES void ck_nearest_code(int32_t *restrict index, const float *restrict vectors, size_t n,
                            const float *restrict codebook, size_t codes, size_t dim, float *restrict scratch) {
  for (size_t i = 0; i < n; i++) {
    for (size_t k = 0; k < codes; k++) scratch[k] = 0;
    for (size_t d = 0; d < dim; d++) {
      const float v = vectors[i * dim + d];
      const float *restrict row = codebook + d * codes;
      for (size_t k = 0; k < codes; k++) scratch[k] += (v - row[k]) * (v - row[k]);
    }
    float best = scratch[0];
    for (size_t k = 1; k < codes; k++) best = scratch[k] < best ? scratch[k] : best;
    size_t k = 0;
    while (k < codes - 1 && scratch[k] != best) k++;
    index[i] = (int32_t)k;
  }
}
