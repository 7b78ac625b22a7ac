"""Personal data under lock: keys per subject, sealed columns, blind indexes, sealed files."""
