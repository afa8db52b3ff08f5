"""The public API v2 of Atlassian Statuspage, so that what reads one of theirs reads ours by a change of host."""
