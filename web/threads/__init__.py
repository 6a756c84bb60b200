"""Pages of what is written: communities, threads, questions, composing, and what readers do with posts."""
