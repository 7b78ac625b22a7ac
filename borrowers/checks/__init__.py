"""Whether records can be trusted: integrity of files, rows not understood, lines people mark."""
