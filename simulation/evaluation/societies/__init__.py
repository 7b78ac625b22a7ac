"""Made societies looked at as a graph, and compared with what is true of them."""
