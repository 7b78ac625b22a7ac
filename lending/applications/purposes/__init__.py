"""What the money of an application is for."""
