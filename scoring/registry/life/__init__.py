"""The life of a version: which moves are allowed, and who of the applicants meets a challenger."""
