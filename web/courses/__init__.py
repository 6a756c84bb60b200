"""Courses on pages: the list, the part of a resource's page that only courses have, enrolling, and who enrolled."""
