"""The live page's server: it shows nothing that `replies` and `web` do not, and keeps nothing of its users."""
