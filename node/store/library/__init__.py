"""Learning resources, courses and collections, and what people make of them."""
