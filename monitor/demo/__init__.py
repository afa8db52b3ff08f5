"""A pretend JustKalm on loopback, and the story of its faults that the demo tells."""
