"""The addresses of courses beside their pages as resources (``/r/SLUG``)."""

from aiohttp import web

from web.courses import enrolling, enrolments, listing

_COURSE = f"{listing.PATH}/{{slug}}"
_INSTANCE = _COURSE + "/{instance:i[0-9a-f]{11}}"

ROUTES = [
    web.get(listing.PATH, listing.show_courses, name="courses"),
    web.post(f"{_INSTANCE}/enrol", enrolling.enrol, name="course-enrol"),
    web.post(f"{_INSTANCE}/leave", enrolling.leave, name="course-leave"),
    web.post(f"{_INSTANCE}/invite", enrolments.invite, name="course-invite"),
    web.get(f"{_COURSE}/enrolments", enrolments.show_enrolments, name="course-enrolments"),
    web.post(_COURSE + r"/enrolments/{enrolment:\d{1,19}}", enrolments.decide, name="course-decide"),
]
