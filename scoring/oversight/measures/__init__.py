"""What can be measured of a model: each a function of values, without a clock or a table."""
