"""What those who look after the node do."""
