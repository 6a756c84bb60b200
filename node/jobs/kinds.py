"""The names of the kinds of work."""

INBOX = "inbox"  # apply what arrived and is proven
RESOLVE = "resolve"  # first look at other hosts, then apply what arrived
FETCH = "fetch"  # look at an address: a parent, a thread, an actor
THREAD = "thread"  # fetch what is missing of a conversation
DELIVER = "deliver"  # one activity to one inbox
FORWARD = "forward"  # send on an answer to the followers of one of ours
RECHECK = "recheck"  # look again at an actor whose inbox was not where it should be, or at the handle that it claims
EVENT = "event"  # something happened here: tell others
FOLLOWERS = "followers"  # compare who follows whom with another server
CATALOGUE = "catalogue"  # bring the copy of a followed catalogue up to date
COMMUNITY = "community"  # read moderators and history of a community elsewhere
FEATURED = "featured"  # read what an account elsewhere shows first
OUTBOX = "outbox"  # read what somebody elsewhere wrote last
STEPS = "steps"  # compare the order of a collection elsewhere
TOPIC = "topic"  # accounts about topics show a resource that fits
QUOTE = "quote"  # look at the stamp of a quote
LINKS = "links"  # see whether the pages that a profile links to lead back to it
IMPORT = "import"  # work on a file that somebody brought along
MEDIA = "media"  # process a recording, or remove files that nothing shows any more
PUSH = "push"  # tell an app that sleeps of a notification
POLL = "poll"  # the time of a poll is over
SCHEDULED = "scheduled"  # a post that was written for now
PREVIEW = "preview"  # look at a page that a post links to
ANSWER = "answer"  # a reply that may be the answer to an event
REMINDER = "reminder"  # an event begins in a day
LEAVE = "leave"  # remove what somebody who left had published
PART = "part"  # people elsewhere leave a community that its house keeps to itself
MAIL = "mail"  # write somebody a mail
PERIODIC = "periodic"  # an entry of the schedule

#: All of the above.
ALL = frozenset(value for name, value in vars().copy().items() if name.isupper())

#: Those whose code a node loads by themselves (``node.app.kinds``).
DELIVERIES = frozenset({DELIVER})
OF_THE_HOUSE = frozenset({MEDIA, SCHEDULED, POLL, REMINDER, ANSWER, TOPIC, LEAVE, PART, MAIL, PUSH})
