"""Bills of wallets and shops, one writer each, all of the same shape: records in, bytes out."""
