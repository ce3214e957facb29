/* The loops that need the compiler's vectoriser. Contracts common to all:
 * arrays are dense, row-major, float32; sizes are in elements; outputs may not overlap inputs unless said;
 * nothing is allocated, nothing can fail; results do not depend on alignment or on the number of threads. */
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

/* y[i] += x[i] */
void ck_add(float *y, const float *x, size_t n);
/* y[r][c] = bias[c] */
void ck_fill_rows(float *y, const float *bias, size_t rows, size_t cols);
/* y[i] = a * x[i] */
void ck_scale(float *y, const float *x, float a, size_t n);
/* x[i] limited to [low, high]; what is not a number becomes low. */
void ck_clamp(float *x, float low, float high, size_t n);
/* z[i] = a * z[i] + b * x[i] + c * e[i]; the step of the sampler. e may be NULL when c is 0. */
void ck_axpbypcz(float *z, float a, const float *x, float b, const float *e, float c, size_t n);
/* acc[p][c] += w[p] * x[p][c]: the weighted sum of overlapping tiles. */
void ck_accumulate_weighted(float *acc, const float *x, const float *w, size_t pixels, size_t channels);
/* y[i] = x[i] / (1 + exp(-x[i])); y may be x. */
void ck_silu(float *y, const float *x, size_t n);
/* y[i] = x[i] * Phi(x[i]), the error-function GELU, absolute error below 2e-7 |x|; y may be x. */
void ck_gelu(float *y, const float *x, size_t n);
/* Softmax of each row in place; rows are ld elements apart. */
void ck_softmax_rows(float *x, size_t rows, size_t cols, size_t ld);
/* x[i][j] += bias[i][j], then softmax of each of the rows in place: window attention. mask may be NULL. */
void ck_add_softmax_rows(float *x, const float *bias, const float *mask, size_t rows, size_t cols);

/* sum[c] += x[r][c], square[c] += x[r][c]^2 over all rows, in double. */
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
/* [out][in][taps] -> [taps][in][out], for the output channels [first, last) only. */
void ck_pack_convolution(float *packed, const float *weights, size_t out, size_t in, size_t taps, size_t first,
                         size_t last);

/* Winograd F(4x4, 3x3): a convolution of stride 1 and padding 1 as 36 products over tiles of 4 x 4 output pixels, counted
 * row-major with tiles_w to a row. `plane` is the distance in elements between the 36 matrices of v and m.
 * weights [out][in][3][3] -> u [36][in][out], for the output channels [first, last) only; in double. */
void ck_winograd_weights(float *u, const float *weights, size_t out, size_t in, size_t first, size_t last);
/* x [h / zoom][w / zoom][c], each pixel repeated zoom x zoom times, -> v [36][count][c] for the tiles
 * [first, first + count). If scale is not NULL, the input is SiLU(x * scale[c] + shift[c]) inside the picture, still zero
 * around it. */
void ck_winograd_input(float *v, size_t plane, const float *x, size_t h, size_t w, size_t c, size_t zoom,
                       size_t tiles_w, size_t first, size_t count, const float *scale, const float *shift);
/* m [36][count][c] -> y [h][w][c] at those tiles, plus bias[c], plus residual [h][w][c] if not NULL. */
void ck_winograd_output(float *y, const float *m, size_t plane, size_t h, size_t w, size_t c, size_t tiles_w,
                        size_t first, size_t count, const float *bias, const float *residual);

/* y[x][c] = sum over k of weights[x * taps + k] * row[index[x * taps + k] * channels + c] */
void ck_resample_row(float *y, const float *row, const int32_t *index, const float *weights, size_t width, size_t taps,
                     size_t channels);
/* y[i] = sum over k of weights[k] * rows[k][i] */
void ck_weighted_rows(float *y, const float *const *rows, const float *weights, size_t taps, size_t n);

/* The index of the nearest of `codes` codebook vectors (given as [dim][codes]) for each of `n` vectors [n][dim]:
 * Euclidean, the lowest index on a tie. scratch: `codes` floats. */
void ck_nearest_code(int32_t *index, const float *vectors, size_t n, const float *codebook, size_t codes, size_t dim,
                     float *scratch);

/* Standard normal numbers by Philox4x32-10 and Box-Muller: out[i] for channel i of the latent position (x, y) at the
 * given step and stream; a pure function of (seed, stream, step, x, y, i). */
void ck_normal(float *out, size_t channels, uint64_t seed, uint32_t stream, uint32_t step, int32_t x, int32_t y);
/* Uniform numbers in [-1, 1) by Philox4x32-10; a pure function of (seed, stream, index). */
void ck_uniform(float *out, size_t n, uint64_t seed, uint64_t stream);

#endif
