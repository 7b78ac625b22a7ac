"""What people spend, earn and repay: events, and the imports that brought them."""
