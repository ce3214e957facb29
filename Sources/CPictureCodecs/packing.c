#include "internal.h"

#include <string.h>

#include <zlib.h>

/* The stream of zlib counts in 32 bits; what is packed inside a chunk of PNG is never longer. */
enum { step = 1 << 16 };

cpc_status cpc_inflate(const uint8_t *data, size_t size, size_t limit, cpc_file *out) {
  if (size > INT32_MAX) return CPC_DAMAGED;
  z_stream z = {.next_in = (Bytef *)data, .avail_in = (uInt)size};
  if (inflateInit(&z) != Z_OK) return CPC_NO_MEMORY;
  cpc_status status = CPC_OK;
  int code = Z_OK;
  while (status == CPC_OK && code != Z_STREAM_END) {
    if (!cpc_reserve(out, out->size + step)) {
      status = CPC_NO_MEMORY;
      break;
    }
    z.next_out = out->data + out->size;
    z.avail_out = step;
    code = inflate(&z, Z_NO_FLUSH);
    out->size += step - z.avail_out;
    if (code != Z_OK && code != Z_STREAM_END) status = code == Z_MEM_ERROR ? CPC_NO_MEMORY : CPC_DAMAGED;
    if (out->size > limit) status = CPC_DAMAGED;
  }
  inflateEnd(&z);
  return status;
}

cpc_status cpc_deflate(const uint8_t *data, size_t size, cpc_file *out) {
  uLongf room = compressBound(size);
  if (!cpc_reserve(out, room)) return CPC_NO_MEMORY;
  if (compress2(out->data, &room, data, size, Z_BEST_COMPRESSION) != Z_OK) return CPC_NO_MEMORY;
  out->size = room;
  return CPC_OK;
}

uint32_t cpc_crc32(const uint8_t *data, size_t size) { return (uint32_t)crc32_z(0, data, size); }
