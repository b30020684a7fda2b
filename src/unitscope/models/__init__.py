"""Networks from other libraries and back; each library is imported only inside the call."""
