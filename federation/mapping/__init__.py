"""Between domain values and ActivityPub documents."""
