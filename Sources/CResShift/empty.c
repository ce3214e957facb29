#include "resshift.h"
