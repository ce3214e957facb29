#include "internal.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

_Static_assert(sizeof(JOCTET) == 1, "bytes are handed over as they are");

/* A progressive file may repeat its scans without end; real ones have about ten. */
enum { max_scans = 200 };

/* libjpeg leaves by longjmp to the functions below whose name ends in _guarded; their caller owns the session. */
typedef struct {
  struct jpeg_error_mgr manager; /* first: libjpeg hands back its address */
  jmp_buf jump;
  char *message;
  int code;
  int ended;   /* the file ended before its end marker */
  int skipped; /* bytes between markers that belong to none */
  cpc_file *file; /* writing: where to */
  void *strip;    /* writing: rows that are made */
  struct jpeg_destination_mgr destination;
} session;

_Noreturn static void on_failure(j_common_ptr info) {
  session *s = (session *)info->err;
  char text[JMSG_LENGTH_MAX];
  s->code = s->manager.msg_code;
  s->manager.format_message(info, text);
  cpc_say(s->message, text);
  longjmp(s->jump, 1);
}

static void on_output(j_common_ptr info) { (void)info; }

/* libjpeg fills what is missing with gray and only warns; such a picture is damaged. Oddities that leave the
 * pixels whole, as padding between markers, are not. */
static void on_message(j_common_ptr info, int level) {
  if (level >= 0) return;
  switch (info->err->msg_code) {
    /* Not yet a loss: libjpeg looks ahead, and puts an end marker there. A sample that is missing is the next case. */
    case JWRN_JPEG_EOF: ((session *)info->err)->ended = 1; break;
    case JWRN_EXTRANEOUS_DATA: ((session *)info->err)->skipped = 1; break;
    case JWRN_HIT_MARKER:
    case JWRN_HUFF_BAD_CODE:
    case JWRN_ARITH_BAD_CODE:
    case JWRN_MUST_RESYNC:
      on_failure(info);
    default:
      break;
  }
}

static void on_progress(j_common_ptr info) {
  session *s = (session *)info->err;
  if (((j_decompress_ptr)info)->input_scan_number <= max_scans) return;
  cpc_say(s->message, "it repeats itself without end");
  longjmp(s->jump, 1);
}

static void prepare(session *s, char *message) {
  jpeg_std_error(&s->manager);
  s->manager.error_exit = on_failure;
  s->manager.output_message = on_output;
  s->manager.emit_message = on_message;
  s->message = message;
}

static void keep_metadata(j_decompress_ptr info, cpc_picture *out) {
  JOCTET *profile = NULL;
  unsigned profile_size = 0;
  if (jpeg_read_icc_profile(info, &profile, &profile_size)) {
    cpc_keep(profile, profile_size, &out->icc, &out->icc_size);
    free(profile);
  }
  double inch = info->density_unit == 1 ? 1 : info->density_unit == 2 ? 2.54 : 0;
  if (info->saw_JFIF_marker && info->X_density && info->Y_density) {
    out->x_ppi = info->X_density * inch;
    out->y_ppi = info->Y_density * inch;
  }
}

/* Whether all there is to know of every pixel came before the file ended. With arithmetic coding nobody can tell, since
 * zeros at its end are left out; a sequential file in several scans may lack the last ones. */
static int is_whole(j_decompress_ptr info) {
  if (info->arith_code || !(info->progressive_mode || info->comps_in_scan == info->num_components)) return 0;
  if (!info->progressive_mode) return 1;
  for (int c = 0; c < info->num_components; c++)
    for (int k = 0; k < DCTSIZE2; k++)
      if (info->coef_bits[c][k] != 0) return 0;
  return 1;
}

static cpc_status read_guarded(
    j_decompress_ptr info, session *s, const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out) {
  if (setjmp(s->jump)) {
    if (s->code == JERR_OUT_OF_MEMORY) return CPC_NO_MEMORY;
    if (s->code == JERR_BAD_PRECISION || s->code == JERR_SOF_UNSUPPORTED) return CPC_UNSUPPORTED;
    return CPC_DAMAGED;
  }
  jpeg_create_decompress(info);
  struct jpeg_progress_mgr *progress =
      info->mem->alloc_small((j_common_ptr)info, JPOOL_PERMANENT, sizeof(struct jpeg_progress_mgr));
  memset(progress, 0, sizeof *progress);
  progress->progress_monitor = on_progress;
  info->progress = progress;
  jpeg_mem_src(info, data, size);
  jpeg_save_markers(info, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header(info, TRUE);

  switch (info->jpeg_color_space) {
    case JCS_GRAYSCALE: info->out_color_space = JCS_GRAYSCALE; break;
    case JCS_YCbCr:
    case JCS_RGB: info->out_color_space = JCS_RGB; break;
    case JCS_CMYK:
    case JCS_YCCK: cpc_say(out->message, "its colours are CMYK; convert it to RGB first"); return CPC_UNSUPPORTED;
    default: cpc_say(out->message, "its colours are neither gray nor RGB"); return CPC_UNSUPPORTED;
  }
  jpeg_calc_output_dimensions(info);
  out->width = info->output_width;
  out->height = info->output_height;
  out->channels = (uint32_t)info->output_components;
  out->sample = CPC_U8;
  keep_metadata(info, out);
  cpc_status status = cpc_allocate(out, max_pixels);
  if (status != CPC_OK) return status;

  jpeg_start_decompress(info);
  size_t row_size = cpc_row_size(out);
  while (info->output_scanline < info->output_height) {
    JSAMPROW row = (uint8_t *)out->pixels + info->output_scanline * row_size;
    jpeg_read_scanlines(info, &row, 1);
  }
  int whole = is_whole(info); /* now: the next call frees what this looks at */
  jpeg_finish_decompress(info);
  /* Zeros in place of lost data decode to something. There are too many of them; and coded data end with ones. */
  int zeros = size < 2 || (data[size - 1] == 0 && data[size - 2] == 0);
  if (s->ended && (!whole || s->skipped || zeros)) {
    cpc_say(out->message, "it ends too early");
    return CPC_DAMAGED;
  }
  out->end_missing = s->ended;
  out->trailing = s->ended ? 0 : info->src->bytes_in_buffer;
  return CPC_OK;
}

cpc_status cpc_read_jpeg(const uint8_t *data, size_t size, uint64_t max_pixels, cpc_picture *out) {
  session s = {.code = 0};
  struct jpeg_decompress_struct info = {0};
  prepare(&s, out->message);
  info.err = &s.manager;
  cpc_status status = read_guarded(&info, &s, data, size, max_pixels, out);
  jpeg_destroy_decompress(&info);
  return status;
}

static UINT16 density(double ppi) { return ppi < 1 ? 1 : ppi > 65535 ? 65535 : (UINT16)(ppi + 0.5); }

/* libjpeg's own destination in memory (jpeg_mem_dest) frees a buffer when it grows, and tells the new one only at the
 * end: after a failure in between nobody knows what to free. Here the file owns it all the time. */
static void point_to_rest(session *s) {
  s->destination.next_output_byte = s->file->data + s->file->size;
  s->destination.free_in_buffer = s->file->capacity - s->file->size;
}

static void make_room(j_compress_ptr info) {
  session *s = (session *)info->err;
  if (s->file->to_descriptor) {
    if (!cpc_flush(s->file)) ERREXIT1(info, JERR_FILE_WRITE, 0);
    if (!cpc_reserve(s->file, 1 << 16)) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
    point_to_rest(s);
    return;
  }
  size_t step = s->file->size / 2 + 65536;
  if (s->file->limit && s->file->limit - s->file->size < step) step = s->file->limit - s->file->size;
  if (step == 0 || !cpc_reserve(s->file, s->file->size + step)) ERREXIT1(info, JERR_OUT_OF_MEMORY, 0);
  point_to_rest(s);
}

/* libjpeg calls this with a full buffer, whatever its pointers say. */
static boolean on_full(j_compress_ptr info) {
  session *s = (session *)info->err;
  s->file->size = s->file->capacity;
  make_room(info);
  return TRUE;
}

static void on_end(j_compress_ptr info) {
  session *s = (session *)info->err;
  s->file->size = s->file->capacity - s->destination.free_in_buffer;
  if (s->file->to_descriptor && !cpc_flush(s->file)) ERREXIT1(info, JERR_FILE_WRITE, 0);
}

/* Pixels of the largest picture that gets Huffman tables of its own: larger files are some percent larger. */
static const uint64_t own_tables_limit = 1 << 25;

static cpc_status write_guarded(j_compress_ptr info, session *s, const cpc_picture *picture, int quality) {
  if (setjmp(s->jump)) return s->code == JERR_OUT_OF_MEMORY ? CPC_NO_MEMORY : CPC_UNSUPPORTED;
  jpeg_create_compress(info);
  s->destination.init_destination = make_room;
  s->destination.empty_output_buffer = on_full;
  s->destination.term_destination = on_end;
  info->dest = &s->destination;
  info->image_width = picture->width;
  info->image_height = picture->height;
  info->input_components = (int)picture->channels;
  info->in_color_space = picture->channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_set_defaults(info);
  jpeg_set_quality(info, quality, TRUE);
  info->comp_info[0].h_samp_factor = info->comp_info[0].v_samp_factor = 1;
  /* Tables of its own take two passes, with all coefficients in memory between them. */
  info->optimize_coding = (uint64_t)picture->width * picture->height <= own_tables_limit;
  if (picture->x_ppi > 0 && picture->y_ppi > 0) {
    info->density_unit = 1;
    info->X_density = density(picture->x_ppi);
    info->Y_density = density(picture->y_ppi);
  }
  jpeg_start_compress(info, TRUE);
  for (size_t i = 0; i < picture->block_count; i++)
    jpeg_write_marker(info, (int)picture->blocks[i].code, picture->blocks[i].data, (unsigned)picture->blocks[i].size);
  if (picture->icc_size) jpeg_write_icc_profile(info, picture->icc, (unsigned)picture->icc_size);
  size_t row_size = cpc_row_size(picture);
  while (info->next_scanline < info->image_height) {
    uint32_t y = info->next_scanline;
    uint32_t count = picture->height - y < cpc_strip_rows ? picture->height - y : cpc_strip_rows;
    const uint8_t *strip = cpc_strip(picture, y, count, s->strip);
    for (uint32_t i = 0; i < count; i++) {
      JSAMPROW row = (JSAMPROW)(strip + i * row_size);
      jpeg_write_scanlines(info, &row, 1);
    }
  }
  jpeg_finish_compress(info);
  return CPC_OK;
}

cpc_status cpc_write_jpeg(const cpc_picture *picture, int quality, cpc_file *out) {
  if ((picture->channels != 1 && picture->channels != 3) || picture->sample != CPC_U8) return CPC_UNSUPPORTED;
  session s = {.file = out};
  struct jpeg_compress_struct info = {0};
  prepare(&s, out->message);
  info.err = &s.manager;
  int failed;
  s.strip = cpc_strip_buffer(picture, cpc_strip_rows, &failed);
  cpc_status status = failed ? CPC_NO_MEMORY : write_guarded(&info, &s, picture, quality);
  jpeg_destroy_compress(&info);
  free(s.strip);
  return status;
}
