"""The composition root: the only package that knows all parts of a node and joins them.

``system`` builds a node without a web server (commands, workers and tests use it so); ``serving`` puts the web
application over it. What is in between comes in this order: ``database`` opens what the configuration names,
``foundation`` lays what every part stands on, ``parts`` builds each with its first use, ``work`` says when they do what
in the background, and ``kinds`` what runs each kind of job.
"""
