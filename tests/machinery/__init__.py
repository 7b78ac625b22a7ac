"""What tests stand on: databases, closed sockets, a browser, a running platform."""
