"""The scenery: days and feasts, shops and their goods."""
