#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "CTransfer.h"

typedef struct {
  CURL *curl;
  int file, version;
  int64_t from;
  /* That of the last answer; "" if the server does not say. */
  char etag[256];
  int is_begun, is_wrong_part;
  ct_progress *progress;
  void *context;
  ct_result *result;
} transfer;

/* Keeps the version and checks that a part is the one that was asked for. Each answer of a chain begins with its status. */
static size_t header(char *line, size_t size, size_t count, void *context) {
  transfer *t = context;
  const size_t length = size * count;
  char text[512];
  if (length >= sizeof text) return length;
  memcpy(text, line, length);
  text[length] = 0;
  text[strcspn(text, "\r\n")] = 0;
  if (strncasecmp(text, "HTTP/", 5) == 0) {
    t->etag[0] = 0;
    t->is_wrong_part = 0;
  } else if (strncasecmp(text, "ETag:", 5) == 0) {
    const char *value = text + 5 + strspn(text + 5, " ");
    if (strlen(value) < sizeof t->etag) strcpy(t->etag, value);
  } else if (strncasecmp(text, "Content-Range:", 14) == 0) {
    const char *value = text + 14 + strspn(text + 14, " ");
    if (strncasecmp(value, "bytes ", 6) != 0 || strtoll(value + 6, NULL, 10) != t->from) t->is_wrong_part = 1;
  }
  return length;
}

/* Whether the file is ready for the bytes of this answer. */
static int begin(transfer *t) {
  long status = 0;
  curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &status);
  if (status == 206) {
    if (t->is_wrong_part) return 0;
  } else {
    t->from = 0;
    const ssize_t length = (ssize_t)strlen(t->etag);
    if (ftruncate(t->version, 0) != 0 || pwrite(t->version, t->etag, (size_t)length, 0) != length) return 0;
  }
  return ftruncate(t->file, t->from) == 0 && lseek(t->file, t->from, SEEK_SET) == t->from;
}

static size_t body(char *bytes, size_t size, size_t count, void *context) {
  transfer *t = context;
  if (!t->is_begun) {
    errno = 0;
    if (!begin(t)) {
      t->result->number = errno;
      return 0;
    }
    t->is_begun = 1;
  }
  size_t left = size * count;
  while (left > 0) {
    const ssize_t written = write(t->file, bytes, left);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      t->result->number = errno;
      return 0;
    }
    bytes += written, left -= (size_t)written;
  }
  return size * count;
}

static int report(void *context, curl_off_t total, curl_off_t done, curl_off_t up_total, curl_off_t up_done) {
  (void)up_total, (void)up_done;
  transfer *t = context;
  if (!t->is_begun) return t->progress(t->context, 0, 0);
  return t->progress(t->context, t->from + done, total > 0 ? t->from + total : 0);
}

static ct_outcome outcome(CURLcode code, const transfer *t) {
  switch (code) {
  case CURLE_OK: return CT_DONE;
  case CURLE_ABORTED_BY_CALLBACK: return CT_STOPPED;
  case CURLE_WRITE_ERROR: return t->result->number ? CT_NOT_WRITTEN : CT_REFUSED;
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
  case CURLE_COULDNT_CONNECT:
  case CURLE_PARTIAL_FILE:
  case CURLE_OPERATION_TIMEDOUT:
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
  case CURLE_SSL_CONNECT_ERROR: return CT_INTERRUPTED;
  case CURLE_HTTP_RETURNED_ERROR:
    return t->result->status >= 500 || t->result->status == 408 || t->result->status == 429 ? CT_INTERRUPTED : CT_REFUSED;
  default: return CT_REFUSED;
  }
}

static void set_protocols(CURL *curl, int plain) {
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, plain ? "http,https" : "https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, plain ? "http,https" : "https");
#else
  const long protocols = plain ? CURLPROTO_HTTP | CURLPROTO_HTTPS : CURLPROTO_HTTPS;
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, protocols);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS, protocols);
#endif
}

/* As curl_easy_perform, which asks the progress function only once a second while nothing comes: who wants to stop should not wait. */
static CURLcode perform(CURL *curl) {
  CURLM *multi = curl_multi_init();
  if (!multi) return CURLE_OUT_OF_MEMORY;
  CURLcode code = CURLE_FAILED_INIT;
  CURLMcode state = curl_multi_add_handle(multi, curl);
  for (int running = 1; running && state == CURLM_OK;) {
    state = curl_multi_perform(multi, &running);
    if (running && state == CURLM_OK) state = curl_multi_poll(multi, NULL, 0, 100, NULL);
  }
  int left;
  for (CURLMsg *message; (message = curl_multi_info_read(multi, &left));) {
    if (message->msg == CURLMSG_DONE) code = message->data.result;
  }
  curl_multi_remove_handle(multi, curl);
  curl_multi_cleanup(multi);
  return code;
}

void ct_fetch(const char *url, int file, int version, int64_t from, ct_progress *progress, void *context,
              ct_result *result) {
  memset(result, 0, sizeof *result);
  CURL *curl = curl_easy_init();
  if (!curl) {
    result->outcome = CT_REFUSED;
    strcpy(result->message, "libcurl does not start");
    return;
  }
  transfer t = {.curl = curl, .file = file, .version = version, .from = from, .progress = progress, .context = context, .result = result};
  struct curl_slist *headers = NULL;
  char range[32];
  if (from > 0) {
    /* Not CURLOPT_RESUME_FROM, which takes a whole file instead of the part for an error. */
    snprintf(range, sizeof range, "%lld-", (long long)from);
    curl_easy_setopt(curl, CURLOPT_RANGE, range);
    char line[300] = "If-Range: ";
    const size_t start = strlen(line);
    const ssize_t length = pread(version, line + start, sizeof t.etag - 1, 0);
    if (length > 0) {
      line[start + (size_t)length] = 0;
      headers = curl_slist_append(headers, line);
    }
  }
  const char *certificates = getenv("SSL_CERT_FILE") ? getenv("SSL_CERT_FILE") : getenv("CURL_CA_BUNDLE");
  if (certificates) curl_easy_setopt(curl, CURLOPT_CAINFO, certificates);
  set_protocols(curl, strncasecmp(url, "http:", 5) == 0);
  curl_easy_setopt(curl, CURLOPT_URL, url);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "resshift");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 8L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
  /* Nothing at all for half a minute. */
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 30L);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, result->message);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &t);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &t);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, report);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &t);
  const CURLcode code = perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &result->status);
  /* The part that was there is the whole file. */
  const int is_whole = code == CURLE_HTTP_RETURNED_ERROR && result->status == 416 && from > 0;
  result->outcome = is_whole ? CT_DONE : outcome(code, &t);
  if (code != CURLE_OK && !result->message[0]) {
    strncpy(result->message, t.is_wrong_part ? "the server sent another part than was asked for" : curl_easy_strerror(code),
            sizeof result->message - 1);
  }
  curl_slist_free_all(headers);
  curl_easy_cleanup(curl);
}
