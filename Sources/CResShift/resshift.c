/* The functions of resshift.h are written in Swift (module ResShiftC), but for the one that is a constant.
   That the layout of the header's structures does not change unnoticed is checked here too. */
#include "resshift.h"

_Static_assert(sizeof(resshift_sample_type) == 4 && sizeof(resshift_status) == 4 && sizeof(resshift_precision) == 4,
               "enumerations have 32 bits");
_Static_assert(sizeof(resshift_image) == 4 * 4 + sizeof(void *) + sizeof(size_t), "resshift_image has no padding");
_Static_assert(sizeof(void *) != 8 || offsetof(resshift_options, strength) == 88, "the first version ends there");
_Static_assert(sizeof(void *) != 8 || offsetof(resshift_options, exclude) == 96, "the second version ends there");
_Static_assert(sizeof(void *) != 8 || offsetof(resshift_options, precision) == 104, "the third version ends there");
_Static_assert(offsetof(resshift_options, reserved2) == offsetof(resshift_options, precision) + 4, "no padding at the end");
_Static_assert(sizeof(void *) != 8 || sizeof(resshift_options) == 112, "a longer resshift_options is a new version");

const char *resshift_version(void) { return RESSHIFT_VERSION; }
