/* Numbers of 16 bits with the range of float, and the blocks that products of them are made of. */
#ifndef BFLOAT16_H
#define BFLOAT16_H

#include <string.h>

#include "clones.h"

/* Rounded to nearest, to even at a tie; a NaN stays one. */
INLINE ck_bf16 rounded(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  const uint32_t nearest = (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
  return (ck_bf16)((bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : nearest);
}

INLINE float widened(ck_bf16 x) {
  const uint32_t bits = (uint32_t)x << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* A tile of a left factor is 16 rows of DEPTH elements; one of a right factor DEPTH rows of 16 columns, two rows to a line: [DEPTH / 2][16][2].
 * Two of the latter, 32 columns, lie together. */
enum { TILE = 16, DEPTH = CK_BF16_DEPTH, COLUMNS = CK_BF16_COLUMNS, RIGHT = DEPTH * TILE };

/* What a block of 2 x TILE rows and COLUMNS columns sums up: for `taps_y` lines of `chunks` pieces of DEPTH channels, each for `taps_x` pixels. */
typedef struct {
  size_t taps_y, chunks, taps_x;
  /* Elements from one line, one pixel and one row of the block to the next. */
  size_t line, pixel, row;
} block_shape;

/* sums [2][TILE][COLUMNS] of the rows that begin at a[0] and at a[1]. */
typedef void block(float *sums, const block_shape *shape, const ck_bf16 *const a[2], const ck_bf16 *b);

/* What happens to a number before it is rounded: times a scale plus a shift of its channel, then SiLU. */
typedef enum { AS_IT_IS, AFFINE, ACTIVATED } conversion;
/* to [rows][filled] = from [rows][c], filled up with zeros; from is float, or half, whose rows are as long as those of to. */
typedef void convert_rows(conversion kind, ck_bf16 *to, size_t filled, const float *from, const ck_bf16 *half, size_t rows, size_t c,
                          const float *scale, const float *shift);
/* to [COLUMNS] = sums [COLUMNS] plus bias [COLUMNS], after GELU if asked for, for so many rows. */
typedef void round_rows(ck_bf16 *to, size_t distance, const float *sums, const float *bias, size_t rows, int gelu);

/* The best that the processor has. Between begin and end one thread may call `multiply`. */
typedef struct {
  block *multiply;
  void (*begin)(void), (*end)(void);
  convert_rows *convert;
  round_rows *round;
} block_unit;
block_unit ck_block_unit(void);

convert_rows ck_convert_rows;
round_rows ck_round_rows;

#endif
