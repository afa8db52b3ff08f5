"""What the daemon costs and how punctual it is, measured on the real clock."""
