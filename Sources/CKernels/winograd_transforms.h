/* Winograd's transforms for vectors of LANES channels, included by winograd.c once for each width of vectors with NAME(x), a
 * name for this width, and TARGET, the processors. */

#define lanes NAME(lanes)
typedef float lanes __attribute__((vector_size(LANES * sizeof(float)), aligned(sizeof(float))));

/* B^T of `out` + 2 vectors, `step` apart, in place or not. */
INLINE void NAME(input_1d)(const size_t out, lanes *y, size_t y_step, const lanes *d, size_t step) {
  const lanes d0 = d[0], d1 = d[step], d2 = d[2 * step], d3 = d[3 * step];
  if (out == 2) {
    y[0] = d0 - d2;
    y[y_step] = d1 + d2;
    y[2 * y_step] = d2 - d1;
    y[3 * y_step] = d1 - d3;
    return;
  }
  const lanes d4 = d[4 * step], d5 = d[5 * step];
  if (out == 4) {
    const lanes even = d4 - 4.0f * d2, odd = d3 - 4.0f * d1;
    const lanes even2 = d4 - d2, odd2 = 2.0f * (d3 - d1);
    y[0] = 4.0f * d0 - 5.0f * d2 + d4;
    y[y_step] = even + odd;
    y[2 * y_step] = even - odd;
    y[3 * y_step] = even2 + odd2;
    y[4 * y_step] = even2 - odd2;
    y[5 * y_step] = 4.0f * d1 - 5.0f * d3 + d5;
  } else {
    const lanes d6 = d[6 * step], d7 = d[7 * step];
    const lanes even = d2 + d6 - 4.25f * d4, odd = d1 + d5 - 4.25f * d3;
    const lanes even2 = d6 + 0.25f * d2 - 1.25f * d4, odd2 = 0.5f * d1 - 2.5f * d3 + 2.0f * d5;
    const lanes even3 = d6 + 4.0f * d2 - 5.0f * d4, odd3 = 2.0f * d1 - 2.5f * d3 + 0.5f * d5;
    y[0] = d0 - d6 + 5.25f * (d4 - d2);
    y[y_step] = even + odd;
    y[2 * y_step] = even - odd;
    y[3 * y_step] = even2 + odd2;
    y[4 * y_step] = even2 - odd2;
    y[5 * y_step] = even3 + odd3;
    y[6 * y_step] = even3 - odd3;
    y[7 * y_step] = d7 - d1 + 5.25f * (d3 - d5);
  }
}

/* A^T: `out` + 2 vectors, `step` apart, to `out`, `y_step` apart. */
INLINE void NAME(output_1d)(const size_t out, lanes *y, size_t y_step, const lanes *m, size_t step) {
  const lanes sum = m[step] + m[2 * step], difference = m[step] - m[2 * step];
  if (out == 2) {
    y[0] = m[0] + sum;
    y[y_step] = difference - m[3 * step];
    return;
  }
  const lanes sum2 = m[3 * step] + m[4 * step], difference2 = m[3 * step] - m[4 * step];
  if (out == 4) {
    y[0] = m[0] + sum + sum2;
    y[y_step] = difference + 2.0f * difference2;
    y[2 * y_step] = sum + 4.0f * sum2;
    y[3 * y_step] = difference + 8.0f * difference2 + m[5 * step];
  } else {
    const lanes sum3 = m[5 * step] + m[6 * step], difference3 = m[5 * step] - m[6 * step];
    y[0] = m[0] + sum + sum2 + sum3;
    y[y_step] = difference + 2.0f * difference2 + 0.5f * difference3;
    y[2 * y_step] = sum + 4.0f * sum2 + 0.25f * sum3;
    y[3 * y_step] = difference + 8.0f * difference2 + 0.125f * difference3;
    y[4 * y_step] = sum + 16.0f * sum2 + 0.0625f * sum3;
    y[5 * y_step] = difference + 32.0f * difference2 + 0.03125f * difference3 + m[7 * step];
  }
}

/* One pixel's lanes, activated; `count` of them are channels, the others become 0. */
INLINE void NAME(load)(float *restrict to, const float *restrict from, size_t count, const float *restrict scale,
                 const float *restrict shift) {
  if (count == LANES && scale)
    for (size_t k = 0; k < LANES; k++) to[k] = silu(from[k] * scale[k] + shift[k]);
  else if (count == LANES)
    for (size_t k = 0; k < LANES; k++) to[k] = from[k];
  else
    for (size_t k = 0; k < LANES; k++) to[k] = k >= count ? 0 : scale ? silu(from[k] * scale[k] + shift[k]) : from[k];
}

INLINE void NAME(store)(float *restrict to, const lanes *value, size_t count) {
  if (count == LANES)
    *(lanes *)to = *value;
  else
    for (size_t k = 0; k < count; k++) to[k] = (*value)[k];
}

/* Some neighbours of one row, which share their input: its activation, and the transform of its columns. `channels` of the lanes are
 * channels, all of them in most uses, and constant there. */
INLINE void NAME(input_run)(const size_t out, const size_t channels, size_t run, ptrdiff_t y0, ptrdiff_t x0, size_t h, size_t w,
                            float *restrict v, size_t plane, const float *restrict x, size_t c, int doubled,
                            const float *restrict scale, const float *restrict shift) {
  const size_t side = out + 2, columns = run * out + 2, room = (size_t)((ptrdiff_t)w - x0), inside = room < columns ? room : columns;
  lanes strip[MAX_TILE * (RUN * MAX_OUT + 2)];
  for (size_t i = 0; i < side; i++) {
    lanes *row = strip + i * columns;
    const ptrdiff_t y = y0 + (ptrdiff_t)i;
    const int is_outside = y < 0 || y >= (ptrdiff_t)h;
    const size_t left = x0 < 0, right = is_outside ? left : inside;
    for (size_t j = 0; j < left; j++) row[j] = (lanes){0};
    for (size_t j = right; j < columns; j++) row[j] = (lanes){0};
    const float *line = is_outside ? x : x + ((size_t)y >> doubled) * (w >> doubled) * c;
    for (size_t j = left; j < right; j++) {
      const float *from = line + ((size_t)(x0 + (ptrdiff_t)j) >> doubled) * c;
      /* The next run's, too scattered for the processor to guess. */
      __builtin_prefetch(from + (run * out >> doubled) * c);
      NAME(load)((float *)(row + j), from, channels, scale, shift);
    }
  }
  for (size_t j = 0; j < columns; j++) NAME(input_1d)(out, strip + j, columns, strip + j, columns);
  for (size_t i = 0; i < side; i++) {
    float *line = v + i * side * plane;
    const lanes *row = strip + i * columns;
    for (size_t tile = 0; tile < run; tile++, row += out, line += c) {
      lanes values[MAX_TILE];
      NAME(input_1d)(out, values, 1, row, 1);
      float *to = line;
      UNROLL for (size_t j = 0; j < side; j++, to += plane) NAME(store)(to, values + j, channels);
    }
  }
}

INLINE void NAME(input)(const size_t out, ck_tiling t, size_t first, size_t count, float *restrict v, size_t plane,
                        const float *restrict x, size_t c, int doubled, const float *restrict scale,
                        const float *restrict shift) {
  while (count > 0) {
    const size_t left = t.tiles_w - first % t.tiles_w, whole = left < RUN ? left : RUN, run = whole < count ? whole : count;
    const ptrdiff_t y0 = (ptrdiff_t)(first / t.tiles_w * out) - 1, x0 = (ptrdiff_t)(first % t.tiles_w * out) - 1;
    for (size_t c0 = 0; c0 < c; c0 += LANES) {
      const float *factors = scale ? scale + c0 : NULL, *offsets = scale ? shift + c0 : NULL;
      if (c - c0 >= LANES)
        NAME(input_run)(out, LANES, run, y0, x0, t.h, t.w, v + c0, plane, x + c0, c, doubled, factors, offsets);
      else
        NAME(input_run)(out, c - c0, run, y0, x0, t.h, t.w, v + c0, plane, x + c0, c, doubled, factors, offsets);
    }
    v += run * c, first += run, count -= run;
  }
}

TARGET static void NAME(winograd_input)(ck_tiling t, size_t first, size_t count, float *v, size_t plane, const float *x,
                                        size_t c, int doubled, const float *scale, const float *shift) {
  if (t.out == 2)
    NAME(input)(2, t, first, count, v, plane, x, c, doubled, scale, shift);
  else if (t.out == 4)
    NAME(input)(4, t, first, count, v, plane, x, c, doubled, scale, shift);
  else
    NAME(input)(6, t, first, count, v, plane, x, c, doubled, scale, shift);
}

INLINE void NAME(output)(const size_t out, ck_tiling t, size_t first, size_t count, float *restrict y, size_t c,
                         size_t c_first, size_t c_count, const float *restrict m, size_t plane, size_t width,
                         const float *restrict bias, const float *restrict residual) {
  const size_t h = t.h, w = t.w, tiles_w = t.tiles_w;
  const size_t side = out + 2;
  lanes column[MAX_TILE], rows[MAX_OUT * MAX_TILE], row[MAX_OUT];
  for (size_t tile = first; tile < first + count; tile++, m += width) {
    const size_t y0 = tile / tiles_w * out, x0 = tile % tiles_w * out;
    const size_t height = h - y0 < out ? h - y0 : out, columns = w - x0 < out ? w - x0 : out;
    for (size_t c0 = 0; c0 < c_count; c0 += LANES) {
      const size_t channels = c_count - c0 < LANES ? c_count - c0 : LANES;
      lanes offset = {0};
      for (size_t k = 0; k < channels; k++) offset[k] = bias[c_first + c0 + k];
      for (size_t j = 0; j < side; j++) {
        for (size_t i = 0; i < side; i++) column[i] = *(const lanes *)(m + (i * side + j) * plane + c0);
        NAME(output_1d)(out, rows + j, side, column, 1);
      }
      for (size_t i = 0; i < height; i++) {
        NAME(output_1d)(out, row, 1, rows + i * side, 1);
        for (size_t j = 0; j < columns; j++) {
          const size_t at = ((y0 + i) * w + x0 + j) * c + c_first + c0;
          lanes value = row[j] + offset;
          __builtin_prefetch(y + at + out * c, 1);
          if (residual) {
            lanes other;
            __builtin_prefetch(residual + at + out * c);
            NAME(load)((float *)&other, residual + at, channels, NULL, NULL);
            value += other;
          }
          NAME(store)(y + at, &value, channels);
        }
      }
    }
  }
}

TARGET static void NAME(winograd_output)(ck_tiling t, size_t first, size_t count, float *y, size_t c, size_t c_first,
                                         size_t c_count, const float *m, size_t plane, size_t width, const float *bias,
                                         const float *residual) {
  if (t.out == 2)
    NAME(output)(2, t, first, count, y, c, c_first, c_count, m, plane, width, bias, residual);
  else if (t.out == 4)
    NAME(output)(4, t, first, count, y, c, c_first, c_count, m, plane, width, bias, residual);
  else
    NAME(output)(6, t, first, count, y, c, c_first, c_count, m, plane, width, bias, residual);
}

/* G of three vectors, giving `out` + 2. */
INLINE void NAME(weights_1d)(const size_t out, lanes *y, const lanes *w) {
  const lanes w0 = w[0], w1 = w[1], w2 = w[2];
  if (out == 2) {
    const lanes ends = (w0 + w2) * 0.5f, middle = w1 * 0.5f;
    y[0] = w0;
    y[1] = ends + middle;
    y[2] = ends - middle;
    y[3] = w2;
  } else if (out == 4) {
    const lanes ends = (w0 + w2) * (-1.0f / 6), middle = w1 * (1.0f / 6);
    const lanes ends2 = w0 * (1.0f / 24) + w2 * (1.0f / 6), middle2 = w1 * (1.0f / 12);
    y[0] = w0 * (1.0f / 4);
    y[1] = ends - middle;
    y[2] = ends + middle;
    y[3] = ends2 + middle2;
    y[4] = ends2 - middle2;
    y[5] = w2;
  } else {
    const lanes ends = (w0 + w2) * (-2.0f / 9), middle = w1 * (2.0f / 9);
    const lanes ends2 = w0 * (1.0f / 90) + w2 * (2.0f / 45), middle2 = w1 * (1.0f / 45);
    const lanes ends3 = w0 * (32.0f / 45) + w2 * (8.0f / 45), middle3 = w1 * (16.0f / 45);
    y[0] = w0;
    y[1] = ends - middle;
    y[2] = ends + middle;
    y[3] = ends2 + middle2;
    y[4] = ends2 - middle2;
    y[5] = ends3 + middle3;
    y[6] = ends3 - middle3;
    y[7] = w2;
  }
}

INLINE void NAME(weights)(const size_t out, const size_t line, float *restrict u, size_t plane,
                          const float *restrict packed, size_t width, size_t count) {
  const size_t side = out + 2;
  for (size_t i = 0; i < count; i++)
    for (size_t o = 0; o < width; o += LANES) {
      /* The first line of a tile needs few of the weights that the next ones do. */
      if (line == 0)
        for (size_t k = 0; k < 9; k++) __builtin_prefetch(packed + (9 * (i + AHEAD) + k) * width + o);
      lanes row[3], full[MAX_TILE];
      /* Compilers leave out all but one line of the columns' transforms. */
      for (size_t j = 0; j < 3; j++) {
        lanes taps[3];
        for (size_t k = 0; k < 3; k++) taps[k] = *(const lanes *)(packed + (9 * i + 3 * k + j) * width + o);
        NAME(weights_1d)(out, full, taps);
        row[j] = full[line];
      }
      NAME(weights_1d)(out, full, row);
      for (size_t j = 0; j < side; j++) *(lanes *)(u + j * plane + i * width + o) = full[j];
    }
}

TARGET static void NAME(winograd_weights)(size_t out, size_t line, float *u, size_t plane, const float *packed,
                                          size_t width, size_t count) {
#define LINE(m, n)                                                                                                     \
  case n: NAME(weights)(m, n, u, plane, packed, width, count); break
  if (out == 2)
    switch (line) { LINE(2, 0); LINE(2, 1); LINE(2, 2); LINE(2, 3); }
  else if (out == 4)
    switch (line) { LINE(4, 0); LINE(4, 1); LINE(4, 2); LINE(4, 3); LINE(4, 4); LINE(4, 5); }
  else
    switch (line) { LINE(6, 0); LINE(6, 1); LINE(6, 2); LINE(6, 3); LINE(6, 4); LINE(6, 5); LINE(6, 6); LINE(6, 7); }
#undef LINE
}

#undef lanes
