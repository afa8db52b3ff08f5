"""The command that reports on a month: it computes in its own process."""

from monitor.reporting.command import Wish, report_month

__all__ = ["Wish", "report_month"]
