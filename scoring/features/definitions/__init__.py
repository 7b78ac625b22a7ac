"""One file per side of a person's money; each gives named columns from one frame."""
