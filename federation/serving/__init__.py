"""What other servers read here: actors, objects, activities, collections, discovery; and the inboxes they post to."""
