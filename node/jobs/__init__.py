"""Durable background work: a table of kinds, one worker per process, a schedule."""
