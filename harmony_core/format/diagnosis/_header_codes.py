"""The codes of faults within a header."""

from __future__ import annotations

from harmony_core.format.diagnosis._codes import Code, Severity

HEADER_CODES = (
    # Role and name.
    Code(
        "missing-role",
        Severity.WARNING,
        looks="A header that names no role, such as `<|start|><|channel|>final<|message|>`.",
        cause="The sampler went astray, or the template of the prompt differs.",
        strict=(
            "Raises `message header did not contain a role`; takes a recipient for a tool's name."
        ),
        repair="Takes the assistant for the author.",
        fix="End the prompt with `<|start|>assistant`, and pass `role=Role.ASSISTANT`.",
        guesses=True,
    ),
    Code(
        "unknown-role",
        Severity.WARNING,
        looks="A word in the role's place that is no role, nor the name of a tool.",
        cause=(
            "The temperature is too high, or the role was left out and the next word took its "
            "place."
        ),
        strict="Raises `Unknown role`; if a recipient follows, takes the word for a tool's name.",
        repair=(
            "As the strict parser, where that reads it; else takes the assistant for the author, "
            "and a channel's name for the channel."
        ),
        fix=(
            "Roles are system, developer, user and assistant; a tool's message begins with its "
            "name."
        ),
        guesses=True,
    ),
    Code(
        "tool-without-recipient",
        Severity.WARNING,
        looks=(
            "A tool's name in the role's place, and no recipient: "
            "`<|start|>functions.f<|message|>`."
        ),
        cause="The message of a tool was rendered without a recipient.",
        strict="Raises `Unknown role`.",
        repair="Takes the message for the tool's.",
        fix="Give tool messages the recipient `assistant`.",
        guesses=True,
    ),
    Code(
        "named-author",
        Severity.INFO,
        looks="A role with a name behind a colon: `<|start|>user:alice<|message|>`.",
        cause="The message was rendered from an author with a name.",
        strict="Raises `Unknown role`; if a recipient follows, takes both for a tool's name.",
        repair="Reads role and name.",
        fix="Leave the name out if strict parsers are to read the stream.",
    ),
    Code(
        "restated-role",
        Severity.INFO,
        looks="The stream begins with the role that was given.",
        cause="The prompt ends with the role, and the model writes it once more.",
        strict="Reads it once.",
        repair="Reads it once.",
        fix="End the prompt with `<|start|>assistant`, and nothing behind it.",
    ),
    Code(
        "doubled-role",
        Severity.WARNING,
        looks="The role stands twice.",
        cause="The sampler repeated itself.",
        strict="Takes the second one for the recipient, or raises.",
        repair="Reads it once.",
        fix="End the prompt with `<|start|>assistant`, and pass only the completion.",
    ),
    Code(
        "glued-role",
        Severity.WARNING,
        looks=(
            "The role is glued to the next word: `assistantassistant`, `assistantto=functions.f`."
        ),
        cause="A special token between them was lost when the stream was decoded.",
        strict="Raises `Unknown role`, or takes all of it for a name or recipient.",
        repair="Cuts the words apart.",
        fix="Keep the special tokens: parse token ids, or decode with `skip_special_tokens=False`.",
        guesses=True,
    ),
    Code(
        "conflicting-role",
        Severity.WARNING,
        looks="The stream begins with a role other than the one that was given.",
        cause="The `role` argument does not match the prompt.",
        strict="Takes the word for the recipient.",
        repair="Believes the stream.",
        fix="Pass the role that the prompt ended with.",
        guesses=True,
    ),
    # Channel.
    Code(
        "missing-channel-marker",
        Severity.WARNING,
        looks=(
            "A channel's name without `<|channel|>` before it: `assistantfinal<|message|>`, "
            "`assistant analysis<|message|>`."
        ),
        cause=(
            "The model left the marker out; or it was lost when the stream was decoded or joined."
        ),
        strict=(
            "Takes the word for the recipient, or raises `Unknown role`; the message has no "
            "channel."
        ),
        repair="Takes the word for the channel.",
        fix=(
            "`<|channel|>` is missing: keep the special tokens, and do not show a message whose "
            "channel is `analysis`."
        ),
        guesses=True,
    ),
    Code(
        "repeated-channel",
        Severity.WARNING,
        looks="The same channel twice in a row: `<|channel|>final<|channel|>final`.",
        cause="The sampler repeated itself.",
        strict="Takes the second one for the recipient, or raises.",
        repair="Reads it once.",
        fix="If it happens often, lower the temperature.",
    ),
    Code(
        "doubled-channel",
        Severity.WARNING,
        looks="Two different channels in one header.",
        cause="The model changed its mind, or a stop token in between was lost.",
        strict="Takes the first one, and reads the second into the recipient; or raises.",
        repair="Takes the last one, under which the content was written.",
        fix="Do not show the content without looking: it may be meant for either channel.",
        guesses=True,
    ),
    Code(
        "channel-after-recipient",
        Severity.WARNING,
        looks=(
            "A channel once more, behind the recipient (`<|channel|>commentary "
            "to=functions.f<|channel|>commentary`), or behind the content type. A channel that "
            "stands only behind the recipient is how messages are rendered, and no fault."
        ),
        cause="The model mixes the two orders in which channel and recipient may stand.",
        strict="Reads the second one into the recipient; behind the content type, reads it.",
        repair="Reads the channel and leaves it out of the name.",
        fix="Nothing is lost. If it happens often, lower the temperature.",
    ),
    Code(
        "empty-channel",
        Severity.WARNING,
        looks="`<|channel|>` with no name behind it.",
        cause="The sampler went astray, or a word was lost when the stream was decoded.",
        strict="Raises `channel marker present but no channel value found in header`.",
        repair="Leaves the channel open, or takes the one that stands elsewhere.",
        fix="Treat the message as one that is not for the user until its channel is known.",
        guesses=True,
    ),
    Code(
        "unknown-channel",
        Severity.WARNING,
        looks="A channel other than analysis, commentary and final (argument `channels`).",
        cause="A misspelt or glued name, or a fine-tuned model with channels of its own.",
        strict="Accepts any name.",
        repair="Keeps the name.",
        fix="Pass the channels there are as `channels`, or correct the name.",
    ),
    # Recipient.
    Code(
        "doubled-recipient",
        Severity.WARNING,
        looks="The same recipient twice.",
        cause="The sampler repeated itself.",
        strict="Raises `unexpected tokens remaining in message header`.",
        repair="Reads it once.",
        fix="If it happens often, lower the temperature.",
    ),
    Code(
        "conflicting-recipient",
        Severity.ERROR,
        looks="Two different recipients.",
        cause="Two calls run into one.",
        strict="Raises `unexpected tokens remaining in message header`.",
        repair="Chooses neither: a call must not go to the wrong tool.",
        fix="Ask the model again.",
        guesses=True,
    ),
    Code(
        "malformed-recipient",
        Severity.ERROR,
        looks=(
            "`to=` with nothing behind it, with spaces around the `=`, or with characters that no "
            "tool's name has."
        ),
        cause="The sampler went astray, or something was glued to the name.",
        strict=(
            "Takes an empty recipient, or the recipient with all that is glued to it; or raises."
        ),
        repair="Keeps what there is of the name; the call counts as repaired.",
        fix="Compare the name with the tools that the prompt offers.",
        guesses=True,
    ),
    Code(
        "recipient-without-to",
        Severity.WARNING,
        looks="A tool's name in the header without `to=` before it.",
        cause="The model forgot it, or the template of the prompt differs.",
        strict="Takes the word for the recipient if it stands alone, or raises.",
        repair="Takes the word for the recipient.",
        fix="Check that the call is meant before it is run.",
        guesses=True,
    ),
    Code(
        "glued-recipient",
        Severity.WARNING,
        looks="The recipient is glued to the channel: `<|channel|>commentaryto=functions.f`.",
        cause="A space was lost.",
        strict="Takes all of it for the channel.",
        repair="Cuts channel and recipient apart.",
        fix="Check that the call is meant before it is run.",
        guesses=True,
    ),
    Code(
        "unknown-tool",
        Severity.WARNING,
        looks="A recipient that is none of the tools (only if the argument `tools` names them).",
        cause="The model invented a tool, misspelt one, or left out its namespace.",
        strict="Accepts any recipient.",
        repair="Keeps the recipient. A similar name is suggested, never put in its place.",
        fix="Answer the call with an error that names the tools there are.",
        guesses=True,
    ),
    # Content type.
    Code(
        "content-type-without-recipient",
        Severity.WARNING,
        looks="A content type, but no recipient.",
        cause="The model meant a call and forgot whom, or the content was rendered with a type.",
        strict="Takes the content type for the recipient, so that it looks like a call.",
        repair="Reads it as the content type; there is no recipient.",
        fix="If a call was meant, ask the model again.",
    ),
    Code(
        "unknown-content-type",
        Severity.INFO,
        looks="A word in the content type's place that is no usual type.",
        cause="A type of one's own, or a junk word.",
        strict="Takes it for the content type.",
        repair="Takes it for the content type.",
        fix="If types of your own are rendered, put `<|constrain|>` before them.",
    ),
    Code(
        "doubled-content-type",
        Severity.WARNING,
        looks="More than one content type.",
        cause="The sampler repeated itself.",
        strict="Raises, or takes one of them for the recipient.",
        repair="Takes the last one behind `<|constrain|>`.",
        fix="If it happens often, lower the temperature.",
    ),
    Code(
        "empty-content-type",
        Severity.WARNING,
        looks="`<|constrain|>` with no type behind it.",
        cause="The sampler went astray.",
        strict="Takes the marker itself for the content type or the recipient.",
        repair="Leaves it out.",
        fix="Treat the content as plain text.",
    ),
    # The rest.
    Code(
        "odd-space",
        Severity.WARNING,
        looks=(
            "A space in the header that does not belong there: behind `<|channel|>` or "
            "`<|constrain|>`, or a space that is not ASCII."
        ),
        cause="The stream was decoded, changed and encoded again; or the sampler went astray.",
        strict="Finds no channel, reads the space into a name, or raises; some of them it knows.",
        repair="Takes it for a space.",
        fix="Parse the token ids as they were sampled.",
    ),
    Code(
        "junk-in-header",
        Severity.ERROR,
        looks="Words in the header that are no field of it.",
        cause="`<|message|>` is missing before them, or the sampler went astray.",
        strict=(
            "Raises `unexpected tokens remaining in message header`; takes a single word for the "
            "recipient."
        ),
        repair="Leaves them out of the message; they are in the diagnostic's span.",
        fix="Look at the words: they may be content, or a recipient without `to=`.",
    ),
    Code(
        "special-token-in-header",
        Severity.WARNING,
        looks="A special token within the header that has no place there.",
        cause="The sampler went astray, or a marker was put into a name.",
        strict="Reads its text into a name.",
        repair="Leaves it out, and joins what it parts.",
        fix="Check the names before the message is used.",
        guesses=True,
    ),
    # A header that never reached its end.
    Code(
        "truncated-header",
        Severity.ERROR,
        looks="The stream ends before `<|message|>`.",
        cause="Sampling was stopped early, or came to nothing.",
        strict="Raises `Unexpected EOS while waiting for message header to complete`.",
        repair="There is no message to recover; the header is in the diagnostic's span.",
        fix="Raise the limit of tokens, and check the list of stop tokens.",
    ),
    Code(
        "open-turn",
        Severity.INFO,
        looks="The stream ends with `<|start|>` and a role.",
        cause="It is a prompt: the model is to write on from here.",
        strict="Raises `Unexpected EOS while waiting for message header to complete`.",
        repair="Gives the messages before it.",
        fix=(
            "Nothing is wrong with a prompt. Where a completion was expected, pass only its tokens."
        ),
    ),
    Code(
        "header-closed-by-stop",
        Severity.ERROR,
        looks="A header that a stop token ends, with no content.",
        cause="The model stopped before it wrote anything, or the content was lost.",
        strict="Takes the stop token for a part of the header. If not strict, ends the message.",
        repair="Gives a message without content, if the header tells more than a role.",
        fix="Ask the model again.",
        guesses=True,
    ),
    Code(
        "header-cut-by-start",
        Severity.ERROR,
        looks="`<|start|>` within a header that tells more than a role.",
        cause="The message was given up, or its content was lost.",
        strict="Takes `<|start|>` for a part of the header.",
        repair="Drops the header that was cut; it is in the diagnostic's span.",
        fix="Ask the model again if the message was needed.",
    ),
    Code(
        "missing-message",
        Severity.WARNING,
        looks="Content behind the header, but no `<|message|>` before it.",
        cause="The model left it out, or the special tokens were removed.",
        strict="Takes the content for a part of the header. If not strict, keeps some of it.",
        repair="Takes for content what is no field of the header.",
        fix="Keep the special tokens. Check a call before it is run.",
        guesses=True,
    ),
    Code(
        "glued-content",
        Severity.WARNING,
        looks=(
            "As missing-message, with the content glued to the channel, recipient or content type."
        ),
        cause="The model left `<|message|>` out.",
        strict="Takes the content for a part of the header. If not strict, for the channel's name.",
        repair="Cuts where the known name ends.",
        fix="Keep the special tokens. Check a call before it is run.",
        guesses=True,
    ),
)
