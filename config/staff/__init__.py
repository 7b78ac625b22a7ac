"""The staff site's own parts: its look, its sidebar, who is signed in, the workbench."""
