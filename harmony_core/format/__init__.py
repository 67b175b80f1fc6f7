"""Messages to tokens and back; knows no text encoding of its own."""
