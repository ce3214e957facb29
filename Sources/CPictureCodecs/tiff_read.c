#include "tiff_codec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of one strip or tile and of all of them, unpacked: beyond this only a file that wants to harm. */
static const uint64_t max_chunk = (uint64_t)1 << 31, max_total = (uint64_t)1 << 34;

/* How the samples of a page are stored, and what becomes of them. */
typedef struct {
  uint16_t bits, format, samples, photometric, planar;
  int alpha;      /* index of the alpha sample among the stored ones; -1: none */
  int palette;
  const uint16_t *map[3];
  unsigned map_shift; /* 8 for 16-bit palettes, 0 for those of writers that stored 8 bits */
} layout;

static cpc_status unsupported(cpc_picture *out, const char *text) {
  cpc_say(out->message, text);
  return CPC_UNSUPPORTED;
}

/* Photometric kinds that are read as they are; TIFFTAG_JPEGCOLORMODE makes YCbCr inside JPEG to RGB. */
static cpc_status find_colours(TIFF *tiff, layout *l, cpc_picture *out) {
  uint16_t compression = COMPRESSION_NONE;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &compression);
  if (!TIFFIsCODECConfigured(compression)) return unsupported(out, "its compression is not supported");
  if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &l->photometric))
    l->photometric = l->samples < 3 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB;
  switch (l->photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE: out->channels = 1; break;
    case PHOTOMETRIC_RGB: out->channels = 3; break;
    case PHOTOMETRIC_PALETTE:
      out->channels = 3;
      l->palette = 1;
      if (l->bits > 8 || l->samples != 1) return unsupported(out, "its palette is of an unusual kind");
      if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &l->map[0], &l->map[1], &l->map[2])) return CPC_DAMAGED;
      for (unsigned i = 0; i < 3u << l->bits; i++)
        if (l->map[i >> l->bits][i & ((1u << l->bits) - 1)] > 255) l->map_shift = 8;
      break;
    case PHOTOMETRIC_YCBCR:
      if (compression != COMPRESSION_JPEG || l->planar != PLANARCONFIG_CONTIG)
        return unsupported(out, "its colours are YCbCr; convert it to RGB first");
      TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
      out->channels = 3;
      break;
    case PHOTOMETRIC_SEPARATED: return unsupported(out, "its colours are CMYK; convert it to RGB first");
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
    case PHOTOMETRIC_ITULAB: return unsupported(out, "its colours are Lab; convert it to RGB first");
    case PHOTOMETRIC_CFA: return unsupported(out, "it is a raw photograph; develop it first");
    default: return unsupported(out, "its colours are neither gray nor RGB; convert it to RGB first");
  }
  return CPC_OK;
}

/* Extra samples: alpha if they say so, or if four samples of RGB (two of gray) say nothing, as older writers do. */
static void find_alpha(TIFF *tiff, layout *l, cpc_picture *out) {
  uint16_t count = 0, *kinds = NULL;
  uint32_t colours = out->channels;
  l->alpha = -1;
  if (l->palette || l->samples <= colours) return;
  if (TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) && count > 0) {
    for (uint32_t i = 0; i < count && colours + i < l->samples && l->alpha < 0; i++) {
      if (kinds[i] != EXTRASAMPLE_ASSOCALPHA && kinds[i] != EXTRASAMPLE_UNASSALPHA) continue;
      l->alpha = (int)(colours + i);
      out->premultiplied = kinds[i] == EXTRASAMPLE_ASSOCALPHA;
    }
  } else if (l->samples == colours + 1) {
    l->alpha = (int)colours;
  }
  if (l->alpha >= 0) out->channels++;
  out->unread_samples = l->samples - out->channels;
}

static cpc_status find_layout(TIFF *tiff, layout *l, cpc_picture *out) {
  TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &out->width);
  TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &out->height);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &l->bits);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &l->samples);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &l->format);
  TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &l->planar);
  if (l->format == SAMPLEFORMAT_VOID) l->format = SAMPLEFORMAT_UINT;
  int whole = l->format == SAMPLEFORMAT_UINT &&
              (l->bits == 1 || l->bits == 2 || l->bits == 4 || l->bits == 8 || l->bits == 16 || l->bits == 32);
  int real = l->format == SAMPLEFORMAT_IEEEFP && (l->bits == 16 || l->bits == 32 || l->bits == 64);
  if (!whole && !real) return unsupported(out, "its samples are neither whole numbers of 1 to 32 bits nor fractions");
  if (real && l->palette) return CPC_DAMAGED;
  out->sample = real || l->bits == 32 ? CPC_F32 : l->bits == 16 ? CPC_U16 : CPC_U8;
  cpc_status status = find_colours(tiff, l, out);
  if (status != CPC_OK) return status;
  if (l->samples < (l->palette ? 1 : out->channels)) return CPC_DAMAGED;
  find_alpha(tiff, l, out);
  return CPC_OK;
}

static float half_to_float(uint16_t h) {
  uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (h >> 10) & 31, fraction = h & 1023;
  float value;
  if (exponent == 0) {
    value = (float)fraction / 16777216;
    return sign ? -value : value;
  }
  uint32_t bits = sign | (exponent == 31 ? 255 : exponent + 112) << 23 | fraction << 13;
  memcpy(&value, &bits, sizeof value);
  return value;
}

/* Copies `count` samples, `in_step` apart, from stored sample `first` of `in` to every `out_step`th of `out`. */
static void copy_samples(
    const layout *l, const uint8_t *in, size_t first, size_t in_step, void *out, size_t out_step, size_t count,
    int invert) {
  uint8_t *to8 = out;
  uint16_t *to16 = out;
  float *to_float = out;
  if (l->format == SAMPLEFORMAT_IEEEFP || l->bits == 32) {
    for (size_t i = 0; i < count; i++) {
      size_t at = first + i * in_step;
      float v;
      if (l->format == SAMPLEFORMAT_UINT) v = (float)(((const uint32_t *)in)[at] / 4294967295.0);
      else if (l->bits == 16) v = half_to_float(((const uint16_t *)in)[at]);
      else if (l->bits == 32) v = ((const float *)in)[at];
      else v = (float)((const double *)in)[at];
      to_float[i * out_step] = invert ? 1 - v : v;
    }
  } else if (l->bits == 16) {
    uint16_t flip = invert ? 65535 : 0;
    for (size_t i = 0; i < count; i++) to16[i * out_step] = ((const uint16_t *)in)[first + i * in_step] ^ flip;
  } else if (l->bits == 8) {
    uint8_t flip = invert ? 255 : 0;
    for (size_t i = 0; i < count; i++) to8[i * out_step] = in[first + i * in_step] ^ flip;
  } else {
    unsigned mask = (1u << l->bits) - 1, scale = 255 / mask;
    for (size_t i = 0; i < count; i++) {
      size_t bit = (first + i * in_step) * l->bits;
      unsigned v = (unsigned)in[bit / 8] >> (8 - l->bits - bit % 8) & mask;
      to8[i * out_step] = (uint8_t)((invert ? mask - v : v) * scale);
    }
  }
}

static void copy_palette(const layout *l, const uint8_t *in, uint8_t *out, size_t count) {
  unsigned mask = (1u << l->bits) - 1;
  for (size_t i = 0; i < count; i++) {
    size_t bit = i * l->bits;
    unsigned v = (unsigned)in[bit / 8] >> (8 - l->bits - bit % 8) & mask;
    for (int c = 0; c < 3; c++) out[i * 3 + c] = (uint8_t)(l->map[c][v] >> l->map_shift);
  }
}

/* One stored row into the picture: `count` pixels of row y from column x on; plane -1 holds all samples. */
static void copy_row(
    const layout *l, const uint8_t *in, int plane, cpc_picture *out, uint32_t x, uint32_t y, uint32_t count) {
  size_t size = cpc_sample_size(out->sample);
  uint8_t *to = (uint8_t *)out->pixels + ((size_t)y * out->width + x) * out->channels * size;
  if (l->palette) {
    copy_palette(l, in, to, count);
    return;
  }
  int invert = l->photometric == PHOTOMETRIC_MINISWHITE;
  if (plane < 0 && l->bits >= 8 && l->samples == out->channels && out->channels != 2) {
    copy_samples(l, in, 0, 1, to, 1, (size_t)count * out->channels, invert); /* the usual case: as it is */
    return;
  }
  int colours = (int)out->channels - (l->alpha >= 0);
  for (int c = 0; c < (int)out->channels; c++) {
    int stored = c < colours ? c : l->alpha;
    if (plane >= 0 && plane != stored) continue;
    copy_samples(
        l, in, plane < 0 ? (size_t)stored : 0, plane < 0 ? l->samples : 1, to + c * size, out->channels, count,
        invert && c < colours);
  }
}

/* How a page is cut up. Strips are tiles as wide as the picture, so that one loop does for both. */
typedef struct {
  int tiled;
  uint32_t width, height; /* of a chunk; the last of a row or column may reach beyond the picture */
  uint32_t across, down;
  uint64_t size, row_size; /* bytes of an unpacked chunk, and of a row of it */
} chunks;

static cpc_status find_chunks(TIFF *tiff, const layout *l, const cpc_picture *out, chunks *c) {
  c->tiled = TIFFIsTiled(tiff);
  c->width = out->width;
  c->height = out->height;
  if (c->tiled) {
    if (!TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &c->width)) return CPC_DAMAGED;
    if (!TIFFGetField(tiff, TIFFTAG_TILELENGTH, &c->height)) return CPC_DAMAGED;
  } else {
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &c->height);
    if (c->height > out->height) c->height = out->height;
  }
  if (c->width == 0 || c->height == 0) return CPC_DAMAGED;
  c->across = (out->width - 1) / c->width + 1;
  c->down = (out->height - 1) / c->height + 1;
  c->size = c->tiled ? TIFFTileSize64(tiff) : TIFFStripSize64(tiff);
  c->row_size = c->tiled ? TIFFTileRowSize64(tiff) : TIFFScanlineSize64(tiff);
  uint64_t samples = l->planar == PLANARCONFIG_SEPARATE ? 1 : l->samples;
  if (c->row_size < ((uint64_t)c->width * samples * l->bits + 7) / 8) return CPC_DAMAGED;
  if (c->size > max_chunk || c->size / c->row_size < c->height) return CPC_DAMAGED;
  if (max_total / c->size < (uint64_t)c->across * c->down) return CPC_DAMAGED;
  return CPC_OK;
}

/* Unpacks one chunk into `to`; `rows` are those inside the picture. */
static cpc_status unpack(TIFF *tiff, const chunks *c, uint32_t index, uint32_t rows, uint64_t file_size, uint8_t *to) {
  uint64_t offset = TIFFGetStrileOffset(tiff, index), stored = TIFFGetStrileByteCount(tiff, index);
  if (stored > file_size || offset > file_size - stored) return CPC_DAMAGED;
  tmsize_t expected = (tmsize_t)(c->tiled ? c->size : c->row_size * rows);
  tmsize_t got = c->tiled ? TIFFReadEncodedTile(tiff, index, to, expected)
                          : TIFFReadEncodedStrip(tiff, index, to, expected);
  return got == expected ? CPC_OK : CPC_DAMAGED;
}

static cpc_status read_pixels(TIFF *tiff, const layout *l, uint64_t file_size, cpc_picture *out) {
  chunks c;
  cpc_status status = find_chunks(tiff, l, out, &c);
  if (status != CPC_OK) return status;
  uint8_t *chunk = malloc(c.size);
  if (!chunk) return CPC_NO_MEMORY;
  int colours = l->palette ? 1 : (int)out->channels - (l->alpha >= 0);
  int separate = l->planar == PLANARCONFIG_SEPARATE && l->samples > 1;
  for (int plane = 0; plane < (separate ? l->samples : 1); plane++) {
    if (plane >= colours && plane != l->alpha) continue;
    for (uint32_t i = 0; status == CPC_OK && i < c.down; i++) {
      uint32_t y = i * c.height, rows = out->height - y < c.height ? out->height - y : c.height;
      for (uint32_t j = 0; status == CPC_OK && j < c.across; j++) {
        uint32_t x = j * c.width, count = out->width - x < c.width ? out->width - x : c.width;
        uint32_t index = ((uint32_t)plane * c.down + i) * c.across + j;
        status = unpack(tiff, &c, index, rows, file_size, chunk);
        for (uint32_t r = 0; status == CPC_OK && r < rows; r++)
          copy_row(l, chunk + r * c.row_size, separate ? plane : -1, out, x, y + r, count);
      }
    }
  }
  free(chunk);
  return status;
}

static void keep_metadata(TIFF *tiff, cpc_picture *out) {
  uint32_t size = 0;
  void *profile = NULL;
  if (TIFFGetField(tiff, TIFFTAG_ICCPROFILE, &size, &profile)) cpc_keep(profile, size, &out->icc, &out->icc_size);
  uint16_t orientation = 0, unit = RESUNIT_INCH;
  if (TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation)) out->orientation = orientation;
  float x = 0, y = 0;
  TIFFGetFieldDefaulted(tiff, TIFFTAG_RESOLUTIONUNIT, &unit);
  double inch = unit == RESUNIT_INCH ? 1 : unit == RESUNIT_CENTIMETER ? 2.54 : 0;
  if (TIFFGetField(tiff, TIFFTAG_XRESOLUTION, &x) && TIFFGetField(tiff, TIFFTAG_YRESOLUTION, &y) && x > 0 && y > 0) {
    out->x_ppi = x * inch;
    out->y_ppi = y * inch;
  }
}

/* Raw photographs and some scans begin with a small preview, which is not the picture. */
static cpc_status skip_previews(TIFF *tiff, cpc_picture *out) {
  for (;;) {
    uint32_t kind = 0;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SUBFILETYPE, &kind);
    if (!(kind & FILETYPE_REDUCEDIMAGE)) return CPC_OK;
    if (!TIFFReadDirectory(tiff)) return unsupported(out, "it holds only a preview; develop the raw photograph first");
  }
}

cpc_status cpc_read_tiff(const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out) {
  cpc_stream stream = {.data = data, .size = size, .message = out->message};
  TIFF *tiff = cpc_tiff_open(&stream, "rm");
  if (!tiff) return CPC_DAMAGED;
  layout l = {0};
  cpc_status status = skip_previews(tiff, out);
  if (status == CPC_OK) status = find_layout(tiff, &l, out);
  if (status == CPC_OK) status = cpc_allocate(out, max_pixels);
  if (status == CPC_OK) status = read_pixels(tiff, &l, size, out);
  if (status == CPC_OK) keep_metadata(tiff, out);
  TIFFClose(tiff);
  if (stream.too_short && status == CPC_OK) status = CPC_DAMAGED;
  if (stream.too_short && status == CPC_DAMAGED) cpc_say(out->message, "it ends too early");
  return status;
}
