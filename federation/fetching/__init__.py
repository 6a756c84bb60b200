"""What is looked at on other hosts: actors, objects, threads, collections, pages, media."""
