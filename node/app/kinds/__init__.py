"""The kinds of jobs and what runs them, in groups. Each is loaded with the first job of it (``node.app.work``)."""
