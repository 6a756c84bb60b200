"""Calendars: files of RFC 5545, repetition, when courses take place."""
