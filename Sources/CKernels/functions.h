/* Elementary functions without branches or calls, so that loops over them vectorise. */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <stdint.h>
#include <string.h>

#include "clones.h"

/* e^x to about one unit in the last place; arguments beyond the range of float are clamped. */
INLINE float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  const float n = (x * 1.44269504f + 12582912.0f) - 12582912.0f; /* round to nearest */
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f;   /* ln 2 in two parts */
  /* The Taylor series of e^r for |r| <= ln 2 / 2: the first term left out is below 1e-8. */
  float p = 1.0f / 5040.0f;
  p = p * r + 1.0f / 720.0f;
  p = p * r + 1.0f / 120.0f;
  p = p * r + 1.0f / 24.0f;
  p = p * r + 1.0f / 6.0f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  const int32_t bits = ((int32_t)n + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

INLINE float silu(float x) { return x / (1.0f + exponential(-x)); }

/* Abramowitz and Stegun, formula 7.1.26: absolute error below 1.5e-7. */
INLINE float error_function(float x) {
  const float a = x < 0 ? -x : x;
  const float t = 1.0f / (1.0f + 0.3275911f * a);
  float p = 1.061405429f;
  p = p * t - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  const float e = 1.0f - p * t * exponential(-a * a);
  return x < 0 ? -e : e;
}

INLINE float gelu(float x) { return 0.5f * x * (1.0f + error_function(x * 0.70710678f)); }

#endif
