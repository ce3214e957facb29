/* The executable that GIMP 3 starts; everything else is in libResShiftGIMP3. */
extern int resshift_gimp_main (int argc, char **argv);

int
main (int argc, char **argv)
{
  return resshift_gimp_main (argc, argv);
}
