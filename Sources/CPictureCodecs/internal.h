/* What the codecs share. */
#ifndef CPC_INTERNAL_H
#define CPC_INTERNAL_H

#include "CPictureCodecs.h"

/* Copies a library's message, cut to fit. */
void cpc_say(char message[200], const char *text);

/* width and height are set: CPC_DAMAGED if one is 0, CPC_TOO_LARGE beyond max_pixels. */
cpc_status cpc_check_size(cpc_picture *picture, uint64_t max_pixels);

/* width, height, channels and sample are set: checks them against max_pixels and takes the pixel memory. */
cpc_status cpc_allocate(cpc_picture *picture, uint64_t max_pixels);

/* A malloc copy of `size` bytes into *to; nothing happens if size is 0 or memory is short. */
void cpc_keep(const void *from, size_t size, uint8_t **to, size_t *to_size);

/* Makes room for `size` bytes in all; 0 if there is no memory. Bytes beyond file->size are undefined. */
int cpc_reserve(cpc_file *file, size_t size);

/* Bytes of one sample and of one row. */
size_t cpc_sample_size(cpc_sample sample);
size_t cpc_row_size(const cpc_picture *picture);

/* Writes what there is to the open file, and keeps the memory; 0 if it was not taken. */
int cpc_flush(cpc_file *file);

/* Rows of a picture that is written, from `first` on: as they lie, or made in `buffer`, which has room for them. */
const uint8_t *cpc_strip(const cpc_picture *picture, uint32_t first, uint32_t count, void *buffer);
/* Rows that are made together, and a buffer of malloc for them; if there are pixels, NULL and `*failed` is 0. */
enum { cpc_strip_rows = 64 };
void *cpc_strip_buffer(const cpc_picture *picture, uint32_t rows, int *failed);

/* An array of malloc with the address of every row of picture->pixels; NULL if there is no memory. */
uint8_t **cpc_rows(const cpc_picture *picture);

#endif
