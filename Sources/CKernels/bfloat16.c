#include "bfloat16.h"

#include "functions.h"
#include "transpose.h"

/* Convolutions and products with factors in bfloat16 and sums in float. A convolution is one product: as the pixels of the padded plane
 * lie one after the other, a tap moves the rows of the left factor by a number of pixels, and no matrix of patches is made. */

INLINE void convert(const conversion kind, ck_bf16 *restrict to, size_t filled, const float *restrict from, const ck_bf16 *restrict half,
                    size_t rows, size_t c, const float *restrict scale, const float *restrict shift) {
  for (size_t r = 0; r < rows; r++, to += filled) {
    for (size_t i = 0; i < c; i++) {
      const float given = half ? widened(half[r * filled + i]) : from[r * c + i];
      const float x = kind == AS_IT_IS ? given : given * scale[i] + shift[i];
      to[i] = rounded(kind == ACTIVATED ? silu(x) : x);
    }
    for (size_t i = c; i < filled; i++) to[i] = 0;
  }
}

KERNEL(void, ck_convert_rows,
       (conversion kind, ck_bf16 *restrict to, size_t filled, const float *restrict from, const ck_bf16 *restrict half, size_t rows, size_t c,
        const float *restrict scale, const float *restrict shift),
       (kind, to, filled, from, half, rows, c, scale, shift)) {
  switch (kind) {
  case AS_IT_IS: convert(AS_IT_IS, to, filled, from, half, rows, c, scale, shift); break;
  case AFFINE: convert(AFFINE, to, filled, from, half, rows, c, scale, shift); break;
  case ACTIVATED: convert(ACTIVATED, to, filled, from, half, rows, c, scale, shift);
  }
}

KERNEL(void, ck_round_rows,
       (ck_bf16 *restrict to, size_t distance, const float *restrict sums, const float *restrict bias, size_t rows, int gelu_too),
       (to, distance, sums, bias, rows, gelu_too)) {
  for (size_t i = 0; i < rows; i++, to += distance, sums += COLUMNS)
    if (gelu_too)
      for (size_t j = 0; j < COLUMNS; j++) to[j] = rounded(gelu(sums[j] + bias[j]));
    else
      for (size_t j = 0; j < COLUMNS; j++) to[j] = rounded(sums[j] + bias[j]);
}

void ck_bf16_rows(ck_bf16 *to, size_t filled, const float *from, size_t rows, size_t c, const float *scale, const float *shift) {
  ck_block_unit().convert(scale ? AFFINE : AS_IT_IS, to, filled, from, NULL, rows, c, scale, shift);
}

void ck_bf16_plane(ck_bf16 *restrict to, size_t filled, const float *restrict x, const ck_bf16 *restrict half, size_t h, size_t w, size_t c, size_t before, size_t after,
                   int doubled, const float *restrict scale, const float *restrict shift, size_t first, size_t count) {
  convert_rows *const convert = ck_block_unit().convert;
  const size_t zoom = doubled ? 2 : 1, pitch = (w * zoom + before + after) * filled, pixel = filled * sizeof *to;
  for (size_t line = first; line < first + count; line++, to += pitch) {
    if (line < before || line >= before + h * zoom) {
      memset(to, 0, pitch * sizeof *to);
      continue;
    }
    memset(to, 0, before * pixel);
    memset(to + pitch - after * filled, 0, after * pixel);
    const size_t y = (line - before) / zoom;
    ck_bf16 *inner = to + before * filled;
    /* The second of two equal lines is a copy, if the first one was made here. */
    if (doubled && line > first && (line - before) % 2) {
      memcpy(inner, inner - pitch, w * zoom * pixel);
      continue;
    }
    convert(scale ? ACTIVATED : AS_IT_IS, inner, filled, half ? NULL : x + y * w * c, half ? half + y * w * filled : NULL, w, c, scale, shift);
    for (size_t i = doubled ? w : 0; i-- > 0;) {
      memmove(inner + 2 * i * filled, inner + i * filled, pixel);
      memcpy(inner + (2 * i + 1) * filled, inner + 2 * i * filled, pixel);
    }
  }
}

void ck_bf16_pack(ck_bf16 *restrict packed, const float *restrict weights, size_t n, size_t in, size_t kernel, size_t panel) {
  const size_t chunks = (in + DEPTH - 1) / DEPTH, taps = kernel * kernel, start = panel * COLUMNS, size = chunks * taps * 2 * RIGHT;
  memset(packed, 0, size * sizeof *packed);
  for (size_t j = 0; j < COLUMNS && start + j < n; j++) {
    const float *restrict from = weights + (start + j) * in * taps;
    ck_bf16 *restrict column = packed + j / TILE * RIGHT + j % TILE * 2;
    for (size_t c = 0; c < in; c++)
      for (size_t t = 0; t < taps; t++) {
        const size_t step = (t / kernel * chunks + c / DEPTH) * kernel + t % kernel;
        column[step * 2 * RIGHT + c % DEPTH / 2 * 2 * TILE + c % 2] = rounded(from[c * taps + t]);
      }
  }
}

void ck_bf16_pack_columns(ck_bf16 *restrict packed, const ck_bf16 *restrict rows, size_t distance, size_t n, size_t in, size_t panel) {
  const size_t start = panel * COLUMNS, chunks = (in + DEPTH - 1) / DEPTH;
  for (size_t k = 0; k < chunks; k++)
    for (size_t half = 0; half < 2; half++, packed += RIGHT) {
      const size_t first = start + half * TILE, there = first >= n ? 0 : n - first < TILE ? n - first : TILE;
      const ck_bf16 *from = rows + first * distance + k * DEPTH;
      if (there == TILE) {
        ck_transpose_pairs(packed, from, distance);
        continue;
      }
      memset(packed, 0, RIGHT * sizeof *packed);
      for (size_t j = 0; j < there; j++)
        for (size_t p = 0; p < DEPTH; p += 2) memcpy(packed + p * TILE + 2 * j, from + j * distance + p, 2 * sizeof *packed);
    }
}

KERNEL(void, ck_transpose_pairs, (ck_bf16 *restrict packed, const ck_bf16 *restrict rows, size_t distance), (packed, rows, distance)) {
  /* A pair is moved as a float would be. */
  transpose_squares((float *)(void *)packed, TILE, (const float *)(const void *)rows, distance / 2, TILE);
}

KERNEL(void, ck_bf16_pack_rows,
       (ck_bf16 *restrict packed, const ck_bf16 *restrict rows, size_t distance, size_t n, size_t in, size_t panel),
       (packed, rows, distance, n, in, panel)) {
  const size_t start = panel * COLUMNS, chunks = (in + DEPTH - 1) / DEPTH;
  for (size_t k = 0; k < chunks; k++)
    for (size_t half = 0; half < 2; half++) {
      const size_t first = start + half * TILE, there = first >= n ? 0 : n - first < TILE ? n - first : TILE;
      for (size_t p = k * DEPTH; p < (k + 1) * DEPTH; p += 2, packed += 2 * TILE) {
        const ck_bf16 *upper = rows + p * distance + first, *lower = upper + distance;
        if (p + 1 < in && there == TILE)
          for (size_t j = 0; j < TILE; j++) packed[2 * j] = upper[j], packed[2 * j + 1] = lower[j];
        else
          for (size_t j = 0; j < TILE; j++) {
            packed[2 * j] = p < in && j < there ? upper[j] : 0;
            packed[2 * j + 1] = p + 1 < in && j < there ? lower[j] : 0;
          }
      }
    }
}

/* total [2][columns], from `column` on, gets the sums of rows [count][COLUMNS], no more than a tile, and of their squares. */
INLINE void add_up(double *total, size_t columns, size_t column, const float *restrict some, const float *restrict squares) {
  for (size_t j = 0; j < COLUMNS && column + j < columns; j++)
    total[column + j] += some[j], total[columns + column + j] += squares[j];
}

/* Rows [from, end) of a block that lie one after the other in the result, from `place` on. */
INLINE void store(const ck_bf16_product *p, const float *restrict sums, size_t from, size_t end, size_t place, size_t column, double *total) {
  const size_t n = p->columns, count = n - column < COLUMNS ? n - column : COLUMNS;
  float bias[COLUMNS] = {0};
  if (p->bias) memcpy(bias, p->bias + column, count * sizeof *bias);
  sums += from * COLUMNS;
  if (p->half) {
    ck_block_unit().round(p->half + place * p->half_channels + column, p->half_channels, sums, bias, end - from, p->gelu);
    float some[COLUMNS] = {0}, squares[COLUMNS] = {0};
    for (size_t i = from; total && i < end; i++, sums += COLUMNS)
      for (size_t j = 0; j < COLUMNS; j++) {
        const float x = sums[j] + bias[j];
        some[j] += x, squares[j] += x * x;
      }
    if (total) add_up(total, n, column, some, squares);
    return;
  }
  float some[COLUMNS] = {0}, squares[COLUMNS] = {0};
  for (size_t i = from; i < end; i++, sums += COLUMNS, place++) {
    const size_t row = p->places ? (size_t)p->places[place] : place;
    float *y = p->y + row * n + column;
    const float *residual = p->residual ? p->residual + row * n + column : NULL;
    float x[COLUMNS];
    for (size_t j = 0; j < COLUMNS; j++) x[j] = sums[j] + bias[j];
    if (count == COLUMNS) {
      if (residual)
        for (size_t j = 0; j < COLUMNS; j++) x[j] += residual[j];
      for (size_t j = 0; j < COLUMNS; j++) y[j] = x[j];
    } else
      for (size_t j = 0; j < count; j++) y[j] = x[j] += residual ? residual[j] : 0;
    for (size_t j = 0; j < COLUMNS; j++) some[j] += x[j], squares[j] += x[j] * x[j];
  }
  if (total) add_up(total, n, column, some, squares);
}

/* Tiles go along the rows of the result where these are whole tiles; otherwise over all pixels of the padded plane, of which those beyond a row's
 * end are not stored: fewer rows of tiles are in vain. */
INLINE int goes_along_rows(const ck_bf16_product *p) { return p->stride > 1 || (p->kernel > 1 && p->width % TILE == 0); }

INLINE size_t tiles_of_row(const ck_bf16_product *p) { return (p->width + TILE - 1) / TILE; }

INLINE size_t tiles_of(const ck_bf16_product *p) {
  return goes_along_rows(p) ? p->height * tiles_of_row(p) : (p->height * p->pitch + TILE - 1) / TILE;
}

size_t ck_bf16_blocks(const ck_bf16_product *p) { return (tiles_of(p) + 1) / 2; }

KERNEL(static void, store_tile, (const ck_bf16_product *p, const float *restrict sums, size_t tile, size_t column, double *total),
       (p, sums, tile, column, total)) {
  if (goes_along_rows(p)) {
    const size_t y = tile / tiles_of_row(p), x = tile % tiles_of_row(p) * TILE;
    store(p, sums, 0, p->width - x < TILE ? p->width - x : TILE, y * p->width + x, column, total);
    return;
  }
  size_t y = tile * TILE / p->pitch, x = tile * TILE % p->pitch;
  for (size_t i = 0; i < TILE && y < p->height;) {
    const size_t left = p->pitch - x, run = left < TILE - i ? left : TILE - i;
    if (x < p->width) store(p, sums, i, i + (p->width - x < run ? p->width - x : run), y * p->width + x, column, total);
    i += run, x += run;
    if (x == p->pitch) x = 0, y++;
  }
}

void ck_bf16_multiply(const ck_bf16_product *p, size_t first, size_t count, size_t first_panel, size_t panels, double *total) {
  const block_unit unit = ck_block_unit();
  const size_t tiles = tiles_of(p);
  const block_shape shape = {
      .taps_y = p->kernel, .chunks = p->channels / DEPTH, .taps_x = p->kernel,
      .line = p->pitch * p->channels, .pixel = p->channels, .row = p->stride * p->channels,
  };
  const size_t panel_size = shape.taps_y * shape.chunks * shape.taps_x * 2 * RIGHT;
  float sums[2 * TILE * COLUMNS] __attribute__((aligned(64)));
  unit.begin();
  for (size_t panel = first_panel; panel < first_panel + panels; panel++)
    for (size_t block = first; block < first + count; block++) {
      const ck_bf16 *a[2];
      for (size_t i = 0; i < 2; i++) {
        /* An odd last tile is multiplied twice. */
        const size_t tile = 2 * block + i < tiles ? 2 * block + i : 2 * block;
        const size_t pixel = goes_along_rows(p) ? p->stride * (tile / tiles_of_row(p) * p->pitch + tile % tiles_of_row(p) * TILE) : tile * TILE;
        a[i] = p->a + pixel * p->channels;
      }
      unit.multiply(sums, &shape, a, p->b + panel * panel_size);
      for (size_t i = 0; i < 2 && 2 * block + i < tiles; i++)
        store_tile(p, sums + i * TILE * COLUMNS, 2 * block + i, panel * COLUMNS, total);
    }
  unit.end();
}
