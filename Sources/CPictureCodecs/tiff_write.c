#include "tiff_codec.h"

#include <stdlib.h>
#include <string.h>

/* Above this many bytes of samples the 32-bit offsets of a classic TIFF might not reach. */
static const uint64_t classic_limit = 4000000000u;

/* And above this many no further directory is joined. */
static const uint64_t join_limit = 1900000000u;

/* Bytes of samples in one strip, before compression. */
static const size_t strip_size = 1 << 18;

static int write_picture(TIFF *tiff, const cpc_picture *picture) {
  uint16_t bits = picture->sample == CPC_U16 ? 16 : 8;
  int alpha = picture->channels == 2 || picture->channels == 4;
  uint16_t extra = EXTRASAMPLE_UNASSALPHA;
  size_t row_size = cpc_row_size(picture);
  uint32_t rows = row_size < strip_size ? (uint32_t)(strip_size / row_size) : 1;
  int done = TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, picture->width) &&
             TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, picture->height) &&
             TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, bits) &&
             TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, (uint16_t)picture->channels) &&
             TIFFSetField(
                 tiff, TIFFTAG_PHOTOMETRIC, picture->channels < 3 ? PHOTOMETRIC_MINISBLACK : PHOTOMETRIC_RGB) &&
             TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG) &&
             TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT) &&
             TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE) &&
             TIFFSetField(tiff, TIFFTAG_PREDICTOR, PREDICTOR_HORIZONTAL) &&
             TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, rows);
  if (done && alpha) done = TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &extra);
  if (done && picture->icc_size)
    done = TIFFSetField(tiff, TIFFTAG_ICCPROFILE, (uint32_t)picture->icc_size, picture->icc);
  if (done && picture->x_ppi > 0 && picture->y_ppi > 0)
    done = TIFFSetField(tiff, TIFFTAG_XRESOLUTION, picture->x_ppi) &&
           TIFFSetField(tiff, TIFFTAG_YRESOLUTION, picture->y_ppi) &&
           TIFFSetField(tiff, TIFFTAG_RESOLUTIONUNIT, RESUNIT_INCH);

  int failed;
  void *buffer = cpc_strip_buffer(picture, rows, &failed);
  done = done && !failed;
  /* By strips, not rows: libtiff would apply the predictor to the caller's rows in place. */
  for (uint32_t y = 0, strip = 0; done && y < picture->height; y += rows, strip++) {
    tmsize_t size = (tmsize_t)(row_size * (picture->height - y < rows ? picture->height - y : rows));
    const uint8_t *from = cpc_strip(picture, y, (uint32_t)((size_t)size / row_size), buffer);
    done = TIFFWriteEncodedStrip(tiff, strip, (void *)from, size) == size;
  }
  free(buffer);
  return done && TIFFFlush(tiff);
}

/* Numbers of a classic TIFF file in its byte order; the caller has checked the bounds. */
typedef struct {
  uint8_t *data;
  int little;
} numbers;

static uint32_t get(numbers n, size_t at, unsigned bytes) {
  uint32_t value = 0;
  for (unsigned i = 0; i < bytes; i++) value = value << 8 | n.data[n.little ? at + bytes - 1 - i : at + i];
  return value;
}

static void put(numbers n, size_t at, unsigned bytes, uint32_t value) {
  for (unsigned i = 0; i < bytes; i++) n.data[n.little ? at + i : at + bytes - 1 - i] = (uint8_t)(value >> 8 * i);
}

static int by_tag(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

/* The entries of the directory at `at` (12 bytes each) as (tag, offset), two numbers each; how many, -1 if it does not
 * lie in the first `end` bytes. */
static int list_entries(numbers n, size_t at, size_t end, int (*list)[2], int room) {
  if (at + 2 > end) return -1;
  int count = (int)get(n, at, 2);
  if (count > room || (end - at - 2) / 12 < (size_t)count) return -1;
  for (int i = 0; i < count; i++) {
    list[i][0] = (int)get(n, at + 2 + 12 * (size_t)i, 2);
    list[i][1] = (int)(at + 2 + 12 * (size_t)i);
  }
  return count;
}

/* The finished file gets another first directory at its end: its own entries, and those of the directory at `front`
 * that it has not. What they point to lies where it was. */
static int join_directories(cpc_file *file, size_t front, size_t front_end) {
  enum { most = 1000 };
  int entries[2 * most][2], more[most][2];
  numbers n = {file->data, file->data[0] == 'I'};
  int count = list_entries(n, get(n, 4, 4), file->size, entries, most);
  int added = list_entries(n, front, front_end, more, most);
  if (count < 0 || added < 0 || file->size > INT32_MAX - 65536) return 0;
  int own = count;
  for (int i = 0; i < added; i++) {
    int known = 0;
    for (int j = 0; j < own; j++) known |= entries[j][0] == more[i][0];
    if (!known) memcpy(entries[count++], more[i], sizeof more[i]);
  }
  qsort(entries, (size_t)count, sizeof entries[0], by_tag);
  size_t at = (file->size + 1) & ~(size_t)1, end = at + 2 + 12 * (size_t)count + 4;
  if (!cpc_reserve(file, end)) return -1;
  n.data = file->data;
  memset(file->data + file->size, 0, end - file->size);
  put(n, at, 2, (uint32_t)count);
  for (int i = 0; i < count; i++) memcpy(n.data + at + 2 + 12 * (size_t)i, n.data + entries[i][1], 12);
  put(n, 4, 4, (uint32_t)at);
  file->size = end;
  return 1;
}

cpc_status cpc_write_tiff(const cpc_picture *picture, cpc_file *out) {
  if (picture->channels < 1 || picture->channels > 4 || picture->sample == CPC_F32) return CPC_UNSUPPORTED;
  uint64_t bytes = (uint64_t)picture->height * cpc_row_size(picture);
  cpc_stream stream = {.file = out, .message = out->message};
  cpc_block front = picture->block_count ? picture->blocks[0] : (cpc_block){0};
  if (front.size < 8 || bytes > join_limit) {
    out->left_out = front.size != 0;
    front.size = 0;
  }
  const char *mode = bytes > classic_limit ? "w8" : !front.size ? "w" : front.data[0] == 'I' ? "wl" : "wb";
  TIFF *tiff = cpc_tiff_open(&stream, mode);
  int done = tiff != NULL;
  if (done && front.size) {
    /* Behind the header that libtiff has just written, which is as long as that of the block; libtiff appends. */
    size_t end = (front.size + 1) & ~(size_t)1;
    done = cpc_reserve(out, end);
    stream.no_memory = !done;
    if (done) {
      memset(out->data + 8, 0, end - 8);
      memcpy(out->data + 8, front.data + 8, front.size - 8);
      out->size = end;
    }
  }
  done = done && write_picture(tiff, picture);
  if (tiff) TIFFClose(tiff);
  if (done && front.size) {
    numbers n = {(uint8_t *)front.data, front.data[0] == 'I'};
    int joined = join_directories(out, get(n, 4, 4), front.size);
    out->left_out = joined == 0;
    stream.no_memory = joined < 0;
    done = joined >= 0;
  }
  return done ? CPC_OK : stream.no_memory || !tiff ? CPC_NO_MEMORY : CPC_UNSUPPORTED;
}
