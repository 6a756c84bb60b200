"""Every address of the pages of events."""

from aiohttp import web

from web.events import acting, addresses, answers, calendar, dates, feeds, form, importing, listing, organisers, page

_EVENT = r"/e/{event:[0-9]{1,19}}{slug:(?:-[a-z0-9-]{0,120})?}"
_DAY = r"{day:[0-9]{4}-[0-9]{2}-[0-9]{2}}"

ROUTES = [
    *importing.ROUTES,
    *form.ROUTES,
    *listing.ROUTES,
    *calendar.ROUTES,
    *addresses.ROUTES,
    *feeds.ROUTES,
    web.get(f"{_EVENT}.ics", feeds.show_event_file, name="event-file"),
    web.get(_EVENT, page.show_event, name="event"),
    web.post(f"{_EVENT}/answer", acting.answer, name="event-answer"),
    web.get(f"{_EVENT}/edit", form.show_edit, name="event-edit"),
    web.post(f"{_EVENT}/edit", form.change, name="event-change"),
    web.post(f"{_EVENT}/cancel", acting.cancel, name="event-cancel"),
    web.get(f"{_EVENT}/dates/{_DAY}", dates.show_date, name="event-date"),
    web.post(f"{_EVENT}/dates/{_DAY}", dates.change_date, name="event-date-change"),
    web.post(f"{_EVENT}/dates/{_DAY}/answer", acting.answer_date, name="event-date-answer"),
    web.post(f"{_EVENT}/delete", acting.delete, name="event-delete"),
    web.post(f"{_EVENT}/invite", answers.invite, name="event-invite"),
    web.post(f"{_EVENT}/organisers", organisers.choose, name="event-organiser-choose"),
    web.post(
        f"{_EVENT}/organisers/{{organiser:[0-9]{{1,19}}}}/remove", organisers.remove, name="event-organiser-remove"
    ),
    web.get(f"{_EVENT}/answers", answers.show_answers, name="event-answers"),
    web.post(f"{_EVENT}/answers/{{answer:[0-9]{{1,19}}}}", answers.decide, name="event-answer-decide"),
]
