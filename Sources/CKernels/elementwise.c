#include "CKernels.h"
#include "clones.h"
#include "functions.h"

KERNEL(void, ck_add, (float *restrict y, const float *restrict x, size_t n), (y, x, n)) {
  for (size_t i = 0; i < n; i++) y[i] += x[i];
}

KERNEL(void, ck_scale, (float *y, const float *x, float a, size_t n), (y, x, a, n)) {
  for (size_t i = 0; i < n; i++) y[i] = a * x[i];
}

KERNEL(void, ck_scale_offset, (float *y, const float *x, float a, float b, size_t n), (y, x, a, b, n)) {
  for (size_t i = 0; i < n; i++) y[i] = a * x[i] + b;
}

KERNEL(void, ck_leaky_relu,
       (float *restrict x, const float *restrict slopes, size_t rows, size_t channels),
       (x, slopes, rows, channels)) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) {
      const float v = x[r * channels + c];
      x[r * channels + c] = v > 0 ? v : slopes[c] * v;
    }
}

KERNEL(void, ck_clamp, (float *x, float low, float high, size_t n), (x, low, high, n)) {
  for (size_t i = 0; i < n; i++) {
    const float v = x[i] > low ? x[i] : low;
    x[i] = v < high ? v : high;
  }
}

KERNEL(void, ck_axpbypcz,
       (float *restrict z, float a, const float *restrict x, float b, const float *restrict e, float c, size_t n),
       (z, a, x, b, e, c, n)) {
  if (e)
    for (size_t i = 0; i < n; i++) z[i] = a * z[i] + b * x[i] + c * e[i];
  else
    for (size_t i = 0; i < n; i++) z[i] = a * z[i] + b * x[i];
}

KERNEL(void, ck_accumulate_weighted,
       (float *restrict acc, const float *restrict x, const float *restrict w, size_t pixels, size_t channels),
       (acc, x, w, pixels, channels)) {
  for (size_t p = 0; p < pixels; p++)
    for (size_t c = 0; c < channels; c++) acc[p * channels + c] += w[p] * x[p * channels + c];
}

KERNEL(void, ck_silu, (float *y, const float *x, size_t n), (y, x, n)) {
  for (size_t i = 0; i < n; i++) y[i] = silu(x[i]);
}

KERNEL(void, ck_gelu, (float *y, const float *x, size_t n), (y, x, n)) {
  for (size_t i = 0; i < n; i++) y[i] = gelu(x[i]);
}

KERNEL(void, ck_affine,
       (float *y, const float *x, const float *restrict scale, const float *restrict shift, size_t rows, size_t channels),
       (y, x, scale, shift, rows, channels)) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) y[r * channels + c] = x[r * channels + c] * scale[c] + shift[c];
}

KERNEL(void, ck_affine_silu,
       (float *y, const float *x, const float *restrict scale, const float *restrict shift, size_t rows, size_t channels),
       (y, x, scale, shift, rows, channels)) {
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < channels; c++) y[r * channels + c] = silu(x[r * channels + c] * scale[c] + shift[c]);
}
