"""What every web door needs: refusals as pages, the person's language, headers."""
