"""What the benches share: child processes and cores, daemons and targets, figures and what is asked of them."""
