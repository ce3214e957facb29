#include <errno.h>
#include <openssl/evp.h>
#include <unistd.h>

#include "CTransfer.h"

int ct_sha256(int file, char digest[65]) {
  static const char digits[] = "0123456789abcdef";
  unsigned char bytes[1 << 16], value[EVP_MAX_MD_SIZE];
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  if (!context) return -1;
  int is_done = lseek(file, 0, SEEK_SET) == 0 && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
  while (is_done) {
    const ssize_t count = read(file, bytes, sizeof bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) break;
    is_done = count > 0 && EVP_DigestUpdate(context, bytes, (size_t)count) == 1;
  }
  is_done = is_done && EVP_DigestFinal_ex(context, value, NULL) == 1;
  EVP_MD_CTX_free(context);
  if (!is_done) return -1;
  for (int i = 0; i < 32; i++) digest[2 * i] = digits[value[i] >> 4], digest[2 * i + 1] = digits[value[i] & 15];
  digest[64] = 0;
  return 0;
}
