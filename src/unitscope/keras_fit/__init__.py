"""Keras's `fit`: by our kernel where the model allows it, else by Keras, recorded."""
