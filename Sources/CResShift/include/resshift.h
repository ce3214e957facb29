/* resshift.h: the C interface of the ResShift engine.
 *
 * Opens a model (a model.json and the weights it names) and restores pictures in memory with it: super-resolution,
 * inpainting, restoration at the same size. Link with -lresshift (pkg-config name: resshift).
 *
 *     char reason[RESSHIFT_REASON_SIZE];
 *     resshift_model *model = NULL;
 *     if (resshift_open("/path/to/model.json", &model, reason, sizeof reason) != RESSHIFT_OK)
 *       return complain(reason);
 *     resshift_options options;
 *     resshift_options_init(&options, sizeof options);
 *     options.threads = 4;
 *     if (resshift_upscale(model, &small, &large, 0, &options) != RESSHIFT_OK)
 *       complain(resshift_reason(model));
 *     resshift_free(model);
 *
 * Every function that can fail returns a resshift_status; one line of text says what was wrong, where, and what to do.
 * On failure nothing is written to the output picture.
 *
 * Threads: different handles are independent. One handle serves one call at a time: no second thread, and no callback,
 * may use it until that call has returned.
 *
 * The same picture, model, options and library on the same machine give the same bytes, whatever `threads` is.
 *
 * Files: a model's files are read while it is used. As long as its handle lives they may be removed or replaced by renaming
 * another file over them; one that is written to or cut short meanwhile makes calls fail with RESSHIFT_BAD_DATA. No file is
 * mapped into memory, so none can end the program with SIGBUS, whose handler stays the program's own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef RESSHIFT_H
#define RESSHIFT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of a call; the values are those of sysexits.h, and the exit statuses of the command `resshift`. */
typedef enum resshift_status {
  RESSHIFT_OK = 0,
  RESSHIFT_USAGE = 64,       /* an argument is missing, out of range, or does not fit the others or the model's task */
  RESSHIFT_BAD_DATA = 65,    /* the picture, mask, model.json or checkpoint cannot be used */
  RESSHIFT_NO_INPUT = 66,    /* a file does not exist or cannot be read */
  RESSHIFT_UNAVAILABLE = 69, /* the model's files are not installed */
  RESSHIFT_INTERNAL = 70,    /* a mistake in the library: please report it */
  RESSHIFT_NO_MEMORY = 71,   /* the tile asked for, or the smallest one, needs more memory than there is */
  RESSHIFT_STOPPED = 130     /* the progress callback asked to stop */
} resshift_status;

/* What a model is for: which of the three functions it serves. */
typedef enum resshift_task {
  RESSHIFT_TASK_NONE = 0, /* no model: the handle was NULL */
  RESSHIFT_TASK_SUPER_RESOLUTION = 1,
  RESSHIFT_TASK_INPAINTING = 2,
  RESSHIFT_TASK_RESTORATION = 3
} resshift_task;

/* How a sample is stored, in the machine's byte order. */
typedef enum resshift_sample_type {
  RESSHIFT_UINT8 = 1,  /* 0...255 */
  RESSHIFT_UINT16 = 2, /* 0...65535 */
  RESSHIFT_FLOAT32 = 3 /* 0...1 nominally; colours beyond are carried past the network and come back */
} resshift_sample_type;

/* A picture in memory: rows from top to bottom, samples interleaved, gamma-encoded, alpha not
 * premultiplied; in sRGB or any other RGB space, which the result keeps.
 * `channels`: 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha. */
typedef struct resshift_image {
  int32_t width;
  int32_t height;
  int32_t channels;
  resshift_sample_type sample_type;
  void *pixels;     /* the top left sample; the pixels of an input are only read. No alignment is asked for. */
  size_t row_bytes; /* from one row to the next: at least width * channels * size of a sample */
} resshift_image;

/* A rectangle of whole pixels inside a picture. */
typedef struct resshift_box {
  int32_t x;
  int32_t y;
  int32_t width;
  int32_t height;
} resshift_box;

/* How tiles are joined. */
typedef enum resshift_tiling {
  RESSHIFT_TILING_JOINT = 0,      /* one latent for the whole picture, tiles blended at every step */
  RESSHIFT_TILING_INDEPENDENT = 1 /* every tile restored on its own, overlaps averaged: the published way */
} resshift_tiling;

/* A switch whose default depends on the task. */
typedef enum resshift_switch {
  RESSHIFT_DEFAULT = -1,
  RESSHIFT_OFF = 0,
  RESSHIFT_ON = 1
} resshift_switch;

/* The numbers that networks multiply. */
typedef enum resshift_precision {
  /* bfloat16 on processors with matrix units for it, with models whose pictures stay the same to the eye (those without a codebook);
   * otherwise float32. Linux is asked once to let the process use these units: from then on a signal stack (sigaltstack) needs room for
   * their registers, sysconf(_SC_SIGSTKSZ). RESSHIFT_PRECISION_FLOAT32 never asks. */
  RESSHIFT_PRECISION_AUTO = 0,
  RESSHIFT_PRECISION_FLOAT32 = 1,
  RESSHIFT_PRECISION_BF16 = 2 /* RESSHIFT_USAGE where the processor has no instructions for it */
} resshift_precision;

/* Called during a call with the share of the work that is done, 0...1, possibly from another thread than the caller's.
 * Any value but 0 stops the work; the call then returns RESSHIFT_STOPPED. */
typedef int (*resshift_progress)(double done, void *context);

/* Called during a call, possibly from another thread than the caller's, with one line that the user should know, such
 * as a tile made smaller for want of memory. The text is only valid until the callback returns. */
typedef void (*resshift_notice)(const char *text, void *context);

#define RESSHIFT_TILE_AUTOMATIC (-1)
#define RESSHIFT_TILE_WHOLE 0
#define RESSHIFT_OVERLAP_AUTOMATIC (-1)

/* What the caller can choose about one restoration. Always fill it with resshift_options_init first: that sets the
 * defaults, and `struct_size`, by which an older or newer library knows which members there are. */
typedef struct resshift_options {
  size_t struct_size;
  uint64_t seed;             /* 12345; another seed gives another picture */
  int64_t tile;              /* RESSHIFT_TILE_AUTOMATIC, RESSHIFT_TILE_WHOLE, or model-input pixels a side */
  int64_t overlap;           /* RESSHIFT_OVERLAP_AUTOMATIC, or model-input pixels */
  /* Bytes; 0: what the machine has free. A picture that does not fit has what is left in a file without a name, in TMPDIR or else in
   * /var/tmp or /tmp, for as long as the call takes. */
  uint64_t memory_limit;
  resshift_progress progress;
  void *progress_context;
  resshift_notice notice;
  void *notice_context;
  resshift_tiling tiling;    /* RESSHIFT_TILING_JOINT */
  /* Match the low frequencies of the result to the input; RESSHIFT_DEFAULT: the task's own choice. */
  resshift_switch tone_match;
  int32_t threads;           /* 1 */
  int32_t reserved;          /* 0 */
  /* How much of an enlargement or restoration is the network's, 0...1; the rest is the plain picture, or its cubic
   * enlargement. 1, also where struct_size says that the caller does not know it. Inpainting does not look at it. */
  double strength;
  /* Of inpainting: a picture of one channel and the size of the input, read as a mask is; above 0 the input shows what the
   * fill must not be made of. Only models that fill holes with pieces of their surroundings first look at it; for others
   * the notice callback is told so. NULL, also where struct_size says that the caller does not know it: everything may
   * be used. Its pixels are only read, during the call. */
  const resshift_image *exclude;
  /* RESSHIFT_PRECISION_AUTO; where struct_size says that the caller does not know it, RESSHIFT_PRECISION_FLOAT32. */
  resshift_precision precision;
  int32_t reserved2;         /* 0 */
} resshift_options;

/* One loaded model. */
typedef struct resshift_model resshift_model;

/* Large enough for the reason of any failure to open. */
#define RESSHIFT_REASON_SIZE 1024

/* The version of this header. */
#define RESSHIFT_VERSION "0.1.0"

/* The version of the library that is linked, such as "0.1.0". Valid for ever. */
const char *resshift_version(void);

/* Opens the model that the file `model_json` describes, and stores its handle in `*model`; free it with resshift_free.
 * On failure `*model` is NULL and the reason is written to `reason`, cut to `reason_size` bytes with its final NUL
 * (`reason` may be NULL). Fails with RESSHIFT_USAGE, _NO_INPUT, _BAD_DATA, _UNAVAILABLE. */
resshift_status resshift_open(const char *model_json, resshift_model **model, char *reason, size_t reason_size);

/* Frees a handle; NULL is allowed. No call on it may be running. */
void resshift_free(resshift_model *model);

/* Name and title from model.json; valid until the handle is freed. "" for NULL. */
const char *resshift_model_name(const resshift_model *model);
const char *resshift_model_title(const resshift_model *model);

/* What the model is for. */
resshift_task resshift_model_task(const resshift_model *model);

/* How many times larger the model makes a picture: 2 or 4 for super-resolution, 1 for the other tasks, 0 for NULL. */
int32_t resshift_model_scale(const resshift_model *model);

/* Why the last call on the handle failed, one line; "" after success. Valid until the next call on the handle. */
const char *resshift_reason(const resshift_model *model);

/* Sets the defaults. `struct_size` is sizeof(resshift_options) as the caller knows it.
 * RESSHIFT_USAGE if `options` is NULL or `struct_size` is none that this library knows; nothing is written then. */
resshift_status resshift_options_init(resshift_options *options, size_t struct_size);

/* Enlarges `input` into `output`. `factor` is a whole number from 1 to the model's scale, or 0 for the scale itself;
 * below the scale the result is reduced by area average. `output` is `factor` times as wide and as high as `input` and
 * has as many channels; its sample type may differ. `options` NULL: the defaults. */
resshift_status resshift_upscale(
    resshift_model *model, const resshift_image *input, const resshift_image *output, int32_t factor,
    const resshift_options *options);

/* Fills the hole: every pixel of `input` where `mask` is above 0, or rather 0.01: what is nearly black (0 to 2 of 255,
 * noise of lossy files around edges) counts as 0. `mask` has one channel and the size of `input`, and so has `output`,
 * with the channels of `input`. The values of the mask are the weights by which the filling replaces what was there;
 * pixels outside the hole, and alpha everywhere, come out as they went in. `output` may share the pixels of `input`. */
resshift_status resshift_inpaint(
    resshift_model *model, const resshift_image *input, const resshift_image *mask, const resshift_image *output,
    const resshift_options *options);

/* Restores `input` at its own size. Each of the `box_count` boxes is restored for itself, with a face model as one
 * face; pixels outside all boxes come out as they went in. No boxes: the whole picture. `output` has the size and
 * channels of `input` and may share its pixels. */
resshift_status resshift_restore(
    resshift_model *model, const resshift_image *input, const resshift_image *output, const resshift_box *boxes,
    size_t box_count, const resshift_options *options);

#ifdef __cplusplus
}
#endif

#endif
