/* What the checks of the C interface share: expectations, pictures, models. */
#ifndef CHECK_H
#define CHECK_H

#include <resshift.h>
#include <stdbool.h>

/* Notes a failed expectation with its place; the program's exit status tells whether there was one. */
void expect(bool holds, const char *what, const char *file, int line);
#define EXPECT(condition) expect((condition), #condition, __FILE__, __LINE__)

/* A call fails as said, with a reason of one line, and leaves the output alone. */
#define EXPECT_REFUSED(model, output, wanted, call) \
  expect(refused((model), (output), (wanted), (call)), #call " == " #wanted, __FILE__, __LINE__)
bool refused(const resshift_model *model, const resshift_image *output, resshift_status wanted, resshift_status got);

/* A picture whose rows are longer than needed; what is between them is filled with `PADDING`. */
enum { PADDING = 0xA5 };
resshift_image picture(int32_t width, int32_t height, int32_t channels, resshift_sample_type type);
size_t sample_size(resshift_sample_type type);
/* A smooth pattern with some detail, the same at each call; every byte of an output is `PADDING` before. */
resshift_image pattern(int32_t width, int32_t height, int32_t channels, resshift_sample_type type);
double sample(const resshift_image *image, int32_t x, int32_t y, int32_t channel);
void set_sample(const resshift_image *image, int32_t x, int32_t y, int32_t channel, double value);
/* Nothing between the rows was written. */
bool padding_is_untouched(const resshift_image *image);
bool same_pixels(const resshift_image *a, const resshift_image *b);

/* Opens `folder/name/model.json`, or ends the program. */
resshift_model *open_model(const char *folder, const char *name);
resshift_options default_options(void);

/* The checks; `models` is the folder of the models. */
void check_open(const char *models);
void check_options(const char *models);
void check_upscale(const char *models);
void check_samples(const char *models);
void check_refusals(const char *models);
void check_inpaint(const char *models);
void check_exclude(const char *models);
void check_restore(const char *models);
void check_progress(const char *models);
void check_endurance(const char *models);
void check_cut(const char *models);

#endif
