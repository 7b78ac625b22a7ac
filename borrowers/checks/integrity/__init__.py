"""What speaks against a file, one kind of evidence in each module.

`look(reading)` gives findings; none where the evidence is sound, None where the file has no such
evidence. Pure: it also runs in the child process that reads a stranger's file.
"""
