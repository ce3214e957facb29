#include <string.h>

#include "CKernels.h"
#include "clones.h"

void ck_im2col(float *restrict rows, const float *restrict x, size_t h, size_t w, size_t c, size_t kernel,
               size_t stride, size_t pad, size_t out_w, size_t first, size_t count) {
  for (size_t p = first; p < first + count; p++) {
    const ptrdiff_t y0 = (ptrdiff_t)(p / out_w * stride) - (ptrdiff_t)pad;
    const ptrdiff_t x0 = (ptrdiff_t)(p % out_w * stride) - (ptrdiff_t)pad;
    /* Taps [left, right) of each kernel row lie inside the picture: one run of memory, channels last. */
    const size_t left = x0 < 0 ? (size_t)-x0 : 0;
    const ptrdiff_t room = (ptrdiff_t)w - x0;
    const size_t right = room < (ptrdiff_t)kernel ? (room > 0 ? (size_t)room : 0) : kernel;
    for (size_t ky = 0; ky < kernel; ky++, rows += kernel * c) {
      const ptrdiff_t y = y0 + (ptrdiff_t)ky;
      if (y < 0 || y >= (ptrdiff_t)h || left >= right) {
        memset(rows, 0, kernel * c * sizeof *rows);
        continue;
      }
      memset(rows, 0, left * c * sizeof *rows);
      memcpy(rows + left * c, x + ((size_t)y * w + (size_t)(x0 + (ptrdiff_t)left)) * c,
             (right - left) * c * sizeof *rows);
      memset(rows + right * c, 0, (kernel - right) * c * sizeof *rows);
    }
  }
}

KERNEL(void, ck_resample_row,
       (float *restrict y, const float *restrict row, const int32_t *restrict index, const float *restrict weights, size_t width, size_t taps, size_t channels),
       (y, row, index, weights, width, taps, channels)) {
  for (size_t x = 0; x < width; x++)
    for (size_t c = 0; c < channels; c++) {
      float sum = 0;
      for (size_t k = 0; k < taps; k++) sum += weights[x * taps + k] * row[(size_t)index[x * taps + k] * channels + c];
      y[x * channels + c] = sum;
    }
}

KERNEL(void, ck_weighted_rows,
       (float *restrict y, const float *const *restrict rows, const float *restrict weights, size_t taps, size_t n),
       (y, rows, weights, taps, n)) {
  for (size_t i = 0; i < n; i++) y[i] = weights[0] * rows[0][i];
  for (size_t k = 1; k < taps; k++) {
    const float *restrict row = rows[k];
    const float w = weights[k];
    for (size_t i = 0; i < n; i++) y[i] += w * row[i];
  }
}
