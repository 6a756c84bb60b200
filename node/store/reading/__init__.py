"""What a reader sees: who may read what, timelines, and what apps and pages show of them."""
