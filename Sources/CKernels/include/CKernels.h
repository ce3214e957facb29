/* The loops that need the compiler's vectoriser. Contracts common to all:
 * arrays are dense, row-major, float32; sizes are in elements; outputs may not overlap inputs unless said;
 * nothing is allocated, nothing can fail; results do not depend on alignment or on the number of threads. */
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

/* Tells the processor that the caller only waits for another thread. */
static inline void ck_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

/* Instruction sets that the kernels are compiled for: SSE2 (or what is the least of another processor), AVX2 with FMA
 * (x86-64-v3), AVX-512 (x86-64-v4), that with matrix units for bfloat16 (AMX). */
typedef enum { CK_BASELINE, CK_AVX2, CK_AVX512, CK_AMX } ck_instructions;
/* What the kernels use: the best that the processor has, or the lesser one that this variable names ("baseline", "avx2",
 * "avx512", "amx"), from the first call on. */
#define CK_INSTRUCTION_SET_VARIABLE "RESSHIFT_ISA"
ck_instructions ck_instruction_set(void);
/* The best that the processor has. */
ck_instructions ck_best_instruction_set(void);

/* What multiplies numbers in bfloat16: nothing but the compiler's code for float; AVX512-BF16; AMX, for which the kernel is asked once. */
typedef enum { CK_BF16_NONE, CK_BF16_VECTORS, CK_BF16_MATRIX } ck_bf16_unit;
ck_bf16_unit ck_bf16_unit_used(void);
#if defined(__x86_64__)
int ck_has_matrix_unit(void);
#endif

/* y[i] += x[i] */
void ck_add(float *y, const float *x, size_t n);
/* y[i] = a * x[i] */
void ck_scale(float *y, const float *x, float a, size_t n);
/* y[i] = a * x[i] + b */
void ck_scale_offset(float *y, const float *x, float a, float b, size_t n);
/* x[r][c] times slopes[c] where it is below 0: a leaky ReLU of a slope for each channel. */
void ck_leaky_relu(float *x, const float *slopes, size_t rows, size_t channels);
/* x[i] limited to [low, high]; NaN becomes low. */
void ck_clamp(float *x, float low, float high, size_t n);
/* z[i] = a * z[i] + b * x[i] + c * e[i]; the step of the sampler. e may be NULL when c is 0. */
void ck_axpbypcz(float *z, float a, const float *x, float b, const float *e, float c, size_t n);
/* acc[p][c] += w[p] * x[p][c]: the weighted sum of overlapping tiles. */
void ck_accumulate_weighted(float *acc, const float *x, const float *w, size_t pixels, size_t channels);
/* y[i] = x[i] / (1 + exp(-x[i])); y may be x. */
void ck_silu(float *y, const float *x, size_t n);
/* y[i] = x[i] * Phi(x[i]), the error-function GELU, absolute error below 2e-7 |x|; y may be x. */
void ck_gelu(float *y, const float *x, size_t n);
/* The next `cols` elements of each row that a softmax goes over, in place: exp(x - top), top[r] being the largest so far, sum[r] that of
 * all exponentials so far, factor[r] what those of earlier pieces are to be multiplied by. Before the first,
 * top is -INFINITY and sum 0. */
void ck_softmax_piece(float *x, size_t rows, size_t cols, float *top, float *sum, float *factor);
/* x[i][j] = scale * x[i][j] + bias[i][j] + mask[i][j], then softmax of each of the rows in place: window attention. mask may be NULL. */
void ck_biased_softmax_rows(float *x, float scale, const float *bias, const float *mask, size_t rows, size_t cols);

/* sum[c] += x[r][c], square[c] += x[r][c]^2 over all rows: 16 rows at a time in float, those sums in double. */
void ck_channel_sums(const float *x, size_t rows, size_t channels, double *sum, double *square);
/* y[r][c] = x[r][c] * scale[c] + shift[c]; y may be x. */
void ck_affine(float *y, const float *x, const float *scale, const float *shift, size_t rows, size_t channels);
/* The same, followed by SiLU; y may be x. */
void ck_affine_silu(float *y, const float *x, const float *scale, const float *shift, size_t rows, size_t channels);

/* Rows of the im2col matrix for output pixels [first, first + count) of one picture [h][w][c], row-major over an
 * output of width out_w. Row layout: [ky][kx][c]; taps outside the picture are 0; the tap (0, 0) of output (0, 0) is the
 * input pixel (-pad, -pad). */
void ck_im2col(float *rows, const float *x, size_t h, size_t w, size_t c, size_t kernel, size_t stride, size_t pad,
               size_t out_w, size_t first, size_t count);
/* Products with a matrix B [k][n] that is packed once, for weights: panels of `width` columns, a multiple of 16, the last one
 * filled up with zeros, [panels][k][width]. One panel of B [in][taps][n] made of weights [n][in][taps], those of an n `ld` apart: */
void ck_gemm_pack(float *packed, size_t width, const float *weights, size_t ld, size_t n, size_t in, size_t taps, size_t panel);
/* One panel of B [k][n] as it lies, rows ldb apart. */
void ck_gemm_pack_rows(float *packed, size_t width, const float *b, size_t ldb, size_t k, size_t n, size_t panel);
/* The width of panels that the product kernel takes; it depends on the processor. */
size_t ck_gemm_columns(void);
/* Whether the product kernel was written for processors like this one; elsewhere it is what the compiler makes of it. */
int ck_gemm_is_tuned(void);
/* C = A * B, plus bias[column] if not NULL or C if `adding`, for the first `columns` of one panel: a [m], b [k] and c [m] have
 * rows lda, ldb and ldc apart; c, bias and b begin at the panel. */
void ck_gemm_panel(float *c, size_t ldc, size_t columns, const float *a, size_t lda, size_t m, const float *b, size_t ldb,
                   size_t k, const float *bias, int adding);

/* Products in bfloat16 (the upper half of a float) with sums in float. Rows of the left factor are filled up with zeros to a multiple of DEPTH;
 * right factors are packed in panels of COLUMNS, of which each takes kernel^2 * (in, filled up) * COLUMNS elements. */
typedef uint16_t ck_bf16;
enum { CK_BF16_DEPTH = 32, CK_BF16_COLUMNS = 32 };
/* from [rows][c], times scale[c] plus shift[c] unless NULL, -> to [rows][filled]. */
void ck_bf16_rows(ck_bf16 *to, size_t filled, const float *from, size_t rows, size_t c, const float *scale, const float *shift);
/* Lines [first, first + count) of a plane x [h][w][c], or half [h][w][filled], with zeros around it, `before` above and to the left, `after` below and to the
 * right, each pixel repeated 2 x 2 times if `doubled`: [count][w + before + after][filled]. Unless scale is NULL the plane is
 * SiLU(x * scale[c] + shift[c]). */
void ck_bf16_plane(ck_bf16 *to, size_t filled, const float *x, const ck_bf16 *half, size_t h, size_t w, size_t c, size_t before, size_t after, int doubled,
                   const float *scale, const float *shift, size_t first, size_t count);
/* One panel of weights [n][in][kernel][kernel]. */
void ck_bf16_pack(ck_bf16 *packed, const float *weights, size_t n, size_t in, size_t kernel, size_t panel);
/* One panel of the transpose of rows [n][in], `distance` elements apart and readable up to a multiple of DEPTH. */
void ck_bf16_pack_columns(ck_bf16 *packed, const ck_bf16 *rows, size_t distance, size_t n, size_t in, size_t panel);
/* One panel of rows [in][n]. */
void ck_bf16_pack_rows(ck_bf16 *packed, const ck_bf16 *rows, size_t distance, size_t n, size_t in, size_t panel);
/* Sixteen rows of sixteen pairs of elements -> the pairs' transpose. */
void ck_transpose_pairs(ck_bf16 *packed, const ck_bf16 *rows, size_t distance);

/* A convolution of a plane by kernel x kernel taps, or a product of rows (kernel 1, height 1). */
typedef struct {
  /* The plane of ck_bf16_plane or rows of ck_bf16_rows; CK_BF16_SLACK pixels behind it are read and make no difference. */
  const ck_bf16 *a;
  /* Elements of a pixel, a multiple of DEPTH; pixels of a line. */
  size_t channels, pitch;
  size_t kernel, stride;
  /* Of the result, in pixels. */
  size_t height, width;
  /* Packed panels; columns of the result; what is added to each, or NULL. */
  const ck_bf16 *b;
  size_t columns;
  const float *bias;
  /* The result [height * width][columns], plus residual of the same shape unless NULL, which may be y; or, if not NULL, half
   * [height * width][half_channels], a multiple of COLUMNS, after GELU if asked for. */
  float *y;
  const float *residual;
  ck_bf16 *half;
  size_t half_channels;
  int gelu;
  /* The row of the result and of residual that each one goes to; NULL: its own. Not of `half`, which has no residual either. */
  const int32_t *places;
} ck_bf16_product;
enum { CK_BF16_SLACK = 48 };
/* How many blocks of rows it is cut into. */
size_t ck_bf16_blocks(const ck_bf16_product *product);
/* Some of the blocks and panels: they are independent of each other. Unless NULL, total [2][columns] gets the sums of each of their columns,
 * and of its squares, added: before GELU and rounding. */
void ck_bf16_multiply(const ck_bf16_product *product, size_t first, size_t count, size_t first_panel, size_t panels, double *total);

/* Attention of one window: qkv [tokens][q | k | v of c], `distance` elements apart, with CK_BF16_SLACK readable rows behind it, -> out [tokens][c];
 * the dimension of a head is a multiple of DEPTH. bias [heads][tokens][tokens]; mask [tokens][tokens] or NULL. `scratch` has so many floats: */
size_t ck_bf16_window_scratch(size_t tokens, size_t dim);
void ck_bf16_window_attention(ck_bf16 *out, size_t out_distance, const ck_bf16 *qkv, size_t distance, size_t tokens, size_t c, size_t heads,
                              float scale, const float *bias, const float *mask, float *scratch);

/* Winograd F(out x out, 3x3), out = 2, 4 or 6: a convolution of stride 1 and padding 1 as (out + 2)^2 = K products over tiles of
 * out x out output pixels of a plane [h][w], counted row-major with tiles_w to a row. `plane` is the distance in elements
 * between the K matrices of v and m. */
typedef struct {
  size_t out, h, w, tiles_w;
} ck_tiling;
/* Packed weights of some input channels, [count][9][width], -> those out + 2 of the K matrices [count][width] that belong to
 * one line of a tile, `plane` elements apart. */
void ck_winograd_weights(size_t out, size_t line, float *u, size_t plane, const float *packed, size_t width,
                         size_t count);
/* x [h][w][c] (if doubled [h / 2][w / 2][c], each pixel repeated 2 x 2 times) -> v [K][count][c] for the tiles
 * [first, first + count). If scale is not NULL, the input is SiLU(x * scale[c] + shift[c]) inside the picture, still zero
 * around it. */
void ck_winograd_input(ck_tiling t, size_t first, size_t count, float *v, size_t plane, const float *x, size_t c,
                       int doubled, const float *scale, const float *shift);
/* m [K][count][width], the channels [c_first, c_first + c_count) of those tiles, c_count <= width and width a multiple of 16,
 * -> y [h][w][c], plus bias[c], plus residual [h][w][c] if not NULL. */
void ck_winograd_output(ck_tiling t, size_t first, size_t count, float *y, size_t c, size_t c_first, size_t c_count,
                        const float *m, size_t plane, size_t width, const float *bias, const float *residual);

/* y[x][c] = sum over k of weights[x * taps + k] * row[index[x * taps + k] * channels + c] */
void ck_resample_row(float *y, const float *row, const int32_t *index, const float *weights, size_t width, size_t taps,
                     size_t channels);
/* y[i] = sum over k of weights[k] * rows[k][i] */
void ck_weighted_rows(float *y, const float *const *rows, const float *weights, size_t taps, size_t n);

/* The sum of squared differences of two patches of `rows` rows of n elements, row_distance elements apart. Once it has reached
 * `limit` after a row the rest is not looked at: the result is then some number of at least `limit`. */
float ck_patch_distance(const float *a, const float *b, size_t rows, size_t n, size_t row_distance, float limit);

/* The index of the nearest of `codes` codebook vectors (given as [dim][codes]) for each of `n` vectors [n][dim]:
 * Euclidean, the lowest index on a tie. */
void ck_nearest_code(int32_t *index, const float *vectors, size_t n, const float *codebook, size_t codes, size_t dim);

/* Standard normal numbers by Philox4x32-10 and Box-Muller: out[i] for channel i of the latent position (x, y) at the
 * given step and stream; a pure function of (seed, stream, step, x, y, i). */
void ck_normal(float *out, size_t channels, uint64_t seed, uint32_t stream, uint32_t step, int32_t x, int32_t y);
/* Uniform numbers in [-1, 1) by Philox4x32-10; a pure function of (seed, stream, index). */
void ck_uniform(float *out, size_t n, uint64_t seed, uint64_t stream);

#endif
