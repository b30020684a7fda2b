"""The training kernel: `advance` is the door, and README.md the guide."""
