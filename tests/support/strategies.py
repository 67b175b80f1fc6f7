"""Hypothesis strategies for the chat model, in the dictionary form both implementations read."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

ROLES = ["user", "assistant", "system", "developer", "tool"]
CHANNELS = ["analysis", "commentary", "final"]
SPECIAL_TEXTS = ["<|start|>", "<|end|>", "<|message|>", "<|constrain|>", "<|channel|>"]

# Everything but lone surrogates, which no implementation renders.
texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        ["", " ", "Hello, world", "naïve 日本語 😀", "a\r\nb\rc\n", "x\n\n", *SPECIAL_TEXTS]
    ),
)
names = st.one_of(
    st.sampled_from(["get_weather", "search", "f", "", "a b", ":x", "<|call|>"]),
    st.text(max_size=10),
)
channels = st.one_of(st.sampled_from(CHANNELS), names)
recipients = st.one_of(
    st.sampled_from(["all", "functions.get_weather", "browser.search", "python", ""]), names
)
content_types = st.one_of(
    st.sampled_from(
        ["json", "code", "<|constrain|>json", "<|constrain|>", " <|constrain|>json", "", "a b"]
    ),
    names,
)

numbers = st.one_of(
    st.integers(min_value=-(1 << 70), max_value=1 << 70),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(min_value=-1e3, max_value=1e3),
    st.sampled_from([0, -0.0, 1.0, 1e15, 1e16, 1e17, 1e22, 1e-5, 1e-6, 2**63, 2**64, -(2**63) - 1]),
)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts)
json_values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)

_TYPES = ["object", "string", "number", "integer", "boolean", "array", "null", "whatever"]


def _schemas(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Schemas whose keywords mostly hold what they should, and sometimes anything."""
    properties = st.dictionaries(st.one_of(names, st.text(max_size=5)), inner, max_size=4)
    keywords = {
        "type": st.one_of(
            st.sampled_from(_TYPES), st.just("object"), st.lists(st.sampled_from(_TYPES))
        ),
        "description": texts,
        "title": texts,
        "properties": properties,
        "required": st.lists(names, max_size=3),
        "items": inner,
        "enum": st.lists(st.one_of(texts, scalars), max_size=3),
        "default": json_values,
        "nullable": st.booleans(),
        "examples": st.lists(st.one_of(texts, scalars), max_size=3),
        "oneOf": st.lists(inner, max_size=3),
    }
    lenient = {key: st.one_of(value, value, value, json_values) for key, value in keywords.items()}
    usual = st.fixed_dictionaries(
        {"type": st.just("object"), "properties": properties},
        optional={key: lenient[key] for key in ("required", "description", "oneOf", "nullable")},
    )
    return st.one_of(
        usual, st.fixed_dictionaries({}, optional=lenient).flatmap(_shuffled), json_values
    )


def _shuffled(value: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.permutations(list(value.items())).map(dict)


schemas = st.recursive(
    st.one_of(
        st.sampled_from(_TYPES).map(lambda kind: {"type": kind}),
        st.fixed_dictionaries(
            {"type": st.sampled_from(_TYPES)},
            optional={
                "description": texts,
                "default": json_values,
                "enum": st.lists(texts, max_size=3),
                "nullable": st.booleans(),
            },
        ),
        json_values,
    ),
    _schemas,
    max_leaves=8,
)
parameters = schemas.filter(lambda schema: isinstance(schema, dict))


def _given(
    required: dict[str, Any], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(required, optional=optional)


tools = _given({"name": names, "description": texts}, parameters=st.one_of(st.none(), parameters))
namespaces = _given(
    {
        "name": st.one_of(st.just("functions"), names),
        "tools": st.lists(tools, max_size=3),
    },
    description=st.one_of(st.none(), texts),
)
tool_maps = st.dictionaries(st.one_of(st.just("functions"), names), namespaces, max_size=3)
channel_configs = _given(
    {"valid_channels": st.lists(channels, max_size=3), "channel_required": st.booleans()}
)

text_contents = _given({"type": st.just("text"), "text": texts})
system_contents = _given(
    {"type": st.just("system_content")},
    model_identity=st.one_of(st.none(), texts),
    reasoning_effort=st.sampled_from([None, "Low", "Medium", "High"]),
    conversation_start_date=st.one_of(st.none(), texts),
    knowledge_cutoff=st.one_of(st.none(), texts),
    channel_config=st.one_of(st.none(), channel_configs),
    tools=st.one_of(st.none(), tool_maps),
)
developer_contents = _given(
    {"type": st.just("developer_content")},
    instructions=st.one_of(st.none(), texts),
    tools=st.one_of(st.none(), tool_maps),
)
contents = st.one_of(text_contents, system_contents, developer_contents)
_CONTENTS_OF_ROLE = {"system": system_contents, "developer": developer_contents}


def _messages_of(role: str, any_content: bool) -> st.SearchStrategy[dict[str, Any]]:
    content = contents if any_content else _CONTENTS_OF_ROLE.get(role, text_contents)
    optional_name = names if role == "tool" and not any_content else st.one_of(st.none(), names)
    return _given(
        {
            "role": st.just(role),
            "content": st.one_of(texts, st.lists(st.one_of(text_contents, content), max_size=3)),
        }
        | ({"name": names} if role == "tool" and not any_content else {}),
        **({} if role == "tool" and not any_content else {"name": optional_name}),
        channel=st.one_of(st.none(), channels),
        recipient=st.one_of(st.none(), recipients),
        content_type=st.one_of(st.none(), content_types),
    )


# Messages that can be rendered, and messages whose content may not suit their role.
messages = st.sampled_from(ROLES).flatmap(lambda role: _messages_of(role, any_content=False))
any_messages = st.sampled_from(ROLES).flatmap(lambda role: _messages_of(role, any_content=True))

_turns = _given(
    {
        "role": st.sampled_from(["user", "assistant", "assistant"]),
        "content": texts,
        "channel": st.sampled_from([None, *CHANNELS]),
    },
    recipient=st.sampled_from(["functions.f", "all"]),
)


def _conversation(messages: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({"messages": st.lists(messages, max_size=6)})


conversations = _conversation(messages)
any_conversations = _conversation(any_messages)
# Many turns over the usual channels: what dropping analysis depends on.
channel_conversations = _conversation(_turns)
