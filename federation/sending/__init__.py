"""What happened here, told to those whom it concerns."""
