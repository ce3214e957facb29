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
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) {
      const double v = x[r * channels + c];
      sum[c] += v;
      square[c] += v * v;
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
