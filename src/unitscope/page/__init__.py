"""The live page and the notebook widget: a message in, a reply out, and who carries them."""
