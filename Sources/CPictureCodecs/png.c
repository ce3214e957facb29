#include "internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

/* libpng leaves by longjmp to the functions below whose name ends in _guarded. What they allocate lives in one of
 * these, owned by their caller, so that no local variable needs to survive the jump. */
typedef struct {
  png_structp png;
  png_infop info;
  uint8_t **rows;
  void *strip; /* writing: rows that are made */
  const uint8_t *data; /* reading: what is left of the file */
  size_t size;
  cpc_file *file; /* writing: where to */
  char *message;
  int no_memory;
  int pixels_read; /* what follows is not of the picture */
} session;

static void on_error(png_structp png, png_const_charp text) {
  session *s = png_get_error_ptr(png);
  cpc_say(s->message, text);
  longjmp(png_jmpbuf(png), 1);
}

/* Warnings are about things that are skipped: a bad profile or comment. */
static void on_warning(png_structp png, png_const_charp text) {
  (void)png;
  (void)text;
}

static void on_read(png_structp png, png_bytep to, size_t count) {
  session *s = png_get_io_ptr(png);
  if (count > s->size) {
    s->size = 0;
    png_error(png, "it ends too early");
  }
  memcpy(to, s->data, count);
  s->data += count;
  s->size -= count;
}

static void on_write(png_structp png, png_bytep from, size_t count) {
  session *s = png_get_io_ptr(png);
  if (!cpc_reserve(s->file, s->file->size + count)) {
    s->no_memory = 1;
    png_error(png, "out of memory");
  }
  memcpy(s->file->data + s->file->size, from, count);
  s->file->size += count;
  if (s->file->to_descriptor && s->file->size >= 1 << 16 && !cpc_flush(s->file)) png_error(png, "cannot write");
}

static void on_flush(png_structp png) { (void)png; }

static png_uint_32 per_metre(double ppi) {
  double value = ppi / 0.0254 + 0.5;
  return value < 1 ? 1 : value > 1e9 ? 1000000000u : (png_uint_32)value;
}

/* 2835 pixels per metre are what a writer made of 72 per inch, not 72.009. */
static double per_inch(png_uint_32 metre) {
  double ppi = metre * 0.0254, whole = (double)(int64_t)(ppi + 0.5);
  return whole > 0 && per_metre(whole) == metre ? whole : ppi;
}

static cpc_status read_guarded(session *s, uint64_t max_pixels, cpc_picture *out) {
  png_structp png = s->png;
  png_infop info = s->info;
  if (setjmp(png_jmpbuf(png))) {
    /* With the pixels whole, what follows them may be missing or broken. */
    static const uint32_t idat = 0x49444154;
    int in_pixels = png_get_io_chunk_type(png) == idat && (png_get_io_state(png) & PNG_IO_MASK_LOC) != PNG_IO_CHUNK_HDR;
    if (!s->pixels_read || in_pixels) return CPC_DAMAGED;
    out->end_missing = 1;
    return CPC_OK;
  }

  /* The limit is ours, in pixels. Comments and profiles are skipped unread: they may unpack to many megabytes. */
  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, (png_const_bytep) "tEXt\0zTXt\0iTXt\0sPLT\0iCCP\0eXIf", 6);
  png_set_read_fn(png, s, on_read);
  png_read_info(png, info);
  out->width = png_get_image_width(png, info);
  out->height = png_get_image_height(png, info);
  cpc_status status = cpc_check_size(out, max_pixels); /* now: png_read_update_info takes and clears whole rows */
  if (status != CPC_OK) return status;

  int type = png_get_color_type(png, info), depth = png_get_bit_depth(png, info);
  int transparency = png_get_valid(png, info, PNG_INFO_tRNS) != 0;
  if (type == PNG_COLOR_TYPE_PALETTE) png_set_palette_to_rgb(png);
  if (type == PNG_COLOR_TYPE_GRAY && depth < 8) png_set_expand_gray_1_2_4_to_8(png);
  if (transparency) png_set_tRNS_to_alpha(png);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (depth == 16) png_set_swap(png);
#endif
  png_set_interlace_handling(png);
  png_read_update_info(png, info);

  out->channels = png_get_channels(png, info);
  out->sample = depth == 16 ? CPC_U16 : CPC_U8;
  if (out->channels < 1 || out->channels > 4) return CPC_DAMAGED;
  status = cpc_allocate(out, max_pixels);
  if (status != CPC_OK) return status;
  if (png_get_rowbytes(png, info) != cpc_row_size(out)) return CPC_DAMAGED;
  s->rows = cpc_rows(out);
  if (!s->rows) return CPC_NO_MEMORY;
  png_read_image(png, s->rows);
  s->pixels_read = 1;

  int unit;
  png_uint_32 x, y;
  if (png_get_pHYs(png, info, &x, &y, &unit) && unit == PNG_RESOLUTION_METER) {
    out->x_ppi = per_inch(x);
    out->y_ppi = per_inch(y);
  }
  png_read_end(png, NULL);
  out->trailing = s->size;
  return CPC_OK;
}

cpc_status cpc_read_png(const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out) {
  session s = {.data = data, .size = size, .message = out->message};
  cpc_status status = CPC_NO_MEMORY;
  s.png = png_create_read_struct(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning);
  if (s.png) s.info = png_create_info_struct(s.png);
  if (s.info) status = read_guarded(&s, max_pixels, out);
  if (s.png) png_destroy_read_struct(&s.png, &s.info, NULL);
  free(s.rows);
  return status;
}

static cpc_status write_guarded(session *s, const cpc_picture *picture) {
  static const int types[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGBA};
  png_structp png = s->png;
  png_infop info = s->info;
  if (setjmp(png_jmpbuf(png))) return s->no_memory ? CPC_NO_MEMORY : CPC_UNSUPPORTED;

  png_set_user_limits(png, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_benign_errors(png, 1);
  png_set_compression_level(png, 4); /* photographs: as small as by the default 6, in a third of the time */
  png_set_write_fn(png, s, on_write, on_flush);
  png_set_IHDR(
      png, info, picture->width, picture->height, picture->sample == CPC_U16 ? 16 : 8, types[picture->channels - 1],
      PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (picture->x_ppi > 0 && picture->y_ppi > 0)
    png_set_pHYs(png, info, per_metre(picture->x_ppi), per_metre(picture->y_ppi), PNG_RESOLUTION_METER);
  png_write_info_before_PLTE(png, info);
  for (size_t i = 0; i < picture->block_count; i++) {
    uint32_t code = picture->blocks[i].code;
    png_byte name[5] = {(png_byte)(code >> 24), (png_byte)(code >> 16), (png_byte)(code >> 8), (png_byte)code, 0};
    png_write_chunk(png, name, picture->blocks[i].data, picture->blocks[i].size);
  }
  png_write_info(png, info);
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  if (picture->sample == CPC_U16) png_set_swap(png);
#endif
  size_t row_size = cpc_row_size(picture);
  for (uint32_t y = 0; y < picture->height; y += cpc_strip_rows) {
    uint32_t count = picture->height - y < cpc_strip_rows ? picture->height - y : cpc_strip_rows;
    const uint8_t *strip = cpc_strip(picture, y, count, s->strip);
    for (uint32_t i = 0; i < count; i++) png_write_row(png, strip + i * row_size);
  }
  png_write_end(png, info);
  if (s->file->to_descriptor && !cpc_flush(s->file)) png_error(png, "cannot write");
  return CPC_OK;
}

cpc_status cpc_write_png(const cpc_picture *picture, cpc_file *out) {
  if (picture->channels < 1 || picture->channels > 4 || picture->sample == CPC_F32) return CPC_UNSUPPORTED;
  session s = {.file = out, .message = out->message};
  cpc_status status = CPC_NO_MEMORY;
  int failed;
  s.strip = cpc_strip_buffer(picture, cpc_strip_rows, &failed);
  if (!failed) s.png = png_create_write_struct(PNG_LIBPNG_VER_STRING, &s, on_error, on_warning);
  if (s.png) s.info = png_create_info_struct(s.png);
  if (s.info) status = write_guarded(&s, picture);
  if (s.png) png_destroy_write_struct(&s.png, &s.info);
  free(s.strip);
  return status;
}
