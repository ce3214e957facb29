/* The executable that GIMP starts; everything else is in libResShiftGIMP. */
#include <libgimp/gimp.h>

extern void query (void);
extern void run (const gchar *name, gint n_params, const GimpParam *params, gint *n_return_values,
                 GimpParam **return_values);

const GimpPlugInInfo PLUG_IN_INFO = { NULL, NULL, query, run };

MAIN ()
