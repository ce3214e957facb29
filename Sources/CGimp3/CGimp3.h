/* gtk_table, gtk_misc and gtk_hbox are still there in GTK 3, deprecated. */
#define GDK_DISABLE_DEPRECATION_WARNINGS
#include <libgimp/gimp.h>
#include <libgimp/gimpui.h>
#include <libintl.h>
#include <locale.h>
