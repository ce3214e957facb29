#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "clones.h"
#include "functions.h"

/* Philox4x32-10: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3" (2011). */
enum { ROUNDS = 10 };
static const uint32_t KEY_STEP_0 = 0x9E3779B9u, KEY_STEP_1 = 0xBB67AE85u;

INLINE void philox_round(uint32_t v[4], uint32_t k0, uint32_t k1) {
  const uint64_t a = (uint64_t)0xD2511F53u * v[0], b = (uint64_t)0xCD9E8D57u * v[2];
  const uint32_t x = (uint32_t)(b >> 32) ^ v[1] ^ k0, z = (uint32_t)(a >> 32) ^ v[3] ^ k1;
  v[0] = x;
  v[1] = (uint32_t)b;
  v[2] = z;
  v[3] = (uint32_t)a;
}

KERNEL(void, ck_normal,
       (float *restrict out, size_t channels, uint64_t seed, uint32_t stream, uint32_t step, int32_t x, int32_t y),
       (out, channels, seed, stream, step, x, y)) {
  /* So many blocks of four numbers side by side. */
  enum { BLOCKS = 16 };
  uint32_t v[4][BLOCKS];
  float normal[BLOCKS][4];
  for (size_t first = 0; 4 * first < channels; first += BLOCKS) {
    for (size_t i = 0; i < BLOCKS; i++) {
      v[0][i] = (uint32_t)x, v[1][i] = (uint32_t)y, v[2][i] = step << 16 | (uint32_t)(first + i), v[3][i] = stream;
    }
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++, k0 += KEY_STEP_0, k1 += KEY_STEP_1)
      for (size_t i = 0; i < BLOCKS; i++) {
        uint32_t block[4] = {v[0][i], v[1][i], v[2][i], v[3][i]};
        philox_round(block, k0, k1);
        v[0][i] = block[0], v[1][i] = block[1], v[2][i] = block[2], v[3][i] = block[3];
      }
    /* Box and Muller. */
    for (size_t k = 0; k < 4; k += 2)
      for (size_t i = 0; i < BLOCKS; i++) {
        const float u = ((float)(int32_t)(v[k][i] >> 8) + 1.0f) * 0x1p-24f; /* (0, 1] */
        const float radius = sqrtf(-2.0f * logarithm(u));
        normal[i][k] = radius * cosine_of_turn(v[k + 1][i]);
        normal[i][k + 1] = radius * cosine_of_turn(v[k + 1][i] - (1u << 30));
      }
    const size_t left = channels - 4 * first;
    memcpy(out + 4 * first, normal, (left < 4 * BLOCKS ? left : 4 * BLOCKS) * sizeof *out);
  }
}

void ck_uniform(float *out, size_t n, uint64_t seed, uint64_t stream) {
  for (size_t i = 0; i < n; i += 4) {
    uint32_t v[4] = {(uint32_t)i, (uint32_t)(i >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)};
    uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
    for (int round = 0; round < ROUNDS; round++, k0 += KEY_STEP_0, k1 += KEY_STEP_1) philox_round(v, k0, k1);
    for (size_t k = 0; k < 4 && i + k < n; k++) out[i + k] = (float)(int32_t)v[k] * 0x1p-31f;
  }
}
