#include "internal.h"

#include <stdlib.h>
#include <string.h>

#include <webp/decode.h>
#include <webp/encode.h>
#include <webp/mux.h>

static void keep_chunk(const WebPMux *mux, const char name[4], uint8_t **to, size_t *to_size) {
  WebPData chunk;
  if (WebPMuxGetChunk(mux, name, &chunk) == WEBP_MUX_OK) cpc_keep(chunk.bytes, chunk.size, to, to_size);
}

cpc_status cpc_read_webp(const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out) {
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(data, size, &features) != VP8_STATUS_OK) return CPC_DAMAGED;
  if (features.has_animation) {
    cpc_say(out->message, "it is an animation; save the frame that you want as a picture of its own");
    return CPC_UNSUPPORTED;
  }
  /* The container is looked at as a whole, so that a file cut after its pixels is found out, too. */
  WebPData file = {data, size};
  WebPMux *mux = WebPMuxCreate(&file, 0);
  if (!mux) return CPC_DAMAGED;
  keep_chunk(mux, "ICCP", &out->icc, &out->icc_size);
  WebPMuxDelete(mux);

  out->width = (uint32_t)features.width;
  out->height = (uint32_t)features.height;
  out->channels = features.has_alpha ? 4 : 3;
  out->sample = CPC_U8;
  cpc_status status = cpc_allocate(out, max_pixels);
  if (status != CPC_OK) return status;
  int stride = (int)cpc_row_size(out);
  size_t room = out->height * cpc_row_size(out);
  uint8_t *done = features.has_alpha ? WebPDecodeRGBAInto(data, size, out->pixels, room, stride)
                                     : WebPDecodeRGBInto(data, size, out->pixels, room, stride);
  return done ? CPC_OK : CPC_DAMAGED;
}

static int on_write(const uint8_t *data, size_t count, const WebPPicture *picture) {
  cpc_file *file = picture->custom_ptr;
  if (!cpc_reserve(file, file->size + count)) return 0;
  memcpy(file->data + file->size, data, count);
  file->size += count;
  return 1;
}

static cpc_status encode(const cpc_picture *picture, int quality, cpc_file *out) {
  WebPConfig config;
  WebPPicture image;
  if (!WebPConfigPreset(&config, WEBP_PRESET_PHOTO, (float)quality) || !WebPPictureInit(&image)) return CPC_UNSUPPORTED;
  config.use_sharp_yuv = 1;
  config.exact = 1;
  if (picture->width > WEBP_MAX_DIMENSION || picture->height > WEBP_MAX_DIMENSION) return CPC_UNSUPPORTED;
  image.width = (int)picture->width;
  image.height = (int)picture->height;
  image.use_argb = 1;
  image.writer = on_write;
  image.custom_ptr = out;
  int stride = (int)cpc_row_size(picture);
  int done = picture->channels == 4 ? WebPPictureImportRGBA(&image, picture->pixels, stride)
                                    : WebPPictureImportRGB(&image, picture->pixels, stride);
  done = done && WebPEncode(&config, &image);
  WebPEncodingError error = image.error_code;
  WebPPictureFree(&image);
  if (done) return CPC_OK;
  int no_memory = error == VP8_ENC_ERROR_OUT_OF_MEMORY || error == VP8_ENC_ERROR_BITSTREAM_OUT_OF_MEMORY ||
                  error == VP8_ENC_ERROR_BAD_WRITE || /* on_write fails only for want of memory, */
                  error == VP8_ENC_OK;                /* and libwebp does not always say that it did */
  return no_memory ? CPC_NO_MEMORY : CPC_UNSUPPORTED;
}

/* The file again, in its extended form, with the profile and the blocks around the pixels. */
static cpc_status add_metadata(const cpc_picture *picture, cpc_file *out) {
  WebPData plain = {out->data, out->size}, icc = {picture->icc, picture->icc_size};
  WebPData whole = {NULL, 0};
  WebPMux *mux = WebPMuxCreate(&plain, 0);
  int done = mux != NULL;
  if (done && icc.size) done = WebPMuxSetChunk(mux, "ICCP", &icc, 0) == WEBP_MUX_OK;
  for (size_t i = 0; done && i < picture->block_count; i++) {
    uint32_t code = picture->blocks[i].code;
    char name[4] = {(char)(code >> 24), (char)(code >> 16), (char)(code >> 8), (char)code};
    WebPData data = {picture->blocks[i].data, picture->blocks[i].size};
    done = WebPMuxSetChunk(mux, name, &data, 0) == WEBP_MUX_OK;
  }
  done = done && WebPMuxAssemble(mux, &whole) == WEBP_MUX_OK;
  WebPMuxDelete(mux);
  if (done) out->size = 0;
  done = done && cpc_reserve(out, whole.size);
  if (done) {
    memcpy(out->data, whole.bytes, whole.size);
    out->size = whole.size;
  }
  WebPDataClear(&whole);
  return done ? CPC_OK : CPC_NO_MEMORY;
}

cpc_status cpc_write_webp(const cpc_picture *picture, int quality, cpc_file *out) {
  if ((picture->channels != 3 && picture->channels != 4) || picture->sample != CPC_U8) return CPC_UNSUPPORTED;
  cpc_status status = encode(picture, quality, out);
  if (status == CPC_OK && (picture->icc_size || picture->block_count)) status = add_metadata(picture, out);
  return status;
}
