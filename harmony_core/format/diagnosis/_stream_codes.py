"""The codes of faults between messages and within contents."""

from __future__ import annotations

from harmony_core.format.diagnosis._codes import Code, Severity

STREAM_CODES = (
    # Where messages begin.
    Code(
        "missing-start",
        Severity.WARNING,
        looks="A header without `<|start|>` before it.",
        cause="The model left it out, or sampling went on where an engine had cut.",
        strict="Raises `Unexpected token`, or takes the header for content.",
        repair="Begins a message there.",
        fix="Check the list of stop tokens of the engine.",
    ),
    Code(
        "doubled-start",
        Severity.WARNING,
        looks="`<|start|>` twice, with at most a role in between.",
        cause="The prompt ends with `<|start|>`, and the model writes it once more.",
        strict="Takes the second one for a part of the header.",
        repair="Begins the message at the last one.",
        fix="End the prompt with `<|start|>assistant`, and pass only the completion.",
    ),
    Code(
        "restated-start",
        Severity.WARNING,
        looks="The stream begins with `<|start|>` although a role was given.",
        cause="The tokens hold the beginning of the message that the role stands for.",
        strict="Reads `<|start|>` and the role into the recipient, or raises.",
        repair="Reads the role that the stream states.",
        fix="Pass `role=None`, or only the tokens behind the prompt.",
    ),
    Code(
        "prompt-as-completion",
        Severity.WARNING,
        looks="A role was given, but the stream begins with a message of someone else.",
        cause="A prompt, or prompt and completion together, was passed for a completion.",
        strict="Reads `<|start|>` and the role into the recipient, or raises.",
        repair="Reads the conversation as it stands.",
        fix="Pass `role=None`, or only the tokens behind the prompt.",
    ),
    Code(
        "completion-as-prompt",
        Severity.WARNING,
        looks="No role was given, but the stream begins within a header.",
        cause="A completion was passed without the role that its prompt ended with.",
        strict="Raises `Unexpected token`.",
        repair="Takes the assistant for the author.",
        fix="Pass `role=Role.ASSISTANT`.",
        guesses=True,
    ),
    # Between messages.
    Code(
        "text-between-messages",
        Severity.ERROR,
        looks="Text where only `<|start|>` may stand.",
        cause="Sampling went on behind a stop token; or the special tokens were removed.",
        strict="Raises `Unexpected token`.",
        repair="Leaves it out of the messages; it is in the diagnostic's span.",
        fix="Check the list of stop tokens of the engine, and that special tokens are kept.",
    ),
    Code(
        "space-between-messages",
        Severity.INFO,
        looks="Blanks where only `<|start|>` may stand.",
        cause="The stream was put together or edited as text.",
        strict="Raises `Unexpected token`.",
        repair="Leaves them out.",
        fix="Join messages without blanks.",
    ),
    Code(
        "special-token-between-messages",
        Severity.WARNING,
        looks="A special token that has no place between messages.",
        cause="The sampler went astray.",
        strict="Raises `Unexpected token`.",
        repair="Leaves it out.",
        fix="If it happens often, lower the temperature.",
    ),
    Code(
        "padding",
        Severity.INFO,
        looks="`<|endoftext|>` or `<|startoftext|>` around the messages.",
        cause="The engine pads batches, or frames texts.",
        strict="Raises `Unexpected token`.",
        repair="Leaves it out.",
        fix="Remove padding before parsing.",
    ),
    Code(
        "tokens-after-return",
        Severity.WARNING,
        looks="The stream goes on behind `<|return|>`.",
        cause=(
            "`<|return|>` is missing among the engine's stop tokens; or a conversation was put "
            "together without replacing it by `<|end|>`."
        ),
        strict="Reads on.",
        repair="Reads on.",
        fix="Add 200002 to the stop tokens. In a history, end messages with `<|end|>`.",
    ),
    # Where messages end.
    Code(
        "doubled-stop",
        Severity.WARNING,
        looks="A stop token right behind another.",
        cause="An engine added one that was there already.",
        strict="Raises `Unexpected token`.",
        repair="Goes by the first one.",
        fix="Do not append a stop token to a completion that has one.",
    ),
    Code(
        "unexpected-stop",
        Severity.WARNING,
        looks=(
            "A stop token where no message is open; `<|call|>` or `<|return|>` behind a message "
            "that is not the assistant's; or `<|endoftext|>` for a stop token."
        ),
        cause="A message was put together by hand, or its beginning was cut away.",
        strict=(
            "Raises `Unexpected token` between messages; else accepts any stop token. Takes "
            "`<|endoftext|>` for content."
        ),
        repair="Ends the message, if there is one.",
        fix="End messages with `<|end|>`, and calls with `<|call|>`.",
    ),
    Code(
        "missing-end",
        Severity.WARNING,
        looks="The next message begins, but the one before has no stop token.",
        cause="The model left it out, or the stop tokens were removed when contents were joined.",
        strict="Takes all that follows for content.",
        repair="Ends the message there; it is not complete.",
        fix="Keep the stop tokens when messages are joined.",
    ),
    Code(
        "missing-call",
        Severity.WARNING,
        looks="A call that does not end with `<|call|>`.",
        cause="The model, or an engine, ended it as a plain message.",
        strict="Accepts any stop token.",
        repair=(
            "Gives the message. It is a call only if the argument `missing_call_is_call` says so."
        ),
        fix="Decide whether such calls are to be run.",
    ),
    Code(
        "call-without-recipient",
        Severity.ERROR,
        looks="`<|call|>` behind a message that has no recipient.",
        cause="The model forgot whom to call, or the recipient was lost.",
        strict="Accepts it.",
        repair="Gives the message; it is no call.",
        fix="Ask the model again: the stream does not say which tool.",
    ),
    Code(
        "truncated-content",
        Severity.ERROR,
        looks="The stream ends within a content.",
        cause="The limit of tokens was reached, or the engine removes the stop token.",
        strict="Gives the message as if it were whole.",
        repair="Gives the message; it is not complete.",
        fix=(
            "If the text is whole, keep the stop token in the output; else raise the limit of "
            "tokens."
        ),
    ),
    # Within contents.
    Code(
        "doubled-message",
        Severity.WARNING,
        looks="`<|message|>` twice at the beginning of a content.",
        cause="The sampler repeated itself.",
        strict="Takes the second one for content.",
        repair="Leaves it out.",
        fix="If it happens often, lower the temperature.",
    ),
    Code(
        "special-token-in-content",
        Severity.ERROR,
        looks="A special token within a content.",
        cause="The sampler went astray; or text was encoded with special tokens allowed.",
        strict="Takes its text for content.",
        repair="Takes its text for content.",
        fix="Encode contents as ordinary text. In a completion, do not trust the message.",
    ),
    Code(
        "unknown-token",
        Severity.ERROR,
        looks="An id that is no token.",
        cause="Ids of another model, log probabilities, or marks such as -100 for padding.",
        strict="Ends the content there, or raises; a negative id is an `OverflowError`.",
        repair="Puts U+FFFD in its place in a content, and leaves it out of a header.",
        fix="Check that the ids are of this vocabulary.",
    ),
    Code(
        "not-utf8",
        Severity.ERROR,
        looks="Bytes that are no UTF-8, in one token or across several.",
        cause="Sampling was stopped within a character, or the temperature is too high.",
        strict="Puts U+FFFD in their place; in a header, raises.",
        repair="Puts U+FFFD in their place.",
        fix="If it is at the end, raise the limit of tokens.",
    ),
    Code(
        "literal-special-token",
        Severity.INFO,
        looks="Text that looks like a special token but is not one.",
        cause=(
            "The conversation is about special tokens; or Harmony text was encoded as ordinary "
            "text."
        ),
        strict="Takes it for text.",
        repair="Takes it for text.",
        fix="If a special token was meant, encode with `allowed_special`; else all is well.",
    ),
    Code(
        "escaped-markers",
        Severity.INFO,
        looks=(
            "A special token escaped for HTML or JSON: `&lt;|channel|&gt;`, "
            "`\\u003c|channel|\\u003e`."
        ),
        cause="Harmony text was copied from a page or a log; or the content is about such text.",
        strict="Takes it for text.",
        repair="Takes it for text.",
        fix=(
            "If a special token was meant, unescape the text before it is encoded: "
            "`html.unescape(text)`, or `json.loads`."
        ),
    ),
    Code(
        "arguments-not-json",
        Severity.ERROR,
        looks="A call that promises JSON and holds something else.",
        cause="Sampling was stopped early, or without a grammar.",
        strict="Accepts any content.",
        repair="Gives the message; it is not among the calls.",
        fix="Answer the call with the JSON error, or sample with a grammar.",
    ),
    # Streams that lost their markers.
    Code(
        "markers-stripped",
        Severity.ERROR,
        looks=(
            "Text such as `analysis...assistantfinal...`, in which all special tokens are missing."
        ),
        cause="The output was decoded with `skip_special_tokens=True`.",
        strict="Raises `Unexpected EOS` or `Unexpected token`.",
        repair=(
            "Takes the text for one content if a role was given, else for none. The argument "
            "`recover_stripped_markers` makes messages of it."
        ),
        fix=(
            "Parse token ids, or decode with `skip_special_tokens=False`. If the text is all there "
            "is, `InspectPolicy(recover_stripped_markers=True)` cuts it at the channels."
        ),
        guesses=True,
    ),
    Code(
        "no-markers",
        Severity.ERROR,
        looks="A text without any special token.",
        cause=(
            "The output was decoded with `skip_special_tokens=True`, or only its content was kept; "
            "or the model does not write Harmony."
        ),
        strict="Raises `Unexpected EOS` or `Unexpected token`.",
        repair="Takes the text for one content if a role was given, else for none.",
        fix=(
            "Parse token ids, or decode with `skip_special_tokens=False`; and check that the model "
            "and its chat template are for Harmony, as those of gpt-oss are."
        ),
        guesses=True,
    ),
    Code(
        "recovered-markers",
        Severity.WARNING,
        looks="As markers-stripped, where `recover_stripped_markers` asks for messages.",
        cause="The output was decoded with `skip_special_tokens=True`.",
        strict="Raises `Unexpected EOS` or `Unexpected token`.",
        repair="Cuts the text at the names of the channels.",
        fix="Parse token ids, or decode with `skip_special_tokens=False`.",
        guesses=True,
    ),
)
