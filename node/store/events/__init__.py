"""Events, who comes, and calendars."""
