#include "CPictureCodecs.h"

/* Plain loops: the compiler vectorises all of them. A comparison with NaN is false, so NaN becomes 0. */
static inline float unit(float v) {
  v = v > 0 ? v : 0;
  return v < 1 ? v : 1;
}

void cpc_u8_to_float(const uint8_t *restrict in, float *restrict out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = (float)in[i] / 255;
}

void cpc_u16_to_float(const uint16_t *restrict in, float *restrict out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = (float)in[i] / 65535;
}

size_t cpc_clamp(const float *in, float *out, size_t count) {
  size_t outside = 0;
  for (size_t i = 0; i < count; i++) {
    float v = in[i];
    outside += !(v >= 0 && v <= 1);
    out[i] = unit(v);
  }
  return outside;
}

void cpc_float_to_u8(const float *restrict in, uint8_t *restrict out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = (uint8_t)(int32_t)(unit(in[i]) * 255 + 0.5f);
}

void cpc_float_to_u16(const float *restrict in, uint16_t *restrict out, size_t count) {
  for (size_t i = 0; i < count; i++) out[i] = (uint16_t)(int32_t)(unit(in[i]) * 65535 + 0.5f);
}
