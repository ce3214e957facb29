/* What the three functions give, and that the callbacks are heard. */
#include "check.h"

#include <math.h>
#include <stdint.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void check_upscale(const char *models) {
  resshift_model *model = open_model(models, "compact-sr-x4");
  resshift_image input = pattern(9, 7, 3, RESSHIFT_UINT8);
  resshift_image first = picture(36, 28, 3, RESSHIFT_UINT8), second = picture(36, 28, 3, RESSHIFT_UINT8);

  /* Factor 0 is the model's own; no options are the default ones; padding stays; the input is only read. */
  EXPECT(resshift_upscale(model, &input, &first, 0, NULL) == RESSHIFT_OK);
  EXPECT(strcmp(resshift_reason(model), "") == 0);
  EXPECT(padding_is_untouched(&first));
  resshift_image again = pattern(9, 7, 3, RESSHIFT_UINT8);
  EXPECT(same_pixels(&input, &again));
  resshift_options options = default_options();
  EXPECT(resshift_upscale(model, &input, &second, 4, &options) == RESSHIFT_OK);
  EXPECT(same_pixels(&first, &second));

  /* Threads do not change the result, another seed does. */
  options.threads = 2;
  EXPECT(resshift_upscale(model, &input, &second, 0, &options) == RESSHIFT_OK);
  EXPECT(same_pixels(&first, &second));
  options.seed = 1;
  EXPECT(resshift_upscale(model, &input, &second, 0, &options) == RESSHIFT_OK);
  EXPECT(!same_pixels(&first, &second));

  /* It is the picture that was enlarged: 4x4 blocks average to something near the pixel they came from. */
  double worst = 0;
  for (int32_t y = 0; y < input.height; y++)
    for (int32_t x = 0; x < input.width; x++) {
      double mean = 0;
      for (int32_t k = 0; k < 16; k++) mean += sample(&first, 4 * x + k % 4, 4 * y + k / 4, 1) / 16;
      worst = fmax(worst, fabs(mean - sample(&input, x, y, 1)));
    }
  EXPECT(worst < 0.25);

  /* A smaller factor gives a smaller picture. */
  resshift_image twice = picture(18, 14, 3, RESSHIFT_UINT8);
  EXPECT(resshift_upscale(model, &input, &twice, 2, NULL) == RESSHIFT_OK && padding_is_untouched(&twice));

  free(input.pixels), free(again.pixels), free(first.pixels), free(second.pixels), free(twice.pixels);
  resshift_free(model);
}

void check_samples(const char *models) {
  resshift_model *model = open_model(models, "compact-sr-x4");
  static const resshift_sample_type types[] = {RESSHIFT_UINT8, RESSHIFT_UINT16, RESSHIFT_FLOAT32};
  for (int32_t channels = 1; channels <= 4; channels++) {
    resshift_image input = pattern(6, 5, channels, RESSHIFT_UINT8);
    resshift_image outputs[3];
    for (int i = 0; i < 3; i++) {
      outputs[i] = picture(24, 20, channels, types[i]);
      EXPECT(resshift_upscale(model, &input, &outputs[i], 0, NULL) == RESSHIFT_OK);
      EXPECT(padding_is_untouched(&outputs[i]));
    }
    /* The same result in three types: whole numbers are the floats, rounded. */
    double worst8 = 0, worst16 = 0;
    for (int32_t y = 0; y < 20; y++)
      for (int32_t x = 0; x < 24; x++)
        for (int32_t c = 0; c < channels; c++) {
          double real = fmin(fmax(sample(&outputs[2], x, y, c), 0), 1);
          worst8 = fmax(worst8, fabs(sample(&outputs[0], x, y, c) - real) * 255);
          worst16 = fmax(worst16, fabs(sample(&outputs[1], x, y, c) - real) * 65535);
        }
    EXPECT(worst8 <= 0.501 && worst16 <= 0.51);
    for (int i = 0; i < 3; i++) free(outputs[i].pixels);
    free(input.pixels);
  }

  /* The same input in three types gives the same result. */
  resshift_image expected = picture(24, 20, 3, RESSHIFT_FLOAT32), got = picture(24, 20, 3, RESSHIFT_FLOAT32);
  resshift_image whole = pattern(6, 5, 3, RESSHIFT_UINT8);
  EXPECT(resshift_upscale(model, &whole, &expected, 0, NULL) == RESSHIFT_OK);
  for (int i = 1; i < 3; i++) {
    resshift_image input = picture(6, 5, 3, types[i]);
    for (int32_t y = 0; y < 5; y++)
      for (int32_t x = 0; x < 6; x++)
        for (int32_t c = 0; c < 3; c++) set_sample(&input, x, y, c, sample(&whole, x, y, c));
    EXPECT(resshift_upscale(model, &input, &got, 0, NULL) == RESSHIFT_OK);
    double worst = 0;
    for (int32_t y = 0; y < 20; y++)
      for (int32_t x = 0; x < 24; x++)
        worst = fmax(worst, fabs(sample(&got, x, y, 0) - sample(&expected, x, y, 0)));
    EXPECT(worst < 1e-5);
    free(input.pixels);
  }
  free(expected.pixels), free(got.pixels), free(whole.pixels);
  resshift_free(model);
}

void check_inpaint(const char *models) {
  resshift_model *model = open_model(models, "compact-inpaint");
  resshift_image input = pattern(40, 30, 4, RESSHIFT_FLOAT32), mask = picture(40, 30, 1, RESSHIFT_UINT8);
  resshift_image full = picture(40, 30, 4, RESSHIFT_FLOAT32), half = picture(40, 30, 4, RESSHIFT_FLOAT32);
  resshift_image shared = pattern(40, 30, 4, RESSHIFT_FLOAT32);
  for (int32_t y = 0; y < 30; y++)
    for (int32_t x = 0; x < 40; x++)
      set_sample(&mask, x, y, 0, x >= 10 && x < 25 && y >= 8 && y < 20 ? 1 : 0);
  EXPECT(resshift_inpaint(model, &input, &mask, &full, NULL) == RESSHIFT_OK);
  EXPECT(resshift_inpaint(model, &shared, &mask, &shared, NULL) == RESSHIFT_OK);
  for (int32_t y = 8; y < 20; y++)
    for (int32_t x = 10; x < 25; x++) set_sample(&mask, x, y, 0, 51 / 255.0);
  EXPECT(resshift_inpaint(model, &input, &mask, &half, NULL) == RESSHIFT_OK);

  bool outside_stays = true, alpha_stays = true;
  double changed = 0, blend = 0;
  for (int32_t y = 0; y < 30; y++)
    for (int32_t x = 0; x < 40; x++) {
      bool inside = x >= 10 && x < 25 && y >= 8 && y < 20;
      alpha_stays = alpha_stays && sample(&full, x, y, 3) == sample(&input, x, y, 3);
      for (int32_t c = 0; c < 3; c++) {
        double before = sample(&input, x, y, c), after = sample(&full, x, y, c);
        if (!inside) outside_stays = outside_stays && before == after && sample(&half, x, y, c) == before;
        changed = fmax(changed, fabs(after - before));
        blend = fmax(blend, fabs(sample(&half, x, y, c) - (before + 0.2 * (after - before))));
      }
    }
  EXPECT(outside_stays);
  EXPECT(alpha_stays);
  EXPECT(changed > 0.01);
  /* A mask of 0.2 replaces a fifth. */
  EXPECT(blend < 1e-6);
  EXPECT(padding_is_untouched(&full));
  /* The output may be the input. */
  EXPECT(same_pixels(&shared, &full));
  /* What is nearly black is known: 2 of 255 everywhere else changes nothing, and alone it is no hole. */
  for (int32_t y = 0; y < 30; y++)
    for (int32_t x = 0; x < 40; x++)
      set_sample(&mask, x, y, 0, x >= 10 && x < 25 && y >= 8 && y < 20 ? 1 : 2 / 255.0);
  EXPECT(resshift_inpaint(model, &input, &mask, &shared, NULL) == RESSHIFT_OK);
  EXPECT(same_pixels(&shared, &full));
  for (int32_t y = 0; y < 30; y++)
    for (int32_t x = 0; x < 40; x++) set_sample(&mask, x, y, 0, 2 / 255.0);
  EXPECT(resshift_inpaint(model, &input, &mask, &shared, NULL) == RESSHIFT_BAD_DATA);

  free(input.pixels), free(mask.pixels), free(full.pixels), free(half.pixels), free(shared.pixels);
  resshift_free(model);
}

/* Whether a fill of the same hole with some options is what it is without any but their precision. */
static bool fills_as_ever(resshift_model *model, const resshift_image *input, const resshift_options *options) {
  resshift_image mask = picture(40, 30, 1, RESSHIFT_UINT8), plain = picture(40, 30, 3, RESSHIFT_UINT8);
  resshift_image other = picture(40, 30, 3, RESSHIFT_UINT8);
  for (int32_t y = 0; y < 30; y++)
    for (int32_t x = 0; x < 40; x++) set_sample(&mask, x, y, 0, x >= 15 && x < 25 && y >= 10 && y < 20 ? 1 : 0);
  resshift_options usual = default_options();
  /* Callers that do not know of it get what they always got. */
  const bool is_new = options->struct_size > offsetof(resshift_options, precision);
  usual.precision = is_new ? options->precision : RESSHIFT_PRECISION_FLOAT32;
  EXPECT(resshift_inpaint(model, input, &mask, &plain, &usual) == RESSHIFT_OK);
  EXPECT(resshift_inpaint(model, input, &mask, &other, options) == RESSHIFT_OK);
  bool same = same_pixels(&plain, &other);
  free(mask.pixels), free(plain.pixels), free(other.pixels);
  return same;
}

void check_exclude(const char *models) {
  resshift_model *model = open_model(models, "compact-inpaint");
  resshift_image input = pattern(40, 30, 3, RESSHIFT_UINT8), excluded = picture(40, 30, 1, RESSHIFT_FLOAT32);
  resshift_options options = default_options();
  EXPECT(options.exclude == NULL);
  options.exclude = &excluded;

  /* Nothing is excluded: as ever. The left part, with pieces that were taken from: not as ever. */
  for (int32_t y = 0; y < 30; y++)
    for (int32_t x = 0; x < 40; x++) set_sample(&excluded, x, y, 0, 0);
  EXPECT(fills_as_ever(model, &input, &options));
  for (int32_t y = 0; y < 30; y++)
    for (int32_t x = 0; x < 15; x++) set_sample(&excluded, x, y, 0, 1);
  EXPECT(!fills_as_ever(model, &input, &options));
  EXPECT(padding_is_untouched(&excluded));

  /* A caller whose structure ends before it: whatever stands there. */
  EXPECT(resshift_options_init(&options, offsetof(resshift_options, exclude)) == RESSHIFT_OK);
  EXPECT(options.exclude == &excluded);
  EXPECT(fills_as_ever(model, &input, &options));

  /* Pictures that are no masks of the input. */
  resshift_image mask = excluded, blank = picture(40, 30, 3, RESSHIFT_UINT8);
  options = default_options();
  options.exclude = &input;
  EXPECT_REFUSED(model, &blank, RESSHIFT_BAD_DATA, resshift_inpaint(model, &input, &mask, &blank, &options));
  EXPECT(strstr(resshift_reason(model), "exclude: ") != NULL);
  resshift_image narrow = excluded;
  narrow.width = 39;
  options.exclude = &narrow;
  EXPECT_REFUSED(model, &blank, RESSHIFT_BAD_DATA, resshift_inpaint(model, &input, &mask, &blank, &options));
  narrow.pixels = NULL;
  EXPECT_REFUSED(model, &blank, RESSHIFT_USAGE, resshift_inpaint(model, &input, &mask, &blank, &options));

  free(input.pixels), free(excluded.pixels), free(blank.pixels);
  resshift_free(model);
}

void check_restore(const char *models) {
  resshift_model *model = open_model(models, "tiny-restore");
  EXPECT(resshift_model_task(model) == RESSHIFT_TASK_RESTORATION);
  EXPECT(resshift_model_scale(model) == 1);
  resshift_image input = pattern(50, 40, 3, RESSHIFT_UINT8), output = picture(50, 40, 3, RESSHIFT_UINT8);

  resshift_box boxes[] = {{5, 6, 20, 16}, {30, 20, 20, 20}};
  EXPECT(resshift_restore(model, &input, &output, boxes, 2, NULL) == RESSHIFT_OK);
  bool outside_stays = true, changed[2] = {false, false};
  for (int32_t y = 0; y < 40; y++)
    for (int32_t x = 0; x < 50; x++) {
      bool same = sample(&output, x, y, 0) == sample(&input, x, y, 0);
      bool inside = false;
      for (int i = 0; i < 2; i++)
        if (x >= boxes[i].x && x < boxes[i].x + boxes[i].width && y >= boxes[i].y && y < boxes[i].y + boxes[i].height) {
          inside = true;
          changed[i] = changed[i] || !same;
        }
      if (!inside) outside_stays = outside_stays && same;
    }
  EXPECT(outside_stays && changed[0] && changed[1]);
  EXPECT(padding_is_untouched(&output));
  resshift_image whole = picture(50, 40, 3, RESSHIFT_UINT8);
  EXPECT(resshift_restore(model, &input, &whole, NULL, 0, NULL) == RESSHIFT_OK);
  EXPECT(!same_pixels(&whole, &input) && !same_pixels(&whole, &output));

  /* Boxes that are empty or leave the picture, and a list that is missing. */
  resshift_image blank = picture(50, 40, 3, RESSHIFT_UINT8);
  resshift_box wrong[] = {{0, 0, 0, 5},  {0, 0, 5, -1}, {-1, 0, 5, 5},
                          {46, 0, 5, 5}, {0, 36, 5, 5}, {INT32_MAX, 0, 9, 9}};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
    EXPECT_REFUSED(model, &blank, RESSHIFT_USAGE, resshift_restore(model, &input, &blank, &wrong[i], 1, NULL));
  EXPECT_REFUSED(model, &blank, RESSHIFT_USAGE, resshift_restore(model, &input, &blank, NULL, 1, NULL));
  EXPECT_REFUSED(model, &blank, RESSHIFT_USAGE, resshift_restore(model, &input, &blank, boxes, (size_t)-1, NULL));

  free(input.pixels), free(output.pixels), free(whole.pixels), free(blank.pixels);
  resshift_free(model);
}

typedef struct {
  int calls, stop_after;
  double last;
  bool in_order;
} heard;

static int listen(double done, void *context) {
  heard *so_far = context;
  so_far->calls += 1;
  so_far->in_order = so_far->in_order && done >= so_far->last && done <= 1;
  so_far->last = done;
  return so_far->stop_after != 0 && so_far->calls >= so_far->stop_after;
}

void check_progress(const char *models) {
  resshift_model *model = open_model(models, "compact-sr-x4");
  resshift_image input = pattern(20, 20, 3, RESSHIFT_UINT8), output = picture(80, 80, 3, RESSHIFT_UINT8);
  resshift_options options = default_options();
  options.progress = listen;

  heard stopped = {0, 1, 0, true};
  options.progress_context = &stopped;
  EXPECT_REFUSED(model, &output, RESSHIFT_STOPPED, resshift_upscale(model, &input, &output, 0, &options));
  EXPECT(stopped.calls == 1);

  heard later = {0, 2, 0, true};
  options.progress_context = &later;
  EXPECT_REFUSED(model, &output, RESSHIFT_STOPPED, resshift_upscale(model, &input, &output, 0, &options));
  EXPECT(later.calls == 2);

  /* The handle is as good as before. */
  heard all = {0, 0, 0, true};
  options.progress_context = &all;
  EXPECT(resshift_upscale(model, &input, &output, 0, &options) == RESSHIFT_OK);
  EXPECT(all.calls >= 2 && all.in_order && all.last == 1);

  free(input.pixels), free(output.pixels);
  resshift_free(model);
}

/* Cuts a file short when it is first asked, if there is one. */
static int cut(double done, void *context) {
  (void)done;
  char **path = context;
  if (*path != NULL && truncate(*path, 1000) != 0) abort();
  *path = NULL;
  return 0;
}

/* A model's file that another program cuts short is an error of the call; no signal is caught or sent. */
void check_cut(const char *models) {
  char folder[4096], command[9000], unet[4200];
  snprintf(folder, sizeof folder, "%s/cut", models);
  snprintf(unet, sizeof unet, "%s/unet.pth", folder);
  snprintf(command, sizeof command, "cp -r '%s/tiny-restore' '%s'", models, folder);
  if (system(command) != 0) abort();
  resshift_model *model = open_model(models, "cut");
  resshift_image input = pattern(200, 200, 3, RESSHIFT_UINT8), output = picture(200, 200, 3, RESSHIFT_UINT8);
  resshift_options options = default_options();
  char *path = unet;
  options.tile = 64;
  options.progress = cut;
  options.progress_context = &path;
  EXPECT_REFUSED(model, &output, RESSHIFT_BAD_DATA, resshift_restore(model, &input, &output, NULL, 0, &options));
  EXPECT(path == NULL && strstr(resshift_reason(model), unet) != NULL);
  struct sigaction action;
  EXPECT(sigaction(SIGBUS, NULL, &action) == 0 && action.sa_handler == SIG_DFL);
  free(input.pixels), free(output.pixels);
  resshift_free(model);
  snprintf(command, sizeof command, "rm -r '%s'", folder);
  if (system(command) != 0) abort();
}

/* Bytes that the process holds. */
static long resident(void) {
  long size = 0, pages = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL || fscanf(file, "%ld %ld", &size, &pages) != 2) abort();
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

/* A hundred restorations in one process: after the tenth it holds no more, whatever fails in between. */
void check_endurance(const char *models) {
  resshift_model *model = open_model(models, "tiny-restore");
  long after_ten = 0;
  for (int i = 1; i <= 100; i++) {
    int32_t width = 20 + i % 3;
    resshift_image input = pattern(width, 20, 3, RESSHIFT_UINT8), output = picture(width, 20, 3, RESSHIFT_UINT8);
    resshift_options options = default_options();
    options.threads = 2;
    options.seed = (uint64_t)i;
    EXPECT(resshift_restore(model, &input, &output, NULL, 0, &options) == RESSHIFT_OK);
    /* And one that is refused. */
    options.memory_limit = 1 << 20;
    EXPECT(resshift_restore(model, &input, &output, NULL, 0, &options) == RESSHIFT_NO_MEMORY);
    free(input.pixels), free(output.pixels);
    if (i == 10) after_ten = resident();
  }
  long growth = resident() - after_ten;
  if (growth > 1 << 20) fprintf(stderr, "grew by %ld bytes from %ld\n", growth, after_ten);
  EXPECT(growth <= 1 << 20);
  resshift_free(model);
}
