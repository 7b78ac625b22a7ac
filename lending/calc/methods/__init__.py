"""Ways of repaying: what of each instalment is principal."""
