"""The status page: plain HTML of what the API tells, readable without scripts, and live with one."""
