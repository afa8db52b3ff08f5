"""What the daemon costs, needs and keeps to, measured on the real clock: a file for each bench, `rig` for all.

cost        CPU for each probe, HTTP and HTTPS, beside bare clients
capacity    how many probes a second one core carries on time
schedule    how punctual the scheduler is, with runs that do nothing
daemon      seconds until the first result, and memory
latency     a target of 20 ms while our loop is blocked
scraping    what scrapes add to a measured latency
answering   what the API and /metrics cost, and how long they hold the loop
readers     many requests a second: are probes late, and what does one cost beside a bare handler
listeners   many who listen to the stream
webhooks    how soon webhooks arrive, with sick receivers among them
faults      what targets at fault can do to us
committing  what it costs to write results down, and to keep the database
disk        bytes for each result after a day and after a month
reading     a month and a year: uptime, percentiles, report
history     a component's figures with a day and with a month behind it
replay      a month played again
"""
