"""Keys, and what is proven with them beside requests (for those: ``federation.signatures.httpsig``)."""
