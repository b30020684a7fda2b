"""The live page and the notebook widget: a message in, a reply out, and who carries them."""

# A variable of the environment: the file of the run that pages open with, the lab's without it.
FIRST_RUN = "UNITSCOPE_FIRST_RUN"
