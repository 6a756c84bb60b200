"""The databases themselves: units of work, statements and their tools, migrations, copies."""
