"""How much of a stranger's document is kept (security rule IN14).

What is longer is cut at the border of a character, longer lists are shortened; nothing is refused for its size but
an address or a user name.
"""

MAX_NAME = 2_048  # characters: display names, titles
MAX_USERNAME = 255
MAX_SUMMARY_BYTES = 20 * 1024
MAX_CONTENT_BYTES = 512 * 1024
MAX_FIELDS = 50  # of a profile
MAX_FIELD = 2_047  # characters of a profile field's name, and of its value
MAX_ALIASES = 256
MAX_KEYS = 10
MAX_PEM = 8_192  # characters; an RSA key of 16,384 bits has 2,800
MAX_RECIPIENTS = 500
MAX_TAGS = 500
MAX_ATTACHMENTS = 32
MAX_ALT = 10_000  # characters
MAX_OPTIONS = 500  # of a poll
MAX_OPTION = 500  # characters
MAX_LANGUAGES = 20  # of a content map
MAX_HASHTAG = 100  # characters
MAX_SHORTCODE = 64
MAX_PLACE = 500  # characters
