/* What a C program does with the library: opens a model and enlarges a picture. */
#include <resshift.h>

#include <stdio.h>

int main(int argc, char **argv) {
  char reason[RESSHIFT_REASON_SIZE];
  resshift_model *model = NULL;
  if (argc != 2 || resshift_open(argv[1], &model, reason, sizeof reason) != RESSHIFT_OK) {
    fprintf(stderr, "%s\n", argc == 2 ? reason : "the path of a model.json is needed");
    return 1;
  }
  enum { WIDTH = 8, HEIGHT = 6, SCALE = 4 };
  static unsigned char small[HEIGHT * WIDTH * 3], large[SCALE * HEIGHT * SCALE * WIDTH * 3];
  for (size_t i = 0; i < sizeof small; i++) small[i] = (unsigned char)(i * 7);
  resshift_options options;
  resshift_options_init(&options, sizeof options);
  resshift_image input = {WIDTH, HEIGHT, 3, RESSHIFT_UINT8, small, WIDTH * 3};
  resshift_image output = {SCALE * WIDTH, SCALE * HEIGHT, 3, RESSHIFT_UINT8, large, SCALE * WIDTH * 3};
  if (resshift_upscale(model, &input, &output, 0, &options) != RESSHIFT_OK) {
    fprintf(stderr, "%s\n", resshift_reason(model));
    return 1;
  }
  resshift_free(model);
  printf("%d x %d, version %s\n", (int)output.width, (int)output.height, resshift_version());
}
