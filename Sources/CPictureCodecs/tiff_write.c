#include "tiff_codec.h"

#include <string.h>

/* Above this many bytes of samples the 32-bit offsets of a classic TIFF might not reach. */
static const uint64_t classic_limit = 4000000000u;

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

  /* By strips, not rows: libtiff would apply the predictor to the caller's rows in place. */
  for (uint32_t y = 0, strip = 0; done && y < picture->height; y += rows, strip++) {
    tmsize_t size = (tmsize_t)(row_size * (picture->height - y < rows ? picture->height - y : rows));
    done = TIFFWriteEncodedStrip(tiff, strip, (uint8_t *)picture->pixels + y * row_size, size) == size;
  }
  return done && TIFFFlush(tiff);
}

cpc_status cpc_write_tiff(const cpc_picture *picture, cpc_file *out) {
  if (picture->channels < 1 || picture->channels > 4 || picture->sample == CPC_F32) return CPC_UNSUPPORTED;
  uint64_t bytes = (uint64_t)picture->height * cpc_row_size(picture);
  cpc_stream stream = {.file = out, .message = out->message};
  TIFF *tiff = cpc_tiff_open(&stream, bytes > classic_limit ? "w8" : "w");
  int done = tiff && write_picture(tiff, picture);
  if (tiff) TIFFClose(tiff);
  return done ? CPC_OK : stream.no_memory || !tiff ? CPC_NO_MEMORY : CPC_UNSUPPORTED;
}
