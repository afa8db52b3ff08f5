"""Reads probes.yaml: `load` gives a frozen `Config`, or raises `ConfigError` with every fault of the file."""

from monitor.config.config import Config, Page, Storage, Webhooks
from monitor.config.faults import ConfigError, Fault
from monitor.config.loading import load

__all__ = ["Config", "ConfigError", "Fault", "Page", "Storage", "Webhooks", "load"]
