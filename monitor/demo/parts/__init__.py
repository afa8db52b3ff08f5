"""The six parts of the pretend JustKalm, each as the routes that it answers."""
