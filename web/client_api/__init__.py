"""The client API of Mastodon (``/api/v1``, ``/api/v2``): what a person's app reads and does.

``routes`` names every address. A handler reads ``parameters``, asks ``callers`` who calls and whether the token allows
it, calls one service or one read of the store, and answers with ``answers``; ``entities`` turn rows into what clients
read, many at once. Ids are decimal strings; lists page by ``paging``.
"""
