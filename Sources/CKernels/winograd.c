#include <string.h>

#include "CKernels.h"
#include "clones.h"
#include "functions.h"

/* Winograd's F(m x m, 3x3) for m = 2, 4 and 6: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2015), with
 * the points 0, +-1, infinity, for m > 2 also +-2, for m = 6 also +-1/2. Transforms work on as many channels at a time as fill one vector
 * register: with two to a value the eight values of m = 6 do not fit into AVX2's sixteen. */
enum { MAX_OUT = 6, MAX_TILE = MAX_OUT + 2, RUN = 4, AHEAD = 16 };

#define LANES 8
#if defined(__x86_64__)
#define TARGET
#define NAME(x) x##_base
#include "winograd_transforms.h"
#undef NAME
#undef TARGET
#define TARGET V3
#define NAME(x) x##_v3
#include "winograd_transforms.h"
#undef NAME
#undef TARGET
#undef LANES
#define LANES 16
#define TARGET V4
#define NAME(x) x##_v4
#include "winograd_transforms.h"
#undef NAME
#define CHOSEN(call)                                                                                                   \
  const ck_instructions set = ck_instruction_set();                                                                    \
  if (set >= CK_AVX512) call(v4);                                                                                      \
  else if (set == CK_AVX2) call(v3);                                                                                   \
  else call(base);
#else
#define TARGET
#define NAME(x) x##_base
#include "winograd_transforms.h"
#undef NAME
#define CHOSEN(call) call(base);
#endif
#undef TARGET
#undef LANES

void ck_winograd_input(ck_tiling t, size_t first, size_t count, float *v, size_t plane, const float *x, size_t c,
                       int doubled, const float *scale, const float *shift) {
#define INPUT(processor) winograd_input_##processor(t, first, count, v, plane, x, c, doubled, scale, shift)
  CHOSEN(INPUT)
}

void ck_winograd_output(ck_tiling t, size_t first, size_t count, float *y, size_t c, size_t c_first, size_t c_count,
                        const float *m, size_t plane, size_t width, const float *bias, const float *residual) {
#define OUTPUT(processor)                                                                                              \
  winograd_output_##processor(t, first, count, y, c, c_first, c_count, m, plane, width, bias, residual)
  CHOSEN(OUTPUT)
}

void ck_winograd_weights(size_t out, size_t line, float *u, size_t plane, const float *packed, size_t width,
                         size_t count) {
#define WEIGHTS(processor) winograd_weights_##processor(out, line, u, plane, packed, width, count)
  CHOSEN(WEIGHTS)
}
