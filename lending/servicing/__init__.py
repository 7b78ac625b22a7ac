"""Carrying a loan forward: fold, accrue, post the difference."""
