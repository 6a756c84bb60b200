"""What other servers send: taken, proven, stored, applied."""
