"""The whole platform in one command: start in order, watch, restart, stop in order."""
