#include <math.h>

#include "bfloat16.h"
#include "softmax.h"

/* What one head of a window needs, in floats: scores of 2 x TILE queries, a row of them, the queries' factors, and in bfloat16 their
 * exponentials, keys and values. */
enum { QUERIES = 2 * TILE };
INLINE size_t filled(size_t tokens) { return (tokens + COLUMNS - 1) / COLUMNS * COLUMNS; }

size_t ck_bf16_window_scratch(size_t tokens, size_t dim) {
  const size_t all = filled(tokens);
  return QUERIES * all + all + QUERIES + (QUERIES * all + 2 * all * filled(dim)) / 2;
}

/* exponentials [count][filled(tokens)] and factors [count] of the softmax of scores, which lie in squares of COLUMNS. */
KERNEL(static void, window_softmax,
       (ck_bf16 *restrict exponents, float *restrict factors, const float *restrict scores, float *restrict row, size_t count, size_t tokens,
        float scale, const float *restrict bias, const float *restrict mask),
       (exponents, factors, scores, row, count, tokens, scale, bias, mask)) {
  const size_t all = filled(tokens);
  for (size_t i = 0; i < count; i++, exponents += all) {
    for (size_t panel = 0; panel < all; panel += COLUMNS)
      for (size_t j = 0; j < COLUMNS; j++) row[panel + j] = scores[panel * QUERIES + i * COLUMNS + j];
    if (mask)
      for (size_t j = 0; j < tokens; j++) row[j] = row[j] * scale + (bias[i * tokens + j] + mask[i * tokens + j]);
    else
      for (size_t j = 0; j < tokens; j++) row[j] = row[j] * scale + bias[i * tokens + j];
    factors[i] = 1.0f / exponentials(row, tokens, largest_of(row, tokens, -INFINITY));
    for (size_t j = tokens; j < all; j++) row[j] = 0;
    for (size_t j = 0; j < all; j++) exponents[j] = rounded(row[j]);
  }
}

KERNEL(static void, scaled_rows,
       (ck_bf16 *restrict out, size_t distance, const float *restrict sums, const float *restrict factors, size_t count),
       (out, distance, sums, factors, count)) {
  for (size_t i = 0; i < count; i++)
    for (size_t j = 0; j < COLUMNS; j++) out[i * distance + j] = rounded(sums[i * COLUMNS + j] * factors[i]);
}

void ck_bf16_window_attention(ck_bf16 *restrict out, size_t out_distance, const ck_bf16 *restrict qkv, size_t distance, size_t tokens,
                              size_t c, size_t heads, float scale, const float *restrict bias, const float *restrict mask,
                              float *restrict scratch) {
  const block_unit unit = ck_block_unit();
  const size_t dim = c / heads, all = filled(tokens);
  float *scores = scratch, *row = scores + QUERIES * all, *factors = row + all;
  ck_bf16 *exponents = (ck_bf16 *)(void *)(factors + QUERIES), *keys = exponents + QUERIES * all, *values = keys + all * dim;
  const block_shape over_channels = {.taps_y = 1, .chunks = dim / DEPTH, .taps_x = 1, .row = distance};
  const block_shape over_tokens = {.taps_y = 1, .chunks = all / DEPTH, .taps_x = 1, .row = all};
  float sums[QUERIES * COLUMNS] __attribute__((aligned(64)));
  unit.begin();
  for (size_t head = 0; head < heads; head++) {
    const ck_bf16 *query = qkv + head * dim;
    for (size_t panel = 0; panel < all / COLUMNS; panel++)
      ck_bf16_pack_columns(keys + panel * COLUMNS * dim, query + c, distance, tokens, dim, panel);
    for (size_t panel = 0; panel < dim / COLUMNS; panel++)
      ck_bf16_pack_rows(values + panel * COLUMNS * all, query + 2 * c, distance, dim, tokens, panel);
    for (size_t first = 0; first < tokens; first += QUERIES) {
      const size_t count = tokens - first < QUERIES ? tokens - first : QUERIES, place = (head * tokens + first) * tokens;
      const ck_bf16 *const queries[2] = {query + first * distance, query + (first + TILE) * distance};
      for (size_t panel = 0; panel < all / COLUMNS; panel++)
        unit.multiply(scores + panel * COLUMNS * QUERIES, &over_channels, queries, keys + panel * COLUMNS * dim);
      window_softmax(exponents, factors, scores, row, count, tokens, scale, bias + place, mask ? mask + first * tokens : NULL);
      const ck_bf16 *const rows[2] = {exponents, exponents + TILE * all};
      for (size_t panel = 0; panel < dim / COLUMNS; panel++) {
        unit.multiply(sums, &over_tokens, rows, values + panel * COLUMNS * all);
        scaled_rows(out + first * out_distance + head * dim + panel * COLUMNS, out_distance, sums, factors, count);
      }
    }
  }
  unit.end();
}
