"""Charts drawn on the server as SVG: no script, readable in print, always beside a table."""
