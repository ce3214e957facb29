/* Opening models, asking them, and the options. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void check_open(const char *models) {
  EXPECT(strcmp(resshift_version(), RESSHIFT_VERSION) == 0);

  resshift_model *model = open_model(models, "compact-sr-x4");
  EXPECT(strcmp(resshift_model_name(model), "compact-sr-x4") == 0);
  EXPECT(resshift_model_title(model)[0] != 0);
  EXPECT(resshift_model_task(model) == RESSHIFT_TASK_SUPER_RESOLUTION);
  EXPECT(resshift_model_scale(model) == 4);
  EXPECT(strcmp(resshift_reason(model), "") == 0);
  resshift_free(model);
  model = open_model(models, "compact-inpaint");
  EXPECT(resshift_model_task(model) == RESSHIFT_TASK_INPAINTING);
  EXPECT(resshift_model_scale(model) == 1);
  resshift_free(model);

  /* NULL is no handle, and says so without harm. */
  resshift_free(NULL);
  EXPECT(strcmp(resshift_model_name(NULL), "") == 0);
  EXPECT(strcmp(resshift_model_title(NULL), "") == 0);
  EXPECT(resshift_model_task(NULL) == RESSHIFT_TASK_NONE);
  EXPECT(resshift_model_scale(NULL) == 0);
  EXPECT(strcmp(resshift_reason(NULL), "") == 0);

  /* A file that is not there: the handle is NULL, the reason names the file. */
  char reason[RESSHIFT_REASON_SIZE] = "";
  model = (resshift_model *)reason;
  EXPECT(resshift_open("/nowhere/model.json", &model, reason, sizeof reason) == RESSHIFT_NO_INPUT);
  EXPECT(model == NULL);
  EXPECT(strstr(reason, "/nowhere/model.json") != NULL && strchr(reason, '\n') == NULL);

  /* A file that is no model.json: this one. */
  EXPECT(resshift_open(__FILE__, &model, reason, sizeof reason) == RESSHIFT_BAD_DATA);
  EXPECT(model == NULL && strstr(reason, __FILE__) != NULL);

  /* The reason is cut to the buffer; no buffer at all is allowed. */
  char narrow[9];
  memset(narrow, 'x', sizeof narrow);
  EXPECT(resshift_open("/nowhere/model.json", &model, narrow, 8) == RESSHIFT_NO_INPUT);
  EXPECT(strlen(narrow) == 7 && narrow[8] == 'x');
  EXPECT(strncmp(narrow, "/nowhere", 7) == 0);
  EXPECT(resshift_open("/nowhere/model.json", &model, narrow, 0) == RESSHIFT_NO_INPUT && strlen(narrow) == 7);
  EXPECT(resshift_open("/nowhere/model.json", &model, NULL, 100) == RESSHIFT_NO_INPUT);
  EXPECT(resshift_open(NULL, &model, reason, sizeof reason) == RESSHIFT_USAGE && model == NULL);
  EXPECT(resshift_open("/nowhere/model.json", NULL, reason, sizeof reason) == RESSHIFT_USAGE && reason[0] != 0);
}

/* Whether a call with the options is refused as RESSHIFT_USAGE with a reason that names the member. */
static bool refuses(resshift_model *model, const resshift_options *options, const char *member) {
  resshift_image input = pattern(8, 8, 3, RESSHIFT_UINT8), output = picture(32, 32, 3, RESSHIFT_UINT8);
  resshift_status status = resshift_upscale(model, &input, &output, 0, options);
  bool right = refused(model, &output, RESSHIFT_USAGE, status) && strstr(resshift_reason(model), member) != NULL;
  free(input.pixels);
  free(output.pixels);
  return right;
}

void check_options(const char *models) {
  resshift_options options = default_options();
  EXPECT(options.struct_size == sizeof options);
  EXPECT(options.seed == 12345 && options.threads == 1 && options.memory_limit == 0);
  EXPECT(options.tile == RESSHIFT_TILE_AUTOMATIC && options.overlap == RESSHIFT_OVERLAP_AUTOMATIC);
  EXPECT(options.tiling == RESSHIFT_TILING_JOINT && options.tone_match == RESSHIFT_DEFAULT && options.strength == 1);
  EXPECT(options.progress == NULL && options.notice == NULL && options.precision == RESSHIFT_PRECISION_AUTO);

  /* A size that the library does not know: nothing is written. */
  options.seed = 7;
  EXPECT(resshift_options_init(&options, 0) == RESSHIFT_USAGE);
  EXPECT(resshift_options_init(&options, sizeof options - 4) == RESSHIFT_USAGE);
  EXPECT(resshift_options_init(&options, sizeof options + 8) == RESSHIFT_USAGE);
  EXPECT(options.seed == 7);
  EXPECT(resshift_options_init(NULL, sizeof options) == RESSHIFT_USAGE);

  /* A caller of the first version, whose structure ended before `strength`. */
  options.strength = 0.25;
  EXPECT(resshift_options_init(&options, offsetof(resshift_options, strength)) == RESSHIFT_OK);
  EXPECT(options.struct_size == offsetof(resshift_options, strength) && options.seed == 12345);
  EXPECT(options.strength == 0.25);

  /* One of the third, which ended before `precision`. */
  options.precision = RESSHIFT_PRECISION_BF16;
  EXPECT(resshift_options_init(&options, offsetof(resshift_options, precision)) == RESSHIFT_OK);
  EXPECT(options.struct_size == offsetof(resshift_options, precision) && options.precision == RESSHIFT_PRECISION_BF16);

  resshift_model *model = open_model(models, "compact-sr-x4");
#define REFUSED(member, value)             \
  do {                                     \
    options = default_options();           \
    options.member = (value);              \
    EXPECT(refuses(model, &options, #member)); \
  } while (0)
  REFUSED(struct_size, 0);
  REFUSED(struct_size, sizeof options + 8);
  REFUSED(struct_size, (size_t)-1);
  REFUSED(tile, -2);
  REFUSED(tile, INT64_MAX);
  REFUSED(overlap, -2);
  REFUSED(threads, 0);
  REFUSED(threads, -1);
  REFUSED(threads, 1 << 30);
  REFUSED(tiling, (resshift_tiling)2);
  REFUSED(strength, -0.5);
  REFUSED(strength, 1.5);
  REFUSED(precision, (resshift_precision)3);
#undef REFUSED
  options = default_options();
  options.tone_match = (resshift_switch)2;
  EXPECT(refuses(model, &options, "resshift_switch"));
  resshift_free(model);
}
