"""The nightly run: everybody's features of one day, in ranges of ids, kept once for each person."""
