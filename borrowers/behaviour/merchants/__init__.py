"""The merchant table: what people of ours know of merchants, kept by hand in versions."""
