"""Calls to other hosts: where they may go, how they are made, and how the hosts fare."""
