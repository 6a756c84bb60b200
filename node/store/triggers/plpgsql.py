"""What PostgreSQL wants around a trigger: a function of its own."""


def function(name: str, body: str) -> str:
    """Makes a function of triggers that comes after the change, so that what it returns counts for nothing."""
    return f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$"
