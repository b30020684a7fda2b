"""Kinds of training, each run by model.fit and by us.fit: the same, or what was said instead."""
