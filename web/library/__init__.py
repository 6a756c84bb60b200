"""Where members write: resources, drafts, what they make from others' works, versions, notes, reviews, collections."""
