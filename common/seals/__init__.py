"""The platform's electronic seal on PDF files: making it, putting it on, and checking it."""
