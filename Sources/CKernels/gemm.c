#include <string.h>

#include "CKernels.h"
#include "clones.h"
#include "transpose.h"

/* C = A * B with B packed once, for weights: OpenBLAS packs both factors anew for each product, which for the products of
 * these networks (few rows, or short rows) costs a tenth of the time.
 *
 * B is cut into panels of as many columns as fill COLUMNS vector registers; C is made in pieces of up to ROWS rows of one
 * panel, all of it in registers, from one pass over the rows of A as they lie. */

/* Steps of k in a row, for which the addresses of rows are worked out once; and those in a cache line of A. */
enum { STEPS = 4, LINE = 16 };

/* The compiler knows nothing of how the pointer came about: it takes the next rows from it rather than add up distances. */
#define OPAQUE(pointer) __asm__("" : "+r"(pointer))
/* Loads stay behind it: those of several steps at once do not fit into the registers. */
#define STEP_ENDS __asm__ volatile("" ::: "memory")

/* One piece: acc[i] = c[i] or bias or 0, plus a[i] * b. `rows` is constant in every use, so that acc lies in registers. */
#define DEFINE_PIECE(NAME, WIDTH, VECTORS, ROWS)                                                                       \
  typedef float NAME##_vector __attribute__((vector_size(WIDTH * sizeof(float)), aligned(sizeof(float))));             \
  INLINE void NAME##_step(const size_t rows, NAME##_vector acc[ROWS][VECTORS], const float *const *threes, size_t s,    \
                          size_t lda, const float *restrict b) {                                                       \
    NAME##_vector column[VECTORS];                                                                                     \
    UNROLL for (size_t v = 0; v < VECTORS; v++) column[v] = *(const NAME##_vector *)(b + v * WIDTH);                   \
    UNROLL for (size_t i = 0; i < rows; i++) {                                                                         \
      const float element = threes[i / 3][i % 3 * lda + s];                                                            \
      UNROLL for (size_t v = 0; v < VECTORS; v++) acc[i][v] += element * column[v];                                    \
    }                                                                                                                  \
    STEP_ENDS;                                                                                                         \
  }                                                                                                                    \
  INLINE void NAME##_piece(const size_t rows, size_t k, const float *restrict a, size_t lda, size_t next, const float *restrict b,  \
                           size_t ldb, const float *restrict bias, float *restrict c, size_t ldc, int adding) {       \
    NAME##_vector acc[ROWS][VECTORS];                                                                                  \
    UNROLL for (size_t i = 0; i < rows; i++) UNROLL for (size_t v = 0; v < VECTORS; v++) {                             \
      acc[i][v] = (NAME##_vector){0};                                                                                  \
      if (adding) acc[i][v] = *(const NAME##_vector *)(c + i * ldc + v * WIDTH);                                       \
      if (bias) acc[i][v] = *(const NAME##_vector *)(bias + v * WIDTH);                                                \
    }                                                                                                                  \
    const float *threes[(ROWS + 2) / 3];                                                                               \
    UNROLL for (size_t i = 0; i < rows; i += 3) threes[i / 3] = a + i * lda;                                           \
    while (k > 0) {                                                                                                    \
      const size_t line = k < LINE ? k : LINE;                                                                         \
      UNROLL for (size_t i = 0; i < rows; i++) __builtin_prefetch(threes[i / 3] + i % 3 * lda + next, 0, 2);           \
      size_t p = line;                                                                                                 \
      _Pragma("clang loop unroll(disable)") for (; p >= STEPS; p -= STEPS) {                                           \
        UNROLL for (size_t i = 0; i < rows; i += 3) OPAQUE(threes[i / 3]);                                             \
        UNROLL for (size_t s = 0; s < STEPS; s++, b += ldb) NAME##_step(rows, acc, threes, s, lda, b);                 \
        UNROLL for (size_t i = 0; i < rows; i += 3) threes[i / 3] += STEPS;                                            \
      }                                                                                                                \
      _Pragma("clang loop unroll(disable)") for (; p > 0; p--, b += ldb) {                                             \
        NAME##_step(rows, acc, threes, 0, lda, b);                                                                     \
        UNROLL for (size_t i = 0; i < rows; i += 3) threes[i / 3]++;                                                   \
      }                                                                                                                \
      k -= line;                                                                                                       \
    }                                                                                                                  \
    UNROLL for (size_t i = 0; i < rows; i++)                                                                           \
        UNROLL for (size_t v = 0; v < VECTORS; v++) *(NAME##_vector *)(c + i * ldc + v * WIDTH) = acc[i][v];           \
  }

typedef void piece(size_t k, const float *a, size_t lda, size_t next, const float *b, size_t ldb, const float *bias, float *c,
                   size_t ldc, int adding);
#define DEFINE_ROWS(NAME, TARGET, N)                                                                                   \
  TARGET static void NAME##_##N(size_t k, const float *a, size_t lda, size_t next, const float *b, size_t ldb, const float *bias,   \
                                float *c, size_t ldc, int adding) {                                                    \
    NAME##_piece(N, k, a, lda, next, b, ldb, bias, c, ldc, adding);                                                          \
  }
#define DEFINE_2(NAME, TARGET) DEFINE_ROWS(NAME, TARGET, 1) DEFINE_ROWS(NAME, TARGET, 2)
#define DEFINE_6(NAME, TARGET)                                                                                         \
  DEFINE_2(NAME, TARGET)                                                                                               \
  DEFINE_ROWS(NAME, TARGET, 3)                                                                                         \
  DEFINE_ROWS(NAME, TARGET, 4) DEFINE_ROWS(NAME, TARGET, 5) DEFINE_ROWS(NAME, TARGET, 6)
#define DEFINE_12(NAME, TARGET)                                                                                        \
  DEFINE_6(NAME, TARGET)                                                                                               \
  DEFINE_ROWS(NAME, TARGET, 7) DEFINE_ROWS(NAME, TARGET, 8) DEFINE_ROWS(NAME, TARGET, 9)                               \
  DEFINE_ROWS(NAME, TARGET, 10) DEFINE_ROWS(NAME, TARGET, 11) DEFINE_ROWS(NAME, TARGET, 12)

/* What a kind of processor uses: pieces[i] has i + 1 rows. */
typedef struct {
  size_t columns, rows;
  piece *const *pieces;
} kernel;

#if defined(__x86_64__)
/* Of 32 registers 24 hold a piece of 12 x 32; of 16 registers 12 hold one of 6 x 16, or 8 one of 2 x 16 without FMA. */
DEFINE_PIECE(v4, 16, 2, 12)
DEFINE_12(v4, V4)
DEFINE_PIECE(v3, 8, 2, 6)
DEFINE_6(v3, V3)
DEFINE_PIECE(base, 4, 4, 2)
DEFINE_2(base, )

static kernel chosen(void) {
  static piece *const v4[] = {v4_1, v4_2, v4_3, v4_4, v4_5, v4_6, v4_7, v4_8, v4_9, v4_10, v4_11, v4_12};
  static piece *const v3[] = {v3_1, v3_2, v3_3, v3_4, v3_5, v3_6};
  static piece *const base[] = {base_1, base_2};
  const ck_instructions set = ck_instruction_set();
  if (set >= CK_AVX512) return (kernel){32, 12, v4};
  return set == CK_AVX2 ? (kernel){16, 6, v3} : (kernel){16, 2, base};
}
#else
/* NEON: of 32 registers 24 hold a piece of 6 x 16. */
DEFINE_PIECE(base, 4, 4, 6)
DEFINE_6(base, )

static kernel chosen(void) {
  static piece *const base[] = {base_1, base_2, base_3, base_4, base_5, base_6};
  return (kernel){16, 6, base};
}
#endif

enum { WIDEST = 32 };

size_t ck_gemm_columns(void) { return chosen().columns; }

int ck_gemm_is_tuned(void) { return ck_instruction_set() != CK_BASELINE; }

/* All rows of one whole panel, in pieces of even size. */
static void panel(kernel with, size_t m, size_t k, const float *a, size_t lda, const float *b, size_t ldb,
                  const float *bias, float *c, size_t ldc, int adding) {
  /* Of so many rows of B a panel stays in the cache while the rows of A pass by. */
  enum { DEPTH = 512 };
  for (size_t p = 0; p < k; p += DEPTH) {
    const size_t depth = k - p < DEPTH ? k - p : DEPTH;
    for (size_t i = 0, pieces = (m + with.rows - 1) / with.rows; pieces > 0; pieces--) {
      const size_t rows = (m - i + pieces - 1) / pieces;
      with.pieces[rows - 1](depth, a + i * lda + p, lda, pieces > 1 ? rows * lda : 0, b + p * ldb, ldb, p ? NULL : bias, c + i * ldc, ldc,
                            p > 0 || adding);
      i += rows;
    }
  }
}

void ck_gemm_panel(float *restrict c, size_t ldc, size_t columns, const float *restrict a, size_t lda, size_t m,
                   const float *restrict b, size_t ldb, size_t k, const float *restrict bias, int adding) {
  const kernel with = chosen();
  if (columns == with.columns) {
    panel(with, m, k, a, lda, b, ldb, bias, c, ldc, adding);
    return;
  }
  /* The last panel of a matrix is filled up with zeros; only its columns go into C. */
  enum { ROWS = 24 };
  float padded[WIDEST] = {0}, rows[ROWS * WIDEST] = {0};
  if (bias) memcpy(padded, bias, columns * sizeof *padded);
  for (size_t first = 0; first < m; first += ROWS) {
    const size_t count = m - first < ROWS ? m - first : ROWS;
    if (adding)
      for (size_t i = 0; i < count; i++) memcpy(rows + i * WIDEST, c + (first + i) * ldc, columns * sizeof *rows);
    panel(with, count, k, a + first * lda, lda, b, ldb, adding ? NULL : padded, rows, WIDEST, adding);
    for (size_t i = 0; i < count; i++) memcpy(c + (first + i) * ldc, rows + i * WIDEST, columns * sizeof *rows);
  }
}

KERNEL(static void, transpose, (float *restrict to, size_t width, const float *restrict from, size_t distance, size_t count),
       (to, width, from, distance, count)) {
  transpose_squares(to, width, from, distance, count);
}

void ck_gemm_pack(float *restrict packed, size_t width, const float *restrict weights, size_t ld, size_t n, size_t in, size_t taps,
                  size_t panel) {
  const size_t start = panel * width, count = n - start < width ? n - start : width;
  float *restrict to = packed + start * in * taps;
  if (taps == 1 && count == width && in % 8 == 0) {
    transpose(to, width, weights + start * ld, ld, in);
    return;
  }
  for (size_t i = 0; i < in; i++)
    for (size_t t = 0; t < taps; t++, to += width) {
      const float *restrict from = weights + start * ld + i * taps + t;
      for (size_t j = 0; j < count; j++) to[j] = from[j * ld];
      for (size_t j = count; j < width; j++) to[j] = 0;
    }
}

void ck_gemm_pack_rows(float *restrict packed, size_t width, const float *restrict b, size_t ldb, size_t k, size_t n,
                       size_t panel) {
  const size_t start = panel * width, count = n - start < width ? n - start : width;
  float *restrict to = packed + start * k;
  for (size_t p = 0; p < k; p++, to += width) {
    memcpy(to, b + p * ldb + start, count * sizeof *to);
    memset(to + count, 0, (width - count) * sizeof *to);
  }
}
