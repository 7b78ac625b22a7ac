"""Rules of the whole house, tried on all of it: rooms, sizes, words, doors."""
