"""What people read: Markdown, HTML that is safe to show, sentences in their language."""
