"""Pictures and recordings: where they are stored, how they are made safe, and how their addresses are made."""
