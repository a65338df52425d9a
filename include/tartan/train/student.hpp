#pragma once

#include <vector>

namespace tartan::train {

//! A mean that is known up to chance.
struct Estimate {
  double mean = 0;
  double low = 0, high = 0;  //!< 95 % interval
  double p = 1;              //!< two-sided, of a true mean of 0
  double detectable = 0;     //!< true |mean| that is told from 0 at 5 % in four of five repetitions of the whole
  double standard_error = 0, degrees = 1;
};

//! Of a - b, as if independent: where both rest on the same draws of something, their common part makes the interval
//! rather too wide.
Estimate difference(Estimate const& a, Estimate const& b);

//! From a mean's standard error and its degrees of freedom, by Student's t ("The probable error of a mean", 1908). An
//! error of 0 is an interval without width.
Estimate estimate(double mean, double standard_error, double degrees);

//! Mean of rows x columns numbers x[r][c] that belong to independent rows and independent columns: a U-statistic of two
//! samples. Its variance is S_r^2/R + S_c^2/C with the variances of row and column means (Hoeffding 1948; DeLong et al.
//! 1988 for the area under a ROC curve), which counts twice what rows and columns do only together, so that the
//! interval is rather too wide; degrees of freedom by Welch and Satterthwaite (1946). At least two of each.
Estimate estimate_of_pairs(std::vector<std::vector<double>> const& x);

//! Each p value such that, where all are 0 in truth, the chance that any comes below a level is at most that level
//! (Holm 1979): as they are, times the number of those that are not smaller, and ascending.
std::vector<double> holm(std::vector<double> const& p);

double mean(std::vector<double> const& values);      //!< at least one
double variance(std::vector<double> const& values);  //!< unbiased; at least two

}  // namespace tartan::train
