"""How a data set becomes a Run: the recipe, the compiled kernel, and the door for Keras models."""
