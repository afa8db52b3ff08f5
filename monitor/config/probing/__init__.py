"""How probes ask: a file for each kind of probe, and the table in `probe` that names them."""
