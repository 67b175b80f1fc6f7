"""Messages to tokens and back; the tokenizer is given."""
