"""What was seen, judged: against what was expected, and in words for people."""
