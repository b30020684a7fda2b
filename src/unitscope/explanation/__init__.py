"""What a network does, measured and then said: facts, and the sentences that state them."""
