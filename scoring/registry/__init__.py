"""Model versions: artefacts by hash, and which one decides."""
