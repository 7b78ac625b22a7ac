"""Early-warning rules over loans and behaviour."""
