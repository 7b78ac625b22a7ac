"""After the money has left: watch, alerts, cases."""
