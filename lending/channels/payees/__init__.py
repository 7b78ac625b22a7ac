"""By which name a gateway pays one of our accounts: asked for, approved, waited for."""
