#pragma once

/* The statistics as straightforward loops, to measure others against. Sums of squares over all octaves. */
double creference_oadev(const double *x, long n);
double creference_mdev(const double *x, long n);
/* By the doubling of windows, in place; needs 2n numbers of scratch. The sum over all octaves. */
double creference_mtie(const double *x, long n, double *scratch);
