#include <string.h>

#include "CKernels.h"
#include "clones.h"
#include "functions.h"

/* Winograd's F(4x4, 3x3): Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), with the points
 * 0, +-1, +-2 and infinity. Transforms work on LANES channels at a time, so that every line is a vector operation. */
enum { LANES = 16, TILE = 6, OUT = 4 };

/* One application of B^T to six vectors, `step` vectors apart. */
INLINE void input_1d(float (*restrict out)[LANES], const float (*restrict d)[LANES], size_t step) {
  for (size_t c = 0; c < LANES; c++) {
    const float d0 = d[0][c], d1 = d[step][c], d2 = d[2 * step][c];
    const float d3 = d[3 * step][c], d4 = d[4 * step][c], d5 = d[5 * step][c];
    const float even = d4 - 4.0f * d2, odd = d3 - 4.0f * d1;
    const float even2 = d4 - d2, odd2 = 2.0f * (d3 - d1);
    out[0][c] = 4.0f * d0 - 5.0f * d2 + d4;
    out[step][c] = even + odd;
    out[2 * step][c] = even - odd;
    out[3 * step][c] = even2 + odd2;
    out[4 * step][c] = even2 - odd2;
    out[5 * step][c] = 4.0f * d1 - 5.0f * d3 + d5;
  }
}

/* One application of A^T: six vectors, `step` apart, to four, `out_step` apart. */
INLINE void output_1d(float (*restrict out)[LANES], size_t out_step, const float (*restrict m)[LANES], size_t step) {
  for (size_t c = 0; c < LANES; c++) {
    const float sum1 = m[step][c] + m[2 * step][c], difference1 = m[step][c] - m[2 * step][c];
    const float sum2 = m[3 * step][c] + m[4 * step][c], difference2 = m[3 * step][c] - m[4 * step][c];
    out[0][c] = m[0][c] + sum1 + sum2;
    out[out_step][c] = difference1 + 2.0f * difference2;
    out[2 * out_step][c] = sum1 + 4.0f * sum2;
    out[3 * out_step][c] = difference1 + 8.0f * difference2 + m[5 * step][c];
  }
}

CLONES void ck_winograd_input(float *restrict v, size_t plane, const float *restrict x, size_t h, size_t w, size_t c,
                              size_t zoom, size_t tiles_w, size_t first, size_t count, const float *restrict scale,
                              const float *restrict shift) {
  float d[TILE * TILE][LANES], t[TILE * TILE][LANES];
  for (size_t tile = first; tile < first + count; tile++, v += c) {
    const ptrdiff_t y0 = (ptrdiff_t)(tile / tiles_w * OUT) - 1, x0 = (ptrdiff_t)(tile % tiles_w * OUT) - 1;
    for (size_t c0 = 0; c0 < c; c0 += LANES) {
      const size_t lanes = c - c0 < LANES ? c - c0 : LANES;
      for (ptrdiff_t i = 0; i < TILE; i++)
        for (ptrdiff_t j = 0; j < TILE; j++) {
          float *restrict to = d[i * TILE + j];
          const ptrdiff_t yy = y0 + i, xx = x0 + j;
          if (yy < 0 || yy >= (ptrdiff_t)h || xx < 0 || xx >= (ptrdiff_t)w) {
            memset(to, 0, sizeof d[0]);
            continue;
          }
          const float *restrict from = x + ((size_t)yy / zoom * (w / zoom) + (size_t)xx / zoom) * c + c0;
          if (lanes < LANES) {
            memset(to, 0, sizeof d[0]);
            for (size_t k = 0; k < lanes; k++) to[k] = scale ? silu(from[k] * scale[c0 + k] + shift[c0 + k]) : from[k];
          } else if (scale) {
            for (size_t k = 0; k < LANES; k++) to[k] = silu(from[k] * scale[c0 + k] + shift[c0 + k]);
          } else {
            for (size_t k = 0; k < LANES; k++) to[k] = from[k];
          }
        }
      for (size_t j = 0; j < TILE; j++) input_1d(t + j, (const float(*)[LANES])d + j, TILE);
      for (size_t i = 0; i < TILE; i++) input_1d(d + i * TILE, (const float(*)[LANES])t + i * TILE, 1);
      for (size_t k = 0; k < TILE * TILE; k++) {
        float *restrict to = v + k * plane + c0;
        if (lanes == LANES)
          for (size_t n = 0; n < LANES; n++) to[n] = d[k][n];
        else
          for (size_t n = 0; n < lanes; n++) to[n] = d[k][n];
      }
    }
  }
}

CLONES void ck_winograd_output(float *restrict y, const float *restrict m, size_t plane, size_t h, size_t w, size_t c,
                               size_t tiles_w, size_t first, size_t count, const float *restrict bias,
                               const float *restrict residual) {
  float d[TILE * TILE][LANES], t[OUT * TILE][LANES], out[OUT * OUT][LANES];
  for (size_t tile = first; tile < first + count; tile++, m += c) {
    const size_t y0 = tile / tiles_w * OUT, x0 = tile % tiles_w * OUT;
    const size_t rows = h - y0 < OUT ? h - y0 : OUT, columns = w - x0 < OUT ? w - x0 : OUT;
    for (size_t c0 = 0; c0 < c; c0 += LANES) {
      const size_t lanes = c - c0 < LANES ? c - c0 : LANES;
      for (size_t k = 0; k < TILE * TILE; k++) {
        const float *restrict from = m + k * plane + c0;
        if (lanes == LANES)
          for (size_t n = 0; n < LANES; n++) d[k][n] = from[n];
        else
          for (size_t n = 0; n < LANES; n++) d[k][n] = n < lanes ? from[n] : 0;
      }
      for (size_t j = 0; j < TILE; j++) output_1d(t + j, TILE, (const float(*)[LANES])d + j, TILE);
      for (size_t i = 0; i < OUT; i++) output_1d(out + i * OUT, 1, (const float(*)[LANES])t + i * TILE, 1);
      for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
          const size_t at = ((y0 + i) * w + x0 + j) * c + c0;
          const float *restrict value = out[i * OUT + j];
          if (lanes == LANES && residual)
            for (size_t n = 0; n < LANES; n++) y[at + n] = value[n] + (bias[c0 + n] + residual[at + n]);
          else if (lanes == LANES)
            for (size_t n = 0; n < LANES; n++) y[at + n] = value[n] + bias[c0 + n];
          else
            for (size_t n = 0; n < lanes; n++)
              y[at + n] = value[n] + bias[c0 + n] + (residual ? residual[at + n] : 0);
        }
    }
  }
}

/* One application of G to three vectors, `step` apart, giving six, `out_step` apart. */
INLINE void weights_1d(double (*restrict out)[LANES], size_t out_step, const double (*restrict w)[LANES], size_t step) {
  for (size_t c = 0; c < LANES; c++) {
    const double w0 = w[0][c], w1 = w[step][c], w2 = w[2 * step][c];
    const double ends = (w0 + w2) * (-1.0 / 6), middle = w1 * (1.0 / 6);
    const double ends2 = w0 * (1.0 / 24) + w2 * (1.0 / 6), middle2 = w1 * (1.0 / 12);
    out[0][c] = w0 * (1.0 / 4);
    out[out_step][c] = ends - middle;
    out[2 * out_step][c] = ends + middle;
    out[3 * out_step][c] = ends2 + middle2;
    out[4 * out_step][c] = ends2 - middle2;
    out[5 * out_step][c] = w2;
  }
}

CLONES void ck_winograd_weights(float *restrict u, const float *restrict weights, size_t out, size_t in, size_t first,
                                size_t last) {
  double w[9][LANES], rows[TILE * 3][LANES], full[TILE * TILE][LANES];
  memset(w, 0, sizeof w);
  for (size_t o0 = first; o0 < last; o0 += LANES) {
    const size_t lanes = last - o0 < LANES ? last - o0 : LANES;
    for (size_t i = 0; i < in; i++) {
      for (size_t c = 0; c < lanes; c++)
        for (size_t k = 0; k < 9; k++) w[k][c] = weights[((o0 + c) * in + i) * 9 + k];
      for (size_t j = 0; j < 3; j++) weights_1d(rows + j, 3, (const double(*)[LANES])w + j, 3);
      for (size_t a = 0; a < TILE; a++) weights_1d(full + a * TILE, 1, (const double(*)[LANES])rows + a * 3, 1);
      for (size_t k = 0; k < TILE * TILE; k++) {
        float *restrict to = u + (k * in + i) * out + o0;
        if (lanes == LANES)
          for (size_t c = 0; c < LANES; c++) to[c] = (float)full[k][c];
        else
          for (size_t c = 0; c < lanes; c++) to[c] = (float)full[k][c];
      }
    }
  }
}
