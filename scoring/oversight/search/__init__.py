"""The search for a model that is as good and treats groups more alike."""
