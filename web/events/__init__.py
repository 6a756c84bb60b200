"""Pages of events: lists and calendars, an event with its answers, what organisers do, and calendars for programs."""
