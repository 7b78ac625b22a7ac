"""Points for repaying on time, and what they buy."""
