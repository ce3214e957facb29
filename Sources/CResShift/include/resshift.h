/* The C interface of the ResShift engine. */
#ifndef RESSHIFT_H
#define RESSHIFT_H
#endif
