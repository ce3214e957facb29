/* Elementary functions without branches or calls, so that loops over them vectorise. */
#ifndef FUNCTIONS_H
#define FUNCTIONS_H

#include <stdint.h>
#include <string.h>

#include "clones.h"

/* e^x to about one unit in the last place (on processors without FMA to 1e-7 * |x|); arguments beyond the range of float
 * are clamped. */
INLINE float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  /* 2^(n + f): n, rounded to nearest, stands in the last bits of `shifted`. */
  const float shifted = x * 1.44269502f + 12582912.0f;
  const float n = shifted - 12582912.0f, f = x * 1.92596303e-8f + (x * 1.44269502f - n); /* log2(e) in two parts */
  /* The minimax polynomial of 2^f for |f| <= 1/2, relative error below 2e-8. */
  float p = 1.5345811e-4f;
  p = p * f + 1.3399931e-3f;
  p = p * f + 9.618489e-3f;
  p = p * f + 5.5503286e-2f;
  p = p * f + 2.4022646e-1f;
  p = p * f + 6.931472e-1f;
  p = p * f + 1.0f;
  uint32_t bits, exponent;
  memcpy(&bits, &p, sizeof bits);
  memcpy(&exponent, &shifted, sizeof exponent);
  bits += exponent << 23;
  memcpy(&p, &bits, sizeof p);
  return p;
}

/* The natural logarithm of a positive normal number to about one unit in the last place; that of 1 is 0. */
INLINE float logarithm(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  /* x = 2^n * m with m between the roots of 1/2 and 2. */
  const int32_t n = (bits - 0x3f3504f3) >> 23;
  bits -= n * (1 << 23);
  float m;
  memcpy(&m, &bits, sizeof m);
  m -= 1.0f;
  /* log(1 + m) = m - m^2 / 2 + m^3 * p(m), the minimax polynomial of Moshier's Cephes. */
  float p = 7.0376836292e-2f;
  p = p * m - 1.1514610310e-1f;
  p = p * m + 1.1676998740e-1f;
  p = p * m - 1.2420140846e-1f;
  p = p * m + 1.4249322787e-1f;
  p = p * m - 1.6668057665e-1f;
  p = p * m + 2.0000714765e-1f;
  p = p * m - 2.4999993993e-1f;
  p = p * m + 3.3333331174e-1f;
  const float square = m * m;
  return (m + (p * m * square + ((float)n * -2.12194440e-4f - 0.5f * square))) + (float)n * 0.693359375f;
}

/* The cosine of turn / 2^32 of a whole turn, absolute error below 2e-7. */
INLINE float cosine_of_turn(uint32_t turn) {
  const uint32_t quarter = (turn + (1u << 29)) >> 30;
  const float a = (float)(int32_t)(turn - (quarter << 30)) * (1.57079633f * 0x1p-30f), z = a * a;
  /* Taylor series for |a| <= pi / 4. */
  const float cosine = 1.0f + z * (-0.5f + z * (1.0f / 24 + z * (-1.0f / 720 + z * (1.0f / 40320))));
  const float sine = a * (1.0f + z * (-1.0f / 6 + z * (1.0f / 120 + z * (-1.0f / 5040 + z * (1.0f / 362880)))));
  const float value = quarter & 1 ? sine : cosine;
  return (quarter + 1) & 2 ? -value : value;
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
