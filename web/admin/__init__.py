"""Pages for administrators and moderators: each module is one page, what it shows and what can be done there.

Text from other servers is plain text here, one line, cut at 200 by its reader. Every ``*_path`` of an action is the
target of a POST form that carries ``csrf``.
"""
