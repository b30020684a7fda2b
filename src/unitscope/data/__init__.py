"""Where points come from: Dataset checks them, toys makes them, tables reads them."""
