"""Any tokens at all to messages, losing nothing and saying what is wrong."""
