"""What policies and acts of communities are called on pages."""

from node.domain.communities import Act, JoinPolicy, PostPolicy, Role
from node.domain.visibility import Visibility
from node.sentences import Sentence, sentences

#: What pages say after a form; a community of another node is changed there.
SAID = {"asked": Sentence("The node on which the community lives has been asked to do it.")}
#: Value -> name; what it means stands in the second table.
JOINING = sentences(
    {
        JoinPolicy.OPEN: "Open to everybody",
        JoinPolicy.REQUEST: "On request",
        JoinPolicy.INVITE: "By invitation",
        JoinPolicy.ORGANISATION: "Members of this organisation",
        JoinPolicy.PARTNERS: "Members of this organisation and its partners",
    }
)
JOINING_HINTS = sentences(
    {
        JoinPolicy.OPEN: "Whoever follows it is a member, from any server of the network.",
        JoinPolicy.REQUEST: "A moderator looks at each request.",
        JoinPolicy.INVITE: "Only those whom a moderator has invited.",
        JoinPolicy.ORGANISATION: "Only people who have an account here.",
        JoinPolicy.PARTNERS: "People with an account here or at an organisation that this one follows.",
    }
)
WRITING = sentences(
    {
        PostPolicy.MEMBERS: "Members write",
        PostPolicy.ANYONE: "Everybody writes",
        PostPolicy.MODERATORS: "Moderators and facilitators begin threads",
    }
)
WRITING_HINTS = sentences(
    {
        PostPolicy.MEMBERS: "Members begin threads and answer.",
        PostPolicy.ANYONE: "Also people who have not joined, by mentioning it.",
        PostPolicy.MODERATORS: "Members answer.",
    }
)
READING = sentences(
    {
        Visibility.PUBLIC: "Everybody reads",
        Visibility.ORGANISATION: "This organisation reads",
        Visibility.COMMUNITY: "Members read",
    }
)
READING_HINTS = sentences(
    {
        Visibility.PUBLIC: "What is written is public, here and on other servers.",
        Visibility.ORGANISATION: "Nothing leaves this node, and members of other organisations belong to it no more.",
        Visibility.COMMUNITY: "What is written goes to the servers of members and nowhere else.",
    }
)
ROLES = sentences({Role.MODERATOR: "Moderator", Role.FACILITATOR: "Facilitator", Role.EXPERT: "Can be asked"})
PARTS = sentences({"member": "You are a member", "asked": "You have asked to join", "moderator": "You moderate it"})
ACTS = sentences(
    {
        Act.FOUND: "founded the community",
        Act.SETTINGS: "changed the settings",
        Act.ARCHIVE: "closed the community",
        Act.REOPEN: "opened the community again",
        Act.ADMIT: "let somebody in",
        Act.REFUSE: "refused a request",
        Act.INVITE: "invited somebody",
        Act.UNINVITE: "took an invitation back",
        Act.EXPEL: "removed a member",
        Act.BAN: "banned somebody",
        Act.UNBAN: "lifted a ban",
        Act.APPOINT: "appointed a moderator",
        Act.DISMISS: "dismissed a moderator",
        Act.APPOINT_FACILITATOR: "named a facilitator",
        Act.DISMISS_FACILITATOR: "relieved a facilitator",
        Act.APPOINT_EXPERT: "named somebody who can be asked",
        Act.DISMISS_EXPERT: "relieved somebody who could be asked",
        Act.PIN: "pinned a thread",
        Act.UNPIN: "unpinned a thread",
        Act.LOCK: "locked a thread",
        Act.UNLOCK: "unlocked a thread",
        Act.REMOVE: "removed a post",
        Act.RESTORE: "restored a post",
        Act.EDIT: "edited a post",
    }
)
#: What was changed, as the log names it.
SETTINGS = sentences(
    {
        "name": "Name",
        "purpose": "What it is for",
        "rules": "Rules",
        "topics": "Topics",
        "languages": "Languages",
        "visibility": "Who reads",
        "join_policy": "Who becomes a member",
        "post_policy": "Who writes",
        "avatar": "Avatar",
        "header": "Header",
    }
)
BUTTONS = sentences(
    {
        Act.ADMIT: "Let in",
        Act.REFUSE: "Refuse",
        Act.INVITE: "Invite",
        Act.UNINVITE: "Take back",
        Act.EXPEL: "Remove from the community",
        Act.BAN: "Ban",
        Act.UNBAN: "Lift the ban",
        Act.APPOINT: "Make a moderator",
        Act.DISMISS: "Dismiss",
        Act.APPOINT_FACILITATOR: "Make a facilitator",
        Act.DISMISS_FACILITATOR: "No facilitator any more",
        Act.APPOINT_EXPERT: "Name as somebody to ask",
        Act.DISMISS_EXPERT: "No longer somebody to ask",
        Act.PIN: "Pin",
        Act.UNPIN: "Unpin",
        Act.LOCK: "Lock the thread",
        Act.UNLOCK: "Unlock the thread",
        Act.REMOVE: "Remove the post",
        Act.RESTORE: "Restore the post",
    }
)
