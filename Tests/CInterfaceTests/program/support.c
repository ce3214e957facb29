#include "check.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures = 0;

void expect(bool holds, const char *what, const char *file, int line) {
  if (holds) return;
  failures += 1;
  fprintf(stderr, "%s:%d: expected %s\n", file, line, what);
}

static bool is_blank(const resshift_image *image) {
  const unsigned char *bytes = image->pixels;
  for (size_t i = 0; i < image->row_bytes * (size_t)image->height; i++)
    if (bytes[i] != PADDING) return false;
  return true;
}

bool refused(const resshift_model *model, const resshift_image *output, resshift_status wanted, resshift_status got) {
  const char *reason = resshift_reason(model);
  bool right = got == wanted && (output == NULL || is_blank(output));
  if (model != NULL) right = right && reason[0] != 0 && strchr(reason, '\n') == NULL;
  if (!right) fprintf(stderr, "status %d, wanted %d, reason \"%s\"\n", (int)got, (int)wanted, reason);
  return right;
}

size_t sample_size(resshift_sample_type type) {
  return type == RESSHIFT_UINT8 ? 1 : type == RESSHIFT_UINT16 ? 2 : 4;
}

resshift_image picture(int32_t width, int32_t height, int32_t channels, resshift_sample_type type) {
  resshift_image image = {width, height, channels, type, NULL, 0};
  /* Three bytes more than a row needs: no row but the first is aligned. */
  image.row_bytes = (size_t)width * (size_t)channels * sample_size(type) + 3;
  image.pixels = malloc(image.row_bytes * (size_t)height);
  if (image.pixels == NULL) abort();
  memset(image.pixels, PADDING, image.row_bytes * (size_t)height);
  return image;
}

static unsigned char *address(const resshift_image *image, int32_t x, int32_t y, int32_t channel) {
  return (unsigned char *)image->pixels + (size_t)y * image->row_bytes +
         ((size_t)x * (size_t)image->channels + (size_t)channel) * sample_size(image->sample_type);
}

double sample(const resshift_image *image, int32_t x, int32_t y, int32_t channel) {
  const unsigned char *at = address(image, x, y, channel);
  if (image->sample_type == RESSHIFT_UINT8) return *at / 255.0;
  if (image->sample_type == RESSHIFT_UINT16) {
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return value / 65535.0;
  }
  float value;
  memcpy(&value, at, sizeof value);
  return value;
}

void set_sample(const resshift_image *image, int32_t x, int32_t y, int32_t channel, double value) {
  unsigned char *at = address(image, x, y, channel);
  if (image->sample_type == RESSHIFT_UINT8) {
    *at = (unsigned char)lround(value * 255);
  } else if (image->sample_type == RESSHIFT_UINT16) {
    uint16_t whole = (uint16_t)lround(value * 65535);
    memcpy(at, &whole, sizeof whole);
  } else {
    float real = (float)value;
    memcpy(at, &real, sizeof real);
  }
}

resshift_image pattern(int32_t width, int32_t height, int32_t channels, resshift_sample_type type) {
  resshift_image image = picture(width, height, channels, type);
  for (int32_t y = 0; y < height; y++)
    for (int32_t x = 0; x < width; x++)
      for (int32_t c = 0; c < channels; c++)
        set_sample(&image, x, y, c, 0.5 + 0.3 * sin(0.3 * x + c) * cos(0.2 * y) + 0.1 * ((x / 3 + y / 2) % 2));
  return image;
}

bool padding_is_untouched(const resshift_image *image) {
  for (int32_t y = 0; y < image->height; y++) {
    const unsigned char *row = (const unsigned char *)image->pixels + (size_t)y * image->row_bytes;
    for (size_t i = image->row_bytes - 3; i < image->row_bytes; i++)
      if (row[i] != PADDING) return false;
  }
  return true;
}

bool same_pixels(const resshift_image *a, const resshift_image *b) {
  return a->row_bytes == b->row_bytes && a->height == b->height &&
         memcmp(a->pixels, b->pixels, a->row_bytes * (size_t)a->height) == 0;
}

resshift_model *open_model(const char *folder, const char *name) {
  char path[4096], reason[RESSHIFT_REASON_SIZE];
  snprintf(path, sizeof path, "%s/%s/model.json", folder, name);
  resshift_model *model = NULL;
  if (resshift_open(path, &model, reason, sizeof reason) != RESSHIFT_OK) {
    fprintf(stderr, "cannot open %s: %s\n", path, reason);
    exit(EXIT_FAILURE);
  }
  return model;
}

resshift_options default_options(void) {
  resshift_options options;
  EXPECT(resshift_options_init(&options, sizeof options) == RESSHIFT_OK);
  return options;
}

int main(int count, char **words) {
  static const struct {
    const char *name;
    void (*run)(const char *models);
  } checks[] = {
      {"open", check_open},         {"options", check_options},   {"upscale", check_upscale},
      {"samples", check_samples},   {"refusals", check_refusals}, {"inpaint", check_inpaint},
      {"restore", check_restore},   {"progress", check_progress}, {"exclude", check_exclude},
      {"endurance", check_endurance}, {"cut", check_cut},
  };
  for (size_t i = 0; count == 3 && i < sizeof checks / sizeof checks[0]; i++) {
    if (strcmp(words[1], checks[i].name) != 0) continue;
    checks[i].run(words[2]);
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
  }
  fprintf(stderr, "usage: %s CHECK FOLDER-OF-MODELS\n", words[0]);
  return EXIT_FAILURE;
}
