/* Picture files in memory <-> samples in memory, through libpng, libjpeg-turbo, libtiff, libwebp and zlib.
 *
 * The libraries leave on errors by longjmp, call back, and print; all of that ends here. Every function
 * returns a status, never prints, keeps no state between calls and may be called from several threads at
 * once. Opening, naming and renaming files is the caller's. */
#ifndef CPICTURECODECS_H
#define CPICTURECODECS_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
  CPC_OK = 0,
  CPC_DAMAGED,     /* not what its own header promises: truncated, checksums, impossible values */
  CPC_UNSUPPORTED, /* sound, but of a kind that is not read or written here; the message says which */
  CPC_TOO_LARGE,   /* more pixels than asked for: refused before any pixel memory was taken */
  CPC_NO_MEMORY,
} cpc_status;

typedef enum {
  CPC_U8 = 0,  /* uint8_t, 0...255 */
  CPC_U16 = 1, /* uint16_t of this machine's byte order, 0...65535 */
  CPC_F32 = 2, /* float, nominally 0...1, any value possible; read only */
} cpc_sample;

/* A piece of a file that is no pixels, as it stands there: a chunk of PNG or WebP (code: its name as a big-endian
 * number), a segment of JPEG (code: its marker, 0xe1 for APP1). */
typedef struct {
  uint32_t code;
  const uint8_t *data;
  size_t size;
} cpc_block;

/* A picture: rows top to bottom, tightly packed, samples interleaved. All zero is the empty picture. */
typedef struct {
  uint32_t width, height;
  uint32_t channels;    /* 1 gray, 2 gray and alpha, 3 RGB, 4 RGB and alpha */
  cpc_sample sample;
  size_t limit;         /* reading: bytes that samples may take, here and as floats, or CPC_NO_MEMORY; 0 = any */
  int premultiplied;    /* 1: colours are already multiplied by alpha */
  int orientation;      /* 1...8 if the file format itself has one (TIFF), else 0; not applied */
  double x_ppi, y_ppi;  /* pixels per inch; 0 = not known */
  void *pixels;         /* height * width * channels samples; as is icc: malloc or NULL */
  uint8_t *icc;         /* the ICC profile as it stands in the file, unchecked; not from PNG, where it is packed */
  size_t icc_size;
  const cpc_block *blocks; /* writing: what goes into the file before the pixels, in this order; not freed */
  size_t block_count;
  /* Writing without pixels: puts the samples of `count` rows from `first` on at `to`. Called from the top down. */
  void (*make_rows)(void *context, uint32_t first, uint32_t count, void *to);
  void *context;
  int end_missing;      /* reading PNG, JPEG: the pixels are whole, but the end marker is not there */
  size_t trailing;      /* reading PNG, JPEG: bytes after the end */
  unsigned unread_samples; /* reading TIFF: samples of a pixel that are neither colour nor alpha */
  char message[200];    /* the library's words for the status, in English, perhaps empty */
} cpc_picture;

/* An encoded file: size bytes at data (malloc; capacity bytes are reserved). Needing more than `limit` bytes, unless
 * that is 0, is the same as running out of memory. */
typedef struct {
  uint8_t *data;
  size_t size, capacity, limit;
  /* PNG and JPEG: the file goes to this open one instead; `error` is why it was not taken, a value of errno. */
  int to_descriptor, descriptor, error;
  int left_out; /* TIFF: the blocks did not go into the file, which is too large for their offsets */
  char message[200];
} cpc_file;

/* Read the first picture of the file of `size` bytes at `data` into `*out`, which the caller hands over
 * zeroed (but for limit) and gives to cpc_free_picture whatever the status. With CPC_OK everything but message is valid;
 * with CPC_TOO_LARGE and CPC_NO_MEMORY width and height are. A file that ends too early is CPC_DAMAGED, never half a picture; only the
 * end marker of PNG and JPEG, which has nothing of the picture, may be missing.
 *
 * PNG: 1, 2 and 4 bits and palettes come as 8 bits, tRNS as alpha; interlaced or not.
 * JPEG: gray and RGB (YCbCr or RGB); CMYK, YCCK and 12 bits are CPC_UNSUPPORTED.
 * TIFF: the first page that is no preview; strips, tiles, both planar configurations; gray (either sense),
 *   RGB, palette, YCbCr inside JPEG; 1, 2, 4, 8, 16 and 32 bits unsigned, 16, 32 and 64 bits float.
 * WebP: lossy and lossless; animations are CPC_UNSUPPORTED. Always RGB. */
cpc_status cpc_read_png(const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out);
cpc_status cpc_read_jpeg(const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out);
cpc_status cpc_read_tiff(const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out);
cpc_status cpc_read_webp(const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out);

/* Encode `*picture`, with its icc, blocks and resolution, into `*out`, which the caller hands over zeroed (but for
 * limit) and gives to cpc_free_file whatever the status. `*picture` is read only. Of TIFF the first block, if there is
 * one, is a TIFF structure whose first directory joins that of the picture; its bytes keep their offsets, and the file
 * its byte order.
 *
 * Its pixels, or make_rows, which PNG, JPEG and TIFF call for a few rows at a time and WebP does not know.
 *
 * PNG, TIFF: CPC_U8 or CPC_U16, 1 to 4 channels. TIFF: deflate with horizontal predictor.
 * JPEG: CPC_U8, 1 or 3 channels; `quality` 1...100, chroma not subsampled.
 * WebP: CPC_U8, 3 or 4 channels; lossy of `quality` 0...100, alpha lossless.
 * Other samples or channels are CPC_UNSUPPORTED. */
cpc_status cpc_write_png(const cpc_picture *picture, cpc_file *out);
cpc_status cpc_write_jpeg(const cpc_picture *picture, int quality, cpc_file *out);
cpc_status cpc_write_tiff(const cpc_picture *picture, cpc_file *out);
cpc_status cpc_write_webp(const cpc_picture *picture, int quality, cpc_file *out);

/* Unpack, or pack, `size` bytes of zlib's format into `*out` (as above). More than `limit` bytes unpacked, or a broken
 * stream: CPC_DAMAGED. */
cpc_status cpc_inflate(const uint8_t *data, size_t size, size_t limit, cpc_file *out);
cpc_status cpc_deflate(const uint8_t *data, size_t size, cpc_file *out);

/* The checksum of PNG's chunks. */
uint32_t cpc_crc32(const uint8_t *data, size_t size);

/* Free what the structure owns (not the structure) and zero the pointers; harmless on a zeroed one. */
void cpc_free_picture(cpc_picture *picture);
void cpc_free_file(cpc_file *file);

/* Samples: `count` of them from `in` to `out`, which do not overlap.
 * To float: in / 255 or in / 65535. From float: clamped to 0...1, NaN as 0, rounded to nearest; a sample
 * that went to float and back is the same. cpc_clamp: 0...1, NaN as 0, in and out may be equal; returns how many were
 * outside. */
void cpc_u8_to_float(const uint8_t *in, float *out, size_t count);
void cpc_u16_to_float(const uint16_t *in, float *out, size_t count);
size_t cpc_clamp(const float *in, float *out, size_t count);
void cpc_float_to_u8(const float *in, uint8_t *out, size_t count);
void cpc_float_to_u16(const float *in, uint16_t *out, size_t count);

#endif
