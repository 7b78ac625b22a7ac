"""Models learned from outcomes: tables in, artefacts out. Nothing here runs when deciding."""
