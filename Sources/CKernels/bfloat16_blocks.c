#include "bfloat16.h"

/* The same sums three times: by matrix units (AMX), by vectors (AVX512-BF16), and for every processor. They differ in the order
 * in which pairs are added, and in numbers below 2^-126, which the first two take for 0. */

static void nothing(void) {}

static void portable(float *sums, const block_shape *shape, const ck_bf16 *const a[2], const ck_bf16 *b) {
  memset(sums, 0, 2 * TILE * COLUMNS * sizeof *sums);
  for (size_t y = 0; y < shape->taps_y; y++)
    for (size_t k = 0; k < shape->chunks; k++)
      for (size_t x = 0; x < shape->taps_x; x++, b += 2 * RIGHT)
        for (size_t i = 0; i < 2 * TILE; i++) {
          const ck_bf16 *from = a[i / TILE] + y * shape->line + x * shape->pixel + k * DEPTH + i % TILE * shape->row;
          for (size_t p = 0; p < DEPTH; p++)
            for (size_t j = 0; j < COLUMNS; j++)
              sums[i * COLUMNS + j] += widened(from[p]) * widened(b[j / TILE * RIGHT + p / 2 * 2 * TILE + j % TILE * 2 + p % 2]);
        }
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VECTORS __attribute__((target("arch=x86-64-v4,avx512bf16")))
#define MATRIX __attribute__((target("arch=x86-64-v4,avx512bf16,amx-tile,amx-bf16")))

VECTORS static void vectors(float *sums, const block_shape *shape, const ck_bf16 *const a[2], const ck_bf16 *b) {
  /* So many rows, two vectors each, stay in registers. */
  enum { ROWS = 8 };
  for (size_t first = 0; first < 2 * TILE; first += ROWS) {
    __m512 acc[ROWS][2];
    for (size_t i = 0; i < ROWS; i++) acc[i][0] = acc[i][1] = _mm512_setzero_ps();
    const ck_bf16 *right = b;
    for (size_t y = 0; y < shape->taps_y; y++)
      for (size_t k = 0; k < shape->chunks; k++)
        for (size_t x = 0; x < shape->taps_x; x++, right += 2 * RIGHT) {
          const ck_bf16 *left = a[first / TILE] + y * shape->line + x * shape->pixel + k * DEPTH + first % TILE * shape->row;
          for (size_t p = 0; p < DEPTH; p += 2) {
            const __m512bh b0 = (__m512bh)_mm512_loadu_si512(right + p * TILE);
            const __m512bh b1 = (__m512bh)_mm512_loadu_si512(right + RIGHT + p * TILE);
            _Pragma("clang loop unroll(full)") for (size_t i = 0; i < ROWS; i++) {
              int32_t pair;
              memcpy(&pair, left + i * shape->row + p, sizeof pair);
              const __m512bh element = (__m512bh)_mm512_set1_epi32(pair);
              acc[i][0] = _mm512_dpbf16_ps(acc[i][0], element, b0);
              acc[i][1] = _mm512_dpbf16_ps(acc[i][1], element, b1);
            }
          }
        }
    for (size_t i = 0; i < ROWS; i++) {
      _mm512_storeu_ps(sums + (first + i) * COLUMNS, acc[i][0]);
      _mm512_storeu_ps(sums + (first + i) * COLUMNS + TILE, acc[i][1]);
    }
  }
}

/* e^x to four digits; 0 and infinity beyond the range of float. */
VECTORS static inline __m512 short_exponential(__m512 x) {
  x = _mm512_mul_ps(x, _mm512_set1_ps(1.44269502f));
  const __m512 n = _mm512_roundscale_ps(x, 0), f = _mm512_sub_ps(x, n);
  /* 2^f for |f| <= 1/2. */
  __m512 p = _mm512_set1_ps(5.5504109e-2f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.4260647e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.9314718e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.9992807e-1f));
  return _mm512_scalef_ps(p, n);
}

/* What is rounded to eight bits needs no division: these are off by a twentieth of that rounding at most. */
VECTORS static inline __m512 short_silu(__m512 x) {
  const __m512 one = _mm512_set1_ps(1);
  return _mm512_mul_ps(x, _mm512_rcp14_ps(_mm512_add_ps(one, short_exponential(_mm512_sub_ps(_mm512_setzero_ps(), x)))));
}

/* Abramowitz and Stegun, 7.1.26, for the complement of the error function, so that nothing cancels out for negative x. */
VECTORS static inline __m512 short_gelu(__m512 x) {
  const __m512 a = _mm512_abs_ps(_mm512_mul_ps(x, _mm512_set1_ps(0.70710678f)));
  const __m512 t = _mm512_rcp14_ps(_mm512_fmadd_ps(a, _mm512_set1_ps(0.3275911f), _mm512_set1_ps(1)));
  __m512 p = _mm512_set1_ps(1.061405429f);
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-1.453152027f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(1.421413741f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-0.284496736f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.254829592f));
  const __m512 tail = _mm512_mul_ps(_mm512_mul_ps(p, t), short_exponential(_mm512_sub_ps(_mm512_setzero_ps(), _mm512_mul_ps(a, a))));
  const __m512 half = _mm512_mul_ps(_mm512_mul_ps(x, _mm512_set1_ps(0.5f)), tail);
  return _mm512_mask_sub_ps(half, _mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ), x, half);
}

VECTORS static inline __m512 converted(const conversion kind, __m512 x, __mmask16 there, const float *scale, const float *shift,
                                       size_t first) {
  if (kind == AS_IT_IS) return x;
  x = _mm512_fmadd_ps(x, _mm512_maskz_loadu_ps(there, scale + first), _mm512_maskz_loadu_ps(there, shift + first));
  return kind == ACTIVATED ? short_silu(x) : x;
}

VECTORS static inline void convert_vectors(const conversion kind, ck_bf16 *to, size_t filled, const float *from, const ck_bf16 *half,
                                           size_t rows, size_t c, const float *scale, const float *shift) {
  for (size_t r = 0; r < rows; r++, to += filled)
    for (size_t i = 0; i < filled; i += DEPTH) {
      __m512 x[2];
      for (size_t v = 0; v < 2; v++) {
        const size_t first = i + v * TILE;
        const __mmask16 there = (__mmask16)(first + TILE <= c ? 0xffff : first >= c ? 0 : (1 << (c - first)) - 1);
        const __m512 taken = half ? _mm512_castsi512_ps(_mm512_slli_epi32(
                                        _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(there, half + r * filled + first)), 16))
                                  : _mm512_maskz_loadu_ps(there, from + r * c + first);
        x[v] = _mm512_maskz_mov_ps(there, converted(kind, taken, there, scale, shift, first));
      }
      _mm512_storeu_si512(to + i, (__m512i)_mm512_cvtne2ps_pbh(x[1], x[0]));
    }
}

VECTORS static void vector_rows(conversion kind, ck_bf16 *to, size_t filled, const float *from, const ck_bf16 *half, size_t rows, size_t c,
                                const float *scale, const float *shift) {
  switch (kind) {
  case AS_IT_IS: convert_vectors(AS_IT_IS, to, filled, from, half, rows, c, scale, shift); break;
  case AFFINE: convert_vectors(AFFINE, to, filled, from, half, rows, c, scale, shift); break;
  case ACTIVATED: convert_vectors(ACTIVATED, to, filled, from, half, rows, c, scale, shift);
  }
}

VECTORS static void vector_rounding(ck_bf16 *to, size_t distance, const float *sums, const float *bias, size_t rows, int gelu) {
  const __m512 b0 = _mm512_loadu_ps(bias), b1 = _mm512_loadu_ps(bias + TILE);
  for (size_t i = 0; i < rows; i++, to += distance, sums += COLUMNS) {
    __m512 x0 = _mm512_add_ps(_mm512_loadu_ps(sums), b0), x1 = _mm512_add_ps(_mm512_loadu_ps(sums + TILE), b1);
    if (gelu) x0 = short_gelu(x0), x1 = short_gelu(x1);
    _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(x1, x0));
  }
}

/* Eight tiles of 16 rows of 64 bytes: Intel, "Architecture Instruction Set Extensions", chapter 3. */
MATRIX static void configure(void) {
  struct {
    uint8_t palette, start, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
  } tiles __attribute__((aligned(64))) = {.palette = 1};
  for (size_t i = 0; i < 8; i++) tiles.bytes[i] = 64, tiles.rows[i] = TILE;
  _tile_loadconfig(&tiles);
}

MATRIX static void release(void) { _tile_release(); }

MATRIX static void matrix(float *sums, const block_shape *shape, const ck_bf16 *const a[2], const ck_bf16 *b) {
  const size_t row = shape->row * sizeof *b;
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  for (size_t y = 0; y < shape->taps_y; y++)
    for (size_t k = 0; k < shape->chunks; k++) {
      const ck_bf16 *upper = a[0] + y * shape->line + k * DEPTH, *lower = a[1] + y * shape->line + k * DEPTH;
      for (size_t x = 0; x < shape->taps_x; x++, b += 2 * RIGHT, upper += shape->pixel, lower += shape->pixel) {
        _tile_loadd(6, b, 64);
        _tile_loadd(4, upper, row);
        _tile_loadd(7, b + RIGHT, 64);
        _tile_dpbf16ps(0, 4, 6);
        _tile_loadd(5, lower, row);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
      }
    }
  enum { BYTES = COLUMNS * sizeof *sums };
  _tile_stored(0, sums, BYTES);
  _tile_stored(1, sums + TILE, BYTES);
  _tile_stored(2, sums + TILE * COLUMNS, BYTES);
  _tile_stored(3, sums + TILE * COLUMNS + TILE, BYTES);
}

/* Whether the kernel lets this process use the tiles' registers (Linux: Documentation/arch/x86/xstate.rst). */
static int tiles_are_permitted(void) {
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, XFEATURE_XTILEDATA = 18 };
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA) == 0;
}

static int has_vectors(void) {
  unsigned a, b, c, d;
  return __builtin_cpu_supports("x86-64-v4") && __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a & 1 << 5);
}

int ck_has_matrix_unit(void) {
  unsigned a, b, c, d, low, high;
  enum { BF16 = 1 << 22, TILES = 1 << 24, STATE = 3 << 17 };
  if (!has_vectors() || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d & BF16) || !(d & TILES)) return 0;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (low & STATE) == STATE;
}

ck_bf16_unit ck_bf16_unit_used(void) {
  /* 0 = not yet known. Threads that come here at once find the same. */
  static atomic_int known;
  const int before = atomic_load_explicit(&known, memory_order_relaxed);
  if (before) return (ck_bf16_unit)(before - 1);
  const ck_instructions set = ck_instruction_set();
  ck_bf16_unit unit = CK_BF16_NONE;
  if (set >= CK_AVX512 && has_vectors()) unit = CK_BF16_VECTORS;
  if (set >= CK_AMX && tiles_are_permitted()) unit = CK_BF16_MATRIX;
  atomic_store_explicit(&known, (int)unit + 1, memory_order_relaxed);
  return unit;
}

block_unit ck_block_unit(void) {
  switch (ck_bf16_unit_used()) {
  case CK_BF16_MATRIX: return (block_unit){matrix, configure, release, vector_rows, vector_rounding};
  case CK_BF16_VECTORS: return (block_unit){vectors, nothing, nothing, vector_rows, vector_rounding};
  default: return (block_unit){portable, nothing, nothing, ck_convert_rows, ck_round_rows};
  }
}
#else
ck_bf16_unit ck_bf16_unit_used(void) { return CK_BF16_NONE; }

block_unit ck_block_unit(void) { return (block_unit){portable, nothing, nothing, ck_convert_rows, ck_round_rows}; }
#endif
