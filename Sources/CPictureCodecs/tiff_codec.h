/* libtiff on memory: what reading and writing share. */
#ifndef CPC_TIFF_CODEC_H
#define CPC_TIFF_CODEC_H

#include "internal.h"

#include <tiffio.h>

/* A file in memory as libtiff sees it: read from data, or written to file. */
typedef struct {
  const uint8_t *data;
  uint64_t size, position;
  cpc_file *file;  /* NULL when reading */
  char *message;   /* libtiff's first error */
  int too_short;   /* something beyond the end was asked for */
  int no_memory;
} cpc_stream;

/* TIFFClientOpen on the stream, errors into its message, nothing printed. Mode as for fopen plus libtiff's letters. */
TIFF *cpc_tiff_open(cpc_stream *stream, const char *mode);

#endif
