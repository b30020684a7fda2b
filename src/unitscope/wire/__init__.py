"""The contract with the page's JavaScript: the messages, and values to JSON and back."""
