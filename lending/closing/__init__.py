"""The end of the day: advance the date, carry every loan forward."""
