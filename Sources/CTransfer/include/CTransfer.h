/* Files from the network and their checksums: what of libcurl and libcrypto cannot be called from Swift. */
#ifndef CTRANSFER_H
#define CTRANSFER_H

#include <stdint.h>

/* Called several times a second, also while nothing comes, with bytes of the whole file; total is 0 while it is unknown. Another result than 0 stops the transfer. */
typedef int ct_progress(void *context, int64_t done, int64_t total);

/* How a transfer ended. */
typedef enum {
  CT_DONE,
  CT_STOPPED,     /* by the progress function */
  CT_INTERRUPTED, /* the connection: trying again may help, and goes on from where it stopped */
  CT_REFUSED,     /* by the server or the certificate: trying again does not help */
  CT_NOT_WRITTEN, /* the file; errno of the time is in `number` */
} ct_outcome;

typedef struct {
  ct_outcome outcome;
  int number;
  /* HTTP status of the last answer, 0 without one. */
  long status;
  /* What went wrong, in words of libcurl. */
  char message[256];
} ct_result;

/* Fetches `url` into the open file, from byte `from` on, which is the file's size. The open file `version` keeps what tells
 * the version begun from others (the ETag), from before its first byte on: where the server has another one by now, or no
 * parts, the file is emptied and begun anew. Plain http is refused, also in redirections, unless the url itself begins
 * with it. Proxies are those of the environment (https_proxy), certificates those of the system or of SSL_CERT_FILE or
 * CURL_CA_BUNDLE. */
void ct_fetch(const char *url, int file, int version, int64_t from, ct_progress *progress, void *context,
              ct_result *result);

/* SHA-256 of a whole open file, in 64 hexadecimal digits and a 0; -1 if it cannot be read. */
int ct_sha256(int file, char digest[65]);

#endif
