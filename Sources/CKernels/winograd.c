#include <string.h>

#include "CKernels.h"
#include "clones.h"
#include "functions.h"

/* Winograd's F(m x m, 3x3) for m = 2, 4 and 6: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), with
 * the points 0, +-1, infinity, for m > 2 also +-2, for m = 6 also +-1/2. Transforms work on as many channels at a time as fill one vector
 * register: with two to a value the eight values of m = 6 do not fit into AVX2's sixteen. */
enum { MAX_OUT = 6, MAX_TILE = MAX_OUT + 2, RUN = 4 };

#define LANES 8
#if defined(__x86_64__)
#define TARGET
#define NAME(x) x##_base
#include "winograd_transforms.h"
#undef NAME
#undef TARGET
#define TARGET __attribute__((target("arch=x86-64-v3")))
#define NAME(x) x##_v3
#include "winograd_transforms.h"
#undef NAME
#undef TARGET
#undef LANES
#define LANES 16
#define TARGET __attribute__((target("arch=x86-64-v4")))
#define NAME(x) x##_v4
#include "winograd_transforms.h"
#undef NAME
#define CHOSEN(call)                                                                                                   \
  if (__builtin_cpu_supports("x86-64-v4"))                                                                             \
    call(v4);                                                                                                          \
  else if (__builtin_cpu_supports("x86-64-v3"))                                                                        \
    call(v3);                                                                                                          \
  else                                                                                                                 \
    call(base)
#else
#define TARGET
#define NAME(x) x##_base
#include "winograd_transforms.h"
#undef NAME
#define CHOSEN(call) call(base)
#endif
#undef TARGET
#undef LANES

void ck_winograd_input(ck_tiling t, size_t first, size_t count, float *v, size_t plane, const float *x, size_t c,
                       int doubled, const float *scale, const float *shift) {
#define INPUT(processor) winograd_input_##processor(t, first, count, v, plane, x, c, doubled, scale, shift)
  CHOSEN(INPUT);
}

void ck_winograd_output(ck_tiling t, size_t first, size_t count, float *y, size_t c, size_t c_first, size_t c_count,
                        const float *m, size_t plane, size_t width, const float *bias, const float *residual) {
#define OUTPUT(processor)                                                                                              \
  winograd_output_##processor(t, first, count, y, c, c_first, c_count, m, plane, width, bias, residual)
  CHOSEN(OUTPUT);
}

enum { LANES = 16 };

/* G of three vectors, `step` apart, giving `out` + 2, `y_step` apart. */
INLINE void weights_1d(const size_t out, double (*restrict y)[LANES], size_t y_step, const double (*restrict w)[LANES],
                       size_t step) {
  for (size_t c = 0; c < LANES; c++) {
    const double w0 = w[0][c], w1 = w[step][c], w2 = w[2 * step][c];
    if (out == 2) {
      const double ends = (w0 + w2) * 0.5, middle = w1 * 0.5;
      y[0][c] = w0;
      y[y_step][c] = ends + middle;
      y[2 * y_step][c] = ends - middle;
      y[3 * y_step][c] = w2;
    } else if (out == 4) {
      const double ends = (w0 + w2) * (-1.0 / 6), middle = w1 * (1.0 / 6);
      const double ends2 = w0 * (1.0 / 24) + w2 * (1.0 / 6), middle2 = w1 * (1.0 / 12);
      y[0][c] = w0 * (1.0 / 4);
      y[y_step][c] = ends - middle;
      y[2 * y_step][c] = ends + middle;
      y[3 * y_step][c] = ends2 + middle2;
      y[4 * y_step][c] = ends2 - middle2;
      y[5 * y_step][c] = w2;
    } else {
      const double ends = (w0 + w2) * (-2.0 / 9), middle = w1 * (2.0 / 9);
      const double ends2 = w0 * (1.0 / 90) + w2 * (2.0 / 45), middle2 = w1 * (1.0 / 45);
      const double ends3 = w0 * (32.0 / 45) + w2 * (8.0 / 45), middle3 = w1 * (16.0 / 45);
      y[0][c] = w0;
      y[y_step][c] = ends - middle;
      y[2 * y_step][c] = ends + middle;
      y[3 * y_step][c] = ends2 + middle2;
      y[4 * y_step][c] = ends2 - middle2;
      y[5 * y_step][c] = ends3 + middle3;
      y[6 * y_step][c] = ends3 - middle3;
      y[7 * y_step][c] = w2;
    }
  }
}

INLINE void weights(const size_t out, float *restrict u, const float *restrict w, size_t channels, size_t in,
                    size_t width, size_t panel) {
  const size_t side = out + 2, plane = (channels + width - 1) / width * width * in;
  double taps[9][LANES], rows[MAX_TILE * 3][LANES], full[MAX_TILE * MAX_TILE][LANES];
  for (size_t o0 = 0; o0 < width; o0 += LANES) {
    const size_t start = panel * width + o0;
    const size_t count = start >= channels ? 0 : channels - start < LANES ? channels - start : LANES;
    memset(taps, 0, sizeof taps);
    for (size_t i = 0; i < in; i++) {
      for (size_t c = 0; c < count; c++)
        for (size_t k = 0; k < 9; k++) taps[k][c] = w[((start + c) * in + i) * 9 + k];
      for (size_t j = 0; j < 3; j++) weights_1d(out, rows + j, 3, (const double(*)[LANES])taps + j, 3);
      for (size_t a = 0; a < side; a++) weights_1d(out, full + a * side, 1, (const double(*)[LANES])rows + a * 3, 1);
      for (size_t k = 0; k < side * side; k++) {
        float *restrict to = u + k * plane + (panel * in + i) * width + o0;
        for (size_t c = 0; c < LANES; c++) to[c] = (float)full[k][c];
      }
    }
  }
}

CLONES void ck_winograd_weights(size_t out, float *restrict u, const float *restrict w, size_t channels, size_t in,
                                size_t panel) {
  const size_t width = ck_gemm_columns();
  if (out == 2)
    weights(2, u, w, channels, in, width, panel);
  else if (out == 4)
    weights(4, u, w, channels, in, width, panel);
  else
    weights(6, u, w, channels, in, width, panel);
}
