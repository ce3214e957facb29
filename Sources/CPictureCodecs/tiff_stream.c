#include "tiff_codec.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One piece of libtiff's own memory (a strip as stored, a list of offsets): no picture within the limits needs more. */
enum { max_allocation = 1 << 30 };

static tmsize_t on_read(thandle_t handle, void *to, tmsize_t count) {
  cpc_stream *s = handle;
  if (count < 0) return -1;
  uint64_t there = s->file ? s->file->size : s->size;
  const uint8_t *data = s->file ? s->file->data : s->data;
  uint64_t rest = s->position < there ? there - s->position : 0;
  if ((uint64_t)count > rest) {
    s->too_short = 1;
    count = (tmsize_t)rest;
  }
  if (count) memcpy(to, data + s->position, (size_t)count);
  s->position += (uint64_t)count;
  return count;
}

static tmsize_t on_write(thandle_t handle, void *from, tmsize_t count) {
  cpc_stream *s = handle;
  if (!s->file || count < 0) return -1;
  size_t end = (size_t)s->position + (size_t)count;
  if (!cpc_reserve(s->file, end)) {
    s->no_memory = 1;
    return -1;
  }
  if (s->position > s->file->size) memset(s->file->data + s->file->size, 0, s->position - s->file->size);
  memcpy(s->file->data + s->position, from, (size_t)count);
  s->position = end;
  if (end > s->file->size) s->file->size = end;
  return count;
}

static toff_t on_seek(thandle_t handle, toff_t offset, int whence) {
  cpc_stream *s = handle;
  uint64_t end = s->file ? s->file->size : s->size;
  s->position = whence == SEEK_SET ? offset : whence == SEEK_CUR ? s->position + offset : end + offset;
  return s->position;
}

static int on_close(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t on_size(thandle_t handle) {
  cpc_stream *s = handle;
  return s->file ? s->file->size : s->size;
}

static int on_map(thandle_t handle, void **base, toff_t *size) {
  (void)handle;
  (void)base;
  (void)size;
  return 0; /* no mapping: every access goes through on_read, which checks it */
}

static void on_unmap(thandle_t handle, void *base, toff_t size) {
  (void)handle;
  (void)base;
  (void)size;
}

/* Non-zero: handled, libtiff prints nothing. */
static int on_error(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  cpc_stream *s = user;
  (void)tiff;
  (void)module;
  if (!s->message[0]) vsnprintf(s->message, 200, format, arguments);
  return 1;
}

static int on_warning(TIFF *tiff, void *user, const char *module, const char *format, va_list arguments) {
  (void)tiff;
  (void)user;
  (void)module;
  (void)format;
  (void)arguments;
  return 1;
}

TIFF *cpc_tiff_open(cpc_stream *stream, const char *mode) {
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (!options) return NULL;
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, max_allocation);
  TIFFOpenOptionsSetErrorHandlerExtR(options, on_error, stream);
  TIFFOpenOptionsSetWarningHandlerExtR(options, on_warning, stream);
  TIFF *tiff = TIFFClientOpenExt(
      "TIFF", mode, stream, on_read, on_write, on_seek, on_close, on_size, on_map, on_unmap, options);
  TIFFOpenOptionsFree(options);
  return tiff;
}
