"""Speed and memory, as ratios to what the same machine's parts allow in the same run."""
