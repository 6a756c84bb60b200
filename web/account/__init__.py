"""What people do with their own accounts: settings, second factor, forgotten passwords, joining."""
