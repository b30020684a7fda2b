"""Two models side by side: where they differ, and which of their units go together."""
