"""The watch on models: drift, calibration, paired trials, what sources are worth, fairness."""
