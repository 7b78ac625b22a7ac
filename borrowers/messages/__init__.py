"""Messages to borrowers: in the app, and the outbox through which codes are texted."""
