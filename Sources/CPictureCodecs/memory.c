#include "internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void cpc_say(char message[200], const char *text) {
  size_t length = text ? strlen(text) : 0;
  if (length > 199) length = 199;
  if (length) memcpy(message, text, length);
  message[length] = 0;
}

size_t cpc_sample_size(cpc_sample sample) { return sample == CPC_U8 ? 1 : sample == CPC_U16 ? 2 : 4; }

size_t cpc_row_size(const cpc_picture *picture) {
  return (size_t)picture->width * picture->channels * cpc_sample_size(picture->sample);
}

cpc_status cpc_check_size(cpc_picture *picture, uint64_t max_pixels) {
  if (picture->width == 0 || picture->height == 0) {
    cpc_say(picture->message, "it has no pixels");
    return CPC_DAMAGED;
  }
  return (uint64_t)picture->width * picture->height > max_pixels ? CPC_TOO_LARGE : CPC_OK;
}

cpc_status cpc_allocate(cpc_picture *picture, uint64_t max_pixels) {
  cpc_status status = cpc_check_size(picture, max_pixels);
  if (status != CPC_OK) return status;
  uint64_t samples = (uint64_t)picture->width * picture->height * picture->channels;
  size_t each = cpc_sample_size(picture->sample) + sizeof(float);
  if (picture->limit && samples * each > picture->limit) return CPC_NO_MEMORY;
  picture->pixels = malloc(picture->height * cpc_row_size(picture));
  return picture->pixels ? CPC_OK : CPC_NO_MEMORY;
}

void cpc_keep(const void *from, size_t size, uint8_t **to, size_t *to_size) {
  if (size == 0 || *to) return;
  *to = malloc(size);
  if (!*to) return;
  memcpy(*to, from, size);
  *to_size = size;
}

int cpc_reserve(cpc_file *file, size_t size) {
  if (file->limit && size > file->limit) return 0;
  if (size <= file->capacity) return 1;
  size_t capacity = size + size / 2 + 4096;
  if (file->limit && capacity > file->limit) capacity = file->limit;
  uint8_t *data = realloc(file->data, capacity);
  if (!data) return 0;
  file->data = data;
  file->capacity = capacity;
  return 1;
}

int cpc_flush(cpc_file *file) {
  size_t done = 0;
  while (done < file->size) {
    ssize_t count = write(file->descriptor, file->data + done, file->size - done);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) {
      file->error = count < 0 ? errno : ENOSPC;
      return 0;
    }
    done += (size_t)count;
  }
  file->size = 0;
  return 1;
}

const uint8_t *cpc_strip(const cpc_picture *picture, uint32_t first, uint32_t count, void *buffer) {
  if (picture->pixels) return (const uint8_t *)picture->pixels + first * cpc_row_size(picture);
  picture->make_rows(picture->context, first, count, buffer);
  return buffer;
}

void *cpc_strip_buffer(const cpc_picture *picture, uint32_t rows, int *failed) {
  void *buffer = picture->pixels ? NULL : malloc(rows * cpc_row_size(picture));
  *failed = !picture->pixels && !buffer;
  return buffer;
}

uint8_t **cpc_rows(const cpc_picture *picture) {
  uint8_t **rows = malloc(picture->height * sizeof *rows);
  size_t row_size = cpc_row_size(picture);
  for (uint32_t y = 0; rows && y < picture->height; y++) rows[y] = (uint8_t *)picture->pixels + y * row_size;
  return rows;
}

void cpc_free_picture(cpc_picture *picture) {
  free(picture->pixels);
  free(picture->icc);
  picture->pixels = NULL;
  picture->icc = NULL;
  picture->icc_size = 0;
}

void cpc_free_file(cpc_file *file) {
  free(file->data);
  file->data = NULL;
  file->size = file->capacity = 0;
}
