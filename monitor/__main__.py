"""`python -m monitor` is `justkalm-monitor`."""

from monitor.cli import main

if __name__ == "__main__":
    main(prog_name="justkalm-monitor")
