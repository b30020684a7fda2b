"""The training kernel: `advance` is the door; all else is what it compiles, or what prepares its arrays."""
