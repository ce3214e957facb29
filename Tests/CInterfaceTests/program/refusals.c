/* Arguments that make no sense: a status and a reason, never a crash, never a byte written. */
#include "check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void check_pictures(resshift_model *model) {
  const resshift_image input = pattern(9, 7, 3, RESSHIFT_UINT8), output = picture(36, 28, 3, RESSHIFT_UINT8);
  EXPECT_REFUSED(NULL, &output, RESSHIFT_USAGE, resshift_upscale(NULL, &input, &output, 0, NULL));
  EXPECT_REFUSED(model, &output, RESSHIFT_USAGE, resshift_upscale(model, NULL, &output, 0, NULL));
  EXPECT_REFUSED(model, NULL, RESSHIFT_USAGE, resshift_upscale(model, &input, NULL, 0, NULL));

#define WRONG(picture_, member_, value_, input_, output_)                                                    \
  do {                                                                                                       \
    resshift_image wrong = picture_;                                                                         \
    wrong.member_ = (value_);                                                                                \
    EXPECT_REFUSED(model, &output, RESSHIFT_USAGE, resshift_upscale(model, input_, output_, 0, NULL));       \
    EXPECT(strncmp(resshift_reason(model), #picture_, strlen(#picture_)) == 0);                              \
  } while (0)
  WRONG(input, width, 0, &wrong, &output);
  WRONG(input, width, -9, &wrong, &output);
  WRONG(input, height, 0, &wrong, &output);
  WRONG(input, channels, 0, &wrong, &output);
  WRONG(input, channels, 5, &wrong, &output);
  WRONG(input, sample_type, (resshift_sample_type)0, &wrong, &output);
  WRONG(input, sample_type, (resshift_sample_type)4, &wrong, &output);
  WRONG(input, pixels, NULL, &wrong, &output);
  WRONG(input, row_bytes, 26, &wrong, &output);
  WRONG(input, row_bytes, (size_t)-1, &wrong, &output);
  WRONG(output, width, 35, &input, &wrong);
  WRONG(output, height, 29, &input, &wrong);
  WRONG(output, channels, 4, &input, &wrong);
  WRONG(output, sample_type, RESSHIFT_FLOAT32, &input, &wrong); /* and so row_bytes is too short */
  WRONG(output, pixels, NULL, &input, &wrong);
  WRONG(output, row_bytes, 0, &input, &wrong);
#undef WRONG

  EXPECT_REFUSED(model, &output, RESSHIFT_USAGE, resshift_upscale(model, &input, &output, -1, NULL));
  EXPECT_REFUSED(model, &output, RESSHIFT_USAGE, resshift_upscale(model, &input, &output, 5, NULL));
  /* The output has the size for the model's own factor, not for this one. */
  EXPECT_REFUSED(model, &output, RESSHIFT_USAGE, resshift_upscale(model, &input, &output, 2, NULL));

  /* A sample that is no number: the reason says which. */
  const resshift_image numbers = pattern(9, 7, 3, RESSHIFT_FLOAT32);
  set_sample(&numbers, 4, 6, 2, NAN);
  EXPECT_REFUSED(model, &output, RESSHIFT_BAD_DATA, resshift_upscale(model, &numbers, &output, 0, NULL));
  EXPECT(strstr(resshift_reason(model), "x 4, y 6") != NULL);

  /* And after all that, the handle works. */
  EXPECT(resshift_upscale(model, &input, &output, 0, NULL) == RESSHIFT_OK);
  EXPECT(strcmp(resshift_reason(model), "") == 0);
  free(input.pixels), free(output.pixels), free(numbers.pixels);
}

void check_refusals(const char *models) {
  resshift_model *upscaling = open_model(models, "compact-sr-x4"), *filling = open_model(models, "compact-inpaint");
  check_pictures(upscaling);

  /* Masks that do not fit, and models of another task. */
  const resshift_image input = pattern(9, 7, 3, RESSHIFT_UINT8), output = picture(9, 7, 3, RESSHIFT_UINT8);
  const resshift_image mask = pattern(9, 7, 1, RESSHIFT_UINT8), narrow = pattern(8, 7, 1, RESSHIFT_UINT8);
  EXPECT_REFUSED(filling, &output, RESSHIFT_USAGE, resshift_inpaint(filling, &input, NULL, &output, NULL));
  EXPECT_REFUSED(filling, &output, RESSHIFT_BAD_DATA, resshift_inpaint(filling, &input, &narrow, &output, NULL));
  EXPECT_REFUSED(filling, &output, RESSHIFT_BAD_DATA, resshift_inpaint(filling, &input, &input, &output, NULL));
  EXPECT_REFUSED(NULL, &output, RESSHIFT_USAGE, resshift_inpaint(NULL, &input, &mask, &output, NULL));
  EXPECT_REFUSED(NULL, &output, RESSHIFT_USAGE, resshift_restore(NULL, &input, &output, NULL, 0, NULL));
  EXPECT_REFUSED(upscaling, &output, RESSHIFT_USAGE, resshift_inpaint(upscaling, &input, &mask, &output, NULL));
  EXPECT_REFUSED(upscaling, &output, RESSHIFT_USAGE, resshift_restore(upscaling, &input, &output, NULL, 0, NULL));
  EXPECT_REFUSED(filling, &output, RESSHIFT_USAGE, resshift_upscale(filling, &input, &output, 1, NULL));
  EXPECT(strstr(resshift_reason(filling), "compact-inpaint") != NULL);

  free(input.pixels), free(output.pixels), free(mask.pixels), free(narrow.pixels);
  resshift_free(upscaling);
  resshift_free(filling);
}
