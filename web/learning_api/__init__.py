"""The learning API, ``/api/learning/v1``: what people learn with and where, as JSON; what is public needs no token.

One module for each noun: its ``ROUTES``, and what the OpenAPI file says of them (``PATHS``, ``schemas()``);
``routes.NOUNS`` names the modules.

Errors are raised as ``node.errors`` and answered as problem JSON by the middleware of all routes. Lists follow the
rules of the client API: a limit above the cap is capped, one that is none is the default, a bad cursor is 400 (API4,
API5). Every answer carries an entity tag.
"""
