"""The subjects of the API, one file each; their endpoints stand in the order of the table of routes."""
