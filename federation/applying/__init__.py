"""What is proven, applied: the working set of a transaction, and what becomes a post, an event, a thread."""
