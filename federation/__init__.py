"""ActivityPub: discovery, signatures, activities, delivery, catalogue synchronisation."""
