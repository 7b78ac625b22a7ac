"""Files that strangers sent: read only inside a child process with limits."""
