#include <math.h>

#include "CKernels.h"
#include "clones.h"
#include "softmax.h"

KERNEL(void, ck_softmax_piece,
       (float *restrict x, size_t rows, size_t cols, float *restrict top, float *restrict sum, float *restrict factor),
       (x, rows, cols, top, sum, factor)) {
  for (size_t r = 0; r < rows; r++, x += cols) {
    const float largest = largest_of(x, cols, top[r]);
    factor[r] = exponential(top[r] - largest);
    sum[r] = sum[r] * factor[r] + exponentials(x, cols, largest);
    top[r] = largest;
  }
}

KERNEL(void, ck_biased_softmax_rows,
       (float *restrict x, float scale, const float *restrict bias, const float *restrict mask, size_t rows, size_t cols),
       (x, scale, bias, mask, rows, cols)) {
  for (size_t r = 0; r < rows; r++, x += cols, bias += cols) {
    if (mask)
      for (size_t c = 0; c < cols; c++) x[c] = x[c] * scale + (bias[c] + mask[r * cols + c]);
    else
      for (size_t c = 0; c < cols; c++) x[c] = x[c] * scale + bias[c];
    const float factor = 1.0f / exponentials(x, cols, largest_of(x, cols, -INFINITY));
    for (size_t c = 0; c < cols; c++) x[c] *= factor;
  }
}

KERNEL(void, ck_channel_sums,
       (const float *restrict x, size_t rows, size_t channels, double *restrict sum, double *restrict square),
       (x, rows, channels, sum, square)) {
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

/* So many codes are looked at side by side, whatever the width of registers. */
enum { CODES = 16 };
typedef float code_distances __attribute__((vector_size(CODES * sizeof(float)), aligned(sizeof(float))));
typedef int32_t code_indices __attribute__((vector_size(CODES * sizeof(int32_t))));

/* `rows` vectors, a constant in every use, so that what is best so far lies in registers. */
INLINE void nearest_codes(const size_t rows, int32_t *index, const float *vectors, const float *codebook, size_t codes, size_t dim) {
  enum { MOST = 2 };
  code_distances best[MOST];
  code_indices at[MOST], these;
  for (int32_t j = 0; j < CODES; j++) these[j] = j;
  for (size_t i = 0; i < rows; i++) best[i] = (code_distances){0} + INFINITY, at[i] = (code_indices){0};
  size_t k = 0;
  for (; k + CODES <= codes; k += CODES, these += CODES) {
    code_distances sum[MOST] = {{0}, {0}};
    for (size_t d = 0; d < dim; d++) {
      const code_distances row = *(const code_distances *)(codebook + d * codes + k);
      for (size_t i = 0; i < rows; i++) sum[i] += (vectors[i * dim + d] - row) * (vectors[i * dim + d] - row);
    }
    for (size_t i = 0; i < rows; i++) {
      const code_indices nearer = sum[i] < best[i];
      best[i] = (code_distances)((nearer & (code_indices)sum[i]) | (~nearer & (code_indices)best[i]));
      at[i] = (nearer & these) | (~nearer & at[i]);
    }
  }
  for (size_t i = 0; i < rows; i++) {
    float least = best[i][0];
    int32_t found = at[i][0];
    for (int j = 1; j < CODES; j++)
      if (best[i][j] < least || (best[i][j] == least && at[i][j] < found)) least = best[i][j], found = at[i][j];
    for (size_t rest = k; rest < codes; rest++) {
      float sum = 0;
      for (size_t d = 0; d < dim; d++) {
        const float difference = vectors[i * dim + d] - codebook[d * codes + rest];
        sum += difference * difference;
      }
      if (sum < least) least = sum, found = (int32_t)rest;
    }
    index[i] = found;
  }
}

KERNEL(void, ck_nearest_code,
       (int32_t *restrict index, const float *restrict vectors, size_t n, const float *restrict codebook, size_t codes, size_t dim),
       (index, vectors, n, codebook, codes, dim)) {
  size_t i = 0;
  for (; i + 2 <= n; i += 2) nearest_codes(2, index + i, vectors + i * dim, codebook, codes, dim);
  if (i < n) nearest_codes(1, index + i, vectors + i * dim, codebook, codes, dim);
}
