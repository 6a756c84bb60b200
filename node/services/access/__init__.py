"""How somebody gets in, and proves who she is."""
