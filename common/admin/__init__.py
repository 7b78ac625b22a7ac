"""What the staff pages of all apps share."""
