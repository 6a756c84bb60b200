"""The sections of the form of a resource, in the order in which they stand in it.

A further kind of resource adds a module with its ``SECTION`` and its line here; ``kinds`` says to which kinds it
belongs.
"""

from web.library.form import Section
from web.library.sections import collection, course, files, pathway, people, rights, terms, words

SECTIONS: tuple[Section, ...] = (
    words.SECTION,
    collection.SECTION,
    pathway.SECTION,
    course.SECTION,
    files.SECTION,
    terms.SECTION,
    people.SECTION,
    rights.SECTION,
)
