#include <math.h>

#include "CKernels.h"
#include "clones.h"
#include "functions.h"

/* Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011). */
INLINE void philox(uint32_t v[4], uint32_t k0, uint32_t k1) {
  for (int round = 0; round < 10; round++) {
    const uint64_t a = (uint64_t)0xD2511F53u * v[0], b = (uint64_t)0xCD9E8D57u * v[2];
    const uint32_t x = (uint32_t)(b >> 32) ^ v[1] ^ k0, z = (uint32_t)(a >> 32) ^ v[3] ^ k1;
    v[0] = x;
    v[1] = (uint32_t)b;
    v[2] = z;
    v[3] = (uint32_t)a;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

CLONES void ck_normal(float *restrict out, size_t channels, uint64_t seed, uint32_t stream, uint32_t step, int32_t x,
                      int32_t y) {
  enum { BLOCK = 16 };
  uint32_t v[4][BLOCK];
  float normal[4][BLOCK];
  for (size_t first = 0; 4 * first < channels; first += BLOCK) {
    for (size_t i = 0; i < BLOCK; i++) {
      uint32_t counter[4] = {(uint32_t)x, (uint32_t)y, step << 16 | (uint32_t)(first + i), stream};
      philox(counter, (uint32_t)seed, (uint32_t)(seed >> 32));
      for (size_t k = 0; k < 4; k++) v[k][i] = counter[k];
    }
    /* Box and Muller. */
    for (size_t k = 0; k < 4; k += 2)
      for (size_t i = 0; i < BLOCK; i++) {
        const float u = ((float)(int32_t)(v[k][i] >> 8) + 1.0f) * 0x1p-24f; /* (0, 1] */
        const float radius = sqrtf(-2.0f * logarithm(u));
        normal[k][i] = radius * cosine_of_turn(v[k + 1][i]);
        normal[k + 1][i] = radius * cosine_of_turn(v[k + 1][i] - (1u << 30));
      }
    const size_t left = channels - 4 * first, count = left < 4 * BLOCK ? left : 4 * BLOCK;
    for (size_t i = 0; i < count; i++) out[4 * first + i] = normal[i % 4][i / 4];
  }
}

void ck_uniform(float *out, size_t n, uint64_t seed, uint64_t stream) {
  for (size_t i = 0; i < n; i += 4) {
    uint32_t v[4] = {(uint32_t)i, (uint32_t)(i >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)};
    philox(v, (uint32_t)seed, (uint32_t)(seed >> 32));
    for (size_t k = 0; k < 4 && i + k < n; k++) out[i + k] = (float)(int32_t)v[k] * 0x1p-31f;
  }
}
