"""What the commands do, each in the words of whoever typed it; the daemon is asked over its socket."""
