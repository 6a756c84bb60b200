"""Streaming: what happens now, over WebSockets and server-sent events.

``handlers`` lets an app in and reads what it subscribes to (``channels``); ``hub`` hears the news of every process
(``node.services.news.news``), asks ``audience`` in one unit of reading who of those connected here gets what, and
writes ready ``frames`` to their ``connections``. No connection has a task or a queue of its own beside its request:
what cannot be written yet waits in its transport, bounded.
"""
