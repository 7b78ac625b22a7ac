"""The formats that banks of other countries hand out, one file each, all of the same shape."""
