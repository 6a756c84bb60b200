"""The core of a Rhizome node: rules, use cases, storage, jobs, configuration."""

__version__ = "0.1.0"
