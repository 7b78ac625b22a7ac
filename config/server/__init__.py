"""How the web server listens and what it says: gunicorn, with patience of our own."""
