#include "creference.h"

double creference_oadev(const double *x, long n)
{
	double all = 0;
	for (long m = 1; n - 2 * m > 1; m *= 2) {
		double sum = 0;
		for (long i = 0; i < n - 2 * m; i++) {
			double d = x[i + 2 * m] - 2 * x[i + m] + x[i];
			sum += d * d;
		}
		all += sum / (2.0 * (n - 2 * m) * m * m);
	}
	return all;
}

double creference_mdev(const double *x, long n)
{
	double all = 0;
	for (long m = 1; n - 3 * m + 1 > 1; m *= 2) {
		double value = 0, sum;
		for (long i = 0; i < m; i++)
			value += x[i + 2 * m] - 2 * x[i + m] + x[i];
		sum = value * value;
		for (long i = 0; i < n - 3 * m; i++) {
			value += x[i + 3 * m] - 3 * x[i + 2 * m] + 3 * x[i + m] - x[i];
			sum += value * value;
		}
		all += sum / (2.0 * (n - 3 * m + 1) * m * m * m * m);
	}
	return all;
}

double creference_mtie(const double *x, long n, double *scratch)
{
	double *high = scratch, *low = scratch + n, all = 0;
	for (long i = 0; i < n; i++)
		high[i] = low[i] = x[i];
	for (long m = 1; n - m > 1; m *= 2) {
		/* high[i] and low[i] are the extremes of m samples here. */
		double widest = 0;
		for (long i = 0; i < n - m; i++) {
			double h = high[i] > high[i + 1] ? high[i] : high[i + 1];
			double l = low[i] < low[i + 1] ? low[i] : low[i + 1];
			if (h - l > widest)
				widest = h - l;
		}
		all += widest;
		for (long i = 0; i < n - 2 * m + 1; i++) {
			high[i] = high[i] > high[i + m] ? high[i] : high[i + m];
			low[i] = low[i] < low[i + m] ? low[i] : low[i + m];
		}
	}
	return all;
}
