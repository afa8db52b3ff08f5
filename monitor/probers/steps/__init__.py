"""The steps of a transaction: what each asks, saves, and waits for."""
