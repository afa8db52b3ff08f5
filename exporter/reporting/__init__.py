"""Reports of calendar months: compiled from what is remembered, told in several formats."""
