"""The live page's server: who may come, what each takes, whose turn it is."""

# Variables of the environment, by which the app is told in worker processes: names to answer to
# beside this computer's own, separated by commas, and the token.
ALLOWED_HOSTS = "UNITSCOPE_ALLOWED_HOSTS"
TOKEN = "UNITSCOPE_TOKEN"
# The file of the lesson that pages begin with, and the origins whose pages may have ours in a
# frame, separated by spaces.
LESSON = "UNITSCOPE_LESSON"
EMBEDDERS = "UNITSCOPE_ALLOW_EMBED"
