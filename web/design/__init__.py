"""What all pages are built of: the frame, the parts, the words; no page, and nothing of one area alone."""
