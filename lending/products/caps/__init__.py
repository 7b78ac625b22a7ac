"""The cap of law over every way in which a loan may be repaid."""
