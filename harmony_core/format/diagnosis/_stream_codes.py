"""The codes of faults between messages and within contents. The columns are those of ``Code``."""

from __future__ import annotations

from harmony_core.format.diagnosis._codes import error, info, warning

STREAM_CODES = (
    # Where messages begin.
    warning(
        "missing-start",
        "A header without `<|start|>` before it.",
        "The model left it out, or sampling went on where an engine had cut.",
        "Raises `Unexpected token`, or takes the header for content.",
        "Begins a message there.",
        "Check the list of stop tokens of the engine.",
    ),
    warning(
        "doubled-start",
        "`<|start|>` twice, with at most a role in between.",
        "The prompt ends with `<|start|>`, and the model writes it once more.",
        "Takes the second one for a part of the header.",
        "Begins the message at the last one.",
        "End the prompt with `<|start|>assistant`, and pass only the completion.",
    ),
    warning(
        "restated-start",
        "The stream begins with `<|start|>` although a role was given.",
        "The tokens hold the beginning of the message that the role stands for.",
        "Reads `<|start|>` and the role into the recipient, or raises.",
        "Reads the role that the stream states.",
        "Pass `role=None`, or only the tokens behind the prompt.",
    ),
    warning(
        "prompt-as-completion",
        "A role was given, but the stream begins with a message of someone else.",
        "A prompt, or prompt and completion together, was passed for a completion.",
        "Reads `<|start|>` and the role into the recipient, or raises.",
        "Reads the conversation as it stands.",
        "Pass `role=None`, or only the tokens behind the prompt.",
    ),
    warning(
        "completion-as-prompt",
        "No role was given, but the stream begins within a header.",
        "A completion was passed without the role that its prompt ended with.",
        "Raises `Unexpected token`.",
        "Takes the assistant for the author.",
        "Pass `role=Role.ASSISTANT`.",
        guesses=True,
    ),
    # Between messages.
    error(
        "text-between-messages",
        "Text where only `<|start|>` may stand.",
        "Sampling went on behind a stop token; or the special tokens were removed.",
        "Raises `Unexpected token`.",
        "Leaves it out of the messages; it is in the diagnostic's span.",
        "Check the list of stop tokens of the engine, and that special tokens are kept.",
    ),
    info(
        "space-between-messages",
        "Blanks where only `<|start|>` may stand.",
        "The stream was put together or edited as text.",
        "Raises `Unexpected token`.",
        "Leaves them out.",
        "Join messages without blanks.",
    ),
    warning(
        "special-token-between-messages",
        "A special token that has no place between messages.",
        "The sampler went astray.",
        "Raises `Unexpected token`.",
        "Leaves it out.",
        "If it happens often, lower the temperature.",
    ),
    info(
        "padding",
        "`<|endoftext|>` or `<|startoftext|>` around the messages.",
        "The engine pads batches, or frames texts.",
        "Raises `Unexpected token`.",
        "Leaves it out.",
        "Remove padding before parsing.",
    ),
    warning(
        "tokens-after-return",
        "The stream goes on behind `<|return|>`.",
        "`<|return|>` is missing among the engine's stop tokens; or a conversation was put "
        "together without replacing it by `<|end|>`.",
        "Reads on.",
        "Reads on.",
        "Add 200002 to the stop tokens. In a history, end messages with `<|end|>`.",
    ),
    # Where messages end.
    warning(
        "doubled-stop",
        "A stop token right behind another.",
        "An engine added one that was there already.",
        "Raises `Unexpected token`.",
        "Goes by the first one.",
        "Do not append a stop token to a completion that has one.",
    ),
    warning(
        "unexpected-stop",
        "A stop token where no message is open; `<|call|>` or `<|return|>` behind a message that "
        "is not the assistant's; or `<|endoftext|>` for a stop token.",
        "A message was put together by hand, or its beginning was cut away.",
        "Raises `Unexpected token` between messages; else accepts any stop token. Takes "
        "`<|endoftext|>` for content.",
        "Ends the message, if there is one.",
        "End messages with `<|end|>`, and calls with `<|call|>`.",
    ),
    warning(
        "missing-end",
        "The next message begins, but the one before has no stop token.",
        "The model left it out, or the stop tokens were removed when contents were joined.",
        "Takes all that follows for content.",
        "Ends the message there; it is not complete.",
        "Keep the stop tokens when messages are joined.",
    ),
    warning(
        "missing-call",
        "A call that does not end with `<|call|>`.",
        "The model, or an engine, ended it as a plain message.",
        "Accepts any stop token.",
        "Gives the message. It is a call only if the argument `missing_call_is_call` says so.",
        "Decide whether such calls are to be run.",
    ),
    error(
        "call-without-recipient",
        "`<|call|>` behind a message that has no recipient.",
        "The model forgot whom to call, or the recipient was lost.",
        "Accepts it.",
        "Gives the message; it is no call.",
        "Ask the model again: the stream does not say which tool.",
    ),
    error(
        "truncated-content",
        "The stream ends within a content.",
        "The limit of tokens was reached, or the engine removes the stop token.",
        "Gives the message as if it were whole.",
        "Gives the message; it is not complete.",
        "If the text is whole, keep the stop token in the output; else raise the limit of tokens.",
    ),
    # Within contents.
    warning(
        "doubled-message",
        "`<|message|>` twice at the beginning of a content.",
        "The sampler repeated itself.",
        "Takes the second one for content.",
        "Leaves it out.",
        "If it happens often, lower the temperature.",
    ),
    error(
        "special-token-in-content",
        "A special token within a content.",
        "The sampler went astray; or text was encoded with special tokens allowed.",
        "Takes its text for content.",
        "Takes its text for content.",
        "Encode contents as ordinary text. In a completion, do not trust the message.",
    ),
    error(
        "unknown-token",
        "An id that is no token.",
        "Ids of another model, log probabilities, or marks such as -100 for padding.",
        "Ends the content there, or raises; a negative id is an `OverflowError`.",
        "Puts U+FFFD in its place in a content, and leaves it out of a header.",
        "Check that the ids are of this vocabulary.",
    ),
    error(
        "not-utf8",
        "Bytes that are no UTF-8, in one token or across several.",
        "Sampling was stopped within a character, or the temperature is too high.",
        "Puts U+FFFD in their place; in a header, raises.",
        "Puts U+FFFD in their place.",
        "If it is at the end, raise the limit of tokens.",
    ),
    info(
        "literal-special-token",
        "Text that looks like a special token but is not one.",
        "The conversation is about special tokens; or Harmony text was encoded as ordinary text.",
        "Takes it for text.",
        "Takes it for text.",
        "If a special token was meant, encode with `allowed_special`; else all is well.",
    ),
    info(
        "escaped-markers",
        "A special token escaped for HTML or JSON: `&lt;|channel|&gt;`, `\\u003c|channel|\\u003e`.",
        "Harmony text was copied from a page or a log; or the content is about such text.",
        "Takes it for text.",
        "Takes it for text.",
        "If a special token was meant, unescape the text before it is encoded: "
        "`html.unescape(text)`, or `json.loads`.",
    ),
    error(
        "arguments-not-json",
        "A call that promises JSON and holds something else.",
        "Sampling was stopped early, or without a grammar.",
        "Accepts any content.",
        "Gives the message; it is not among the calls.",
        "Answer the call with the JSON error, or sample with a grammar.",
    ),
    # Streams that lost their markers.
    error(
        "markers-stripped",
        "Text such as `analysis...assistantfinal...`, in which all special tokens are missing.",
        "The output was decoded with `skip_special_tokens=True`.",
        "Raises `Unexpected EOS` or `Unexpected token`.",
        "Takes the text for one content if a role was given, else for none. The argument "
        "`recover_stripped_markers` makes messages of it.",
        "Parse token ids, or decode with `skip_special_tokens=False`. If the text is all there "
        "is, `InspectPolicy(recover_stripped_markers=True)` cuts it at the channels.",
        guesses=True,
    ),
    error(
        "no-markers",
        "A text without any special token.",
        "The output was decoded with `skip_special_tokens=True`, or only its content was kept; "
        "or the model does not write Harmony.",
        "Raises `Unexpected EOS` or `Unexpected token`.",
        "Takes the text for one content if a role was given, else for none.",
        "Parse token ids, or decode with `skip_special_tokens=False`; and check that the model "
        "and its chat template are for Harmony, as those of gpt-oss are.",
        guesses=True,
    ),
    warning(
        "recovered-markers",
        "As markers-stripped, where `recover_stripped_markers` asks for messages.",
        "The output was decoded with `skip_special_tokens=True`.",
        "Raises `Unexpected EOS` or `Unexpected token`.",
        "Cuts the text at the names of the channels.",
        "Parse token ids, or decode with `skip_special_tokens=False`.",
        guesses=True,
    ),
)
