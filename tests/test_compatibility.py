"""What docs/compatibility.md says: that its tests exist, and what no other test pins."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import tiktoken

import harmony_core
from harmony_core import (
    Author,
    ChatError,
    Conversation,
    HarmonyEncoding,
    Message,
    RenderConversationConfig,
    Role,
    SpecialTokenError,
    StreamableParser,
    load_harmony_encoding,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import ModuleType

    import openai_harmony

TESTS = Path(__file__).parent
PAGE = TESTS.parent / "docs" / "compatibility.md"
NAMED = re.findall(r"`tests/([\w/]+\.py)::([\w:]+)`", PAGE.read_text("utf-8"))


def defined(body: list[ast.stmt], prefix: str = "") -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef):
            yield prefix + node.name
        elif isinstance(node, ast.ClassDef):
            yield prefix + node.name
            yield from defined(node.body, f"{prefix}{node.name}::")


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_a_test_that_the_page_names_exists(file: str, name: str) -> None:
    assert name in {*defined(ast.parse((TESTS / file).read_text("utf-8")).body)}


def test_every_entry_of_the_page_names_its_test() -> None:
    entries = re.split(r"\n(?=- )|\n(?=#)", PAGE.read_text("utf-8"))
    entries = [entry for entry in entries if entry.startswith("- ")]
    assert len(entries) > 25
    assert [entry for entry in entries if "`tests/" not in entry] == []


@pytest.fixture(scope="module")
def encoding() -> HarmonyEncoding:
    return load_harmony_encoding("HarmonyGptOss")


class TestDifferences:
    """What we do otherwise on purpose."""

    def test_pydantics_own_methods_are_not_here(self, reference: ModuleType) -> None:
        own = [name for name in dir(reference.Content.__base__) if name.startswith("model_")]
        assert "model_dump" in own
        assert not any(hasattr(Message, name) for name in own)

    def test_an_encoding_is_one_object(self, reference: ModuleType) -> None:
        name = "HarmonyGptOss"
        assert load_harmony_encoding(name) is load_harmony_encoding(name)
        assert reference.load_harmony_encoding(name) is not reference.load_harmony_encoding(name)

    def test_changing_the_set_of_special_tokens_changes_no_encoding(self) -> None:
        loaded = load_harmony_encoding("HarmonyGptOss")
        encoding = HarmonyEncoding(  # one of its own, since all of the process share the loaded one
            name=loaded.name,
            tokenizer=loaded.tokenizer,
            markers=loaded.markers,
            n_ctx=loaded.n_ctx,
            max_message_tokens=loaded.max_message_tokens,
            loader=(load_harmony_encoding, (loaded.name,)),
        )
        encoding.special_tokens_set.clear()
        with pytest.raises(SpecialTokenError):
            encoding.encode("<|start|>")

    @pytest.mark.parametrize(
        "use",
        [
            lambda m, enc, role: m.StreamableParser(enc, role),
            lambda _, enc, role: enc.parse_messages_from_completion_tokens([], role),
            lambda m, enc, role: enc.render_conversation_for_completion(m.Conversation(), role),
        ],
    )
    def test_a_role_may_be_its_text(
        self,
        encoding: HarmonyEncoding,
        reference: ModuleType,
        reference_encoding: openai_harmony.HarmonyEncoding,
        use: Callable[[Any, Any, str], object],
    ) -> None:
        outcome = None
        try:
            use(harmony_core, encoding, "assistant")
        except harmony_core.ParseError as error:  # a completion of no tokens has no header
            outcome = error.kind
        assert outcome in {None, "unexpected-eos"}
        with pytest.raises(ChatError, match="Unknown role: 'bot'"):
            use(harmony_core, encoding, "bot")
        with pytest.raises(AttributeError, match="'str' object has no attribute 'value'"):
            use(reference, reference_encoding, "assistant")

    def test_a_conversation_may_be_any_messages(
        self,
        encoding: HarmonyEncoding,
        reference: ModuleType,
        reference_encoding: openai_harmony.HarmonyEncoding,
    ) -> None:
        messages = [Message.from_role_and_content(Role.USER, "x")]
        whole = Conversation.from_messages(messages)
        assert encoding.render_conversation(messages) == encoding.render_conversation(whole)  # type: ignore[arg-type]
        theirs = [reference.Message.from_role_and_content(reference.Role.USER, "x")]
        with pytest.raises(AttributeError, match="to_json"):
            reference_encoding.render_conversation(theirs)  # type: ignore[arg-type]

    def test_what_json_cannot_hold_is_told_in_our_words(
        self,
        encoding: HarmonyEncoding,
        reference: ModuleType,
        reference_encoding: openai_harmony.HarmonyEncoding,
    ) -> None:
        message = Message.from_role_and_content(Role.USER, "x").with_channel("\ud800")
        with pytest.raises(ChatError, match=r"^lone surrogate U\+D800") as ours:
            encoding.render(message)
        assert ours.value.path == ("channel",)
        other = reference.Message.from_role_and_content(reference.Role.USER, "x")
        with pytest.raises(ValueError, match=r"^invalid message JSON: .* column \d+$"):
            reference_encoding.render(other.with_channel("\ud800"))

    def test_methods_that_the_reference_lacks(self, reference: ModuleType) -> None:
        more = {
            "Conversation": ["from_dict"],
            "Message": ["from_json"],
            "TextContent": ["from_dict"],
            "ToolDescription": ["from_dict", "to_dict"],
            "ToolNamespaceConfig": ["from_dict", "to_dict"],
            "ChannelConfig": ["to_dict"],
            "HarmonyEncoding": [
                *("encode_ordinary", "decode_bytes", "render_ranges", "tokenizer_name"),
                *("inspect", "inspect_text", "inspector"),
            ],
        }
        for name, methods in more.items():
            for method in methods:
                assert hasattr(getattr(harmony_core, name), method), method
                assert not hasattr(getattr(reference, name), method), method


class TestQuirks:
    """What the reference does, and we do too, though one would not expect it."""

    @pytest.fixture
    def sides(
        self,
        encoding: HarmonyEncoding,
        reference: ModuleType,
        reference_encoding: openai_harmony.HarmonyEncoding,
    ) -> tuple[tuple[Any, Any], ...]:
        return (harmony_core, encoding), (reference, reference_encoding)

    def test_a_tools_message_without_recipient_does_not_parse_back(self, sides: Any) -> None:
        for module, encoding in sides:
            tool = module.Author.new(module.Role.TOOL, "functions.f")
            tokens = encoding.render(module.Message.from_author_and_content(tool, "x"))
            with pytest.raises(module.HarmonyError, match=r"^Unknown role: functions\.f$"):
                encoding.parse_messages_from_completion_tokens(tokens)

    def test_an_authors_name_does_not_parse_back(self, sides: Any) -> None:
        for module, encoding in sides:
            alice = module.Author.new(module.Role.USER, "alice")
            tokens = encoding.render(module.Message.from_author_and_content(alice, "x"))
            with pytest.raises(module.HarmonyError, match=r"^Unknown role: user:alice$"):
                encoding.parse_messages_from_completion_tokens(tokens)

    @pytest.mark.parametrize("content_type", ["json", "<|constrain|>json"])
    def test_a_content_type_alone_parses_back_as_a_recipient(
        self,
        sides: Any,
        content_type: str,
    ) -> None:
        for module, encoding in sides:
            message = module.Message.from_role_and_content(module.Role.ASSISTANT, "x")
            tokens = encoding.render(message.with_content_type(content_type))
            (found,) = encoding.parse_messages_from_completion_tokens(tokens)
            assert (found.recipient, found.content_type) == (content_type, None)

    def test_the_recipient_all_is_not_rendered(self, sides: Any) -> None:
        for module, encoding in sides:
            message = module.Message.from_role_and_content(module.Role.USER, "x")
            plain = encoding.render(message)
            assert encoding.render(message.with_recipient("all")) == plain

    def test_but_it_makes_a_call_of_the_assistants_message(self, sides: Any) -> None:
        for module, encoding in sides:
            message = module.Message.from_role_and_content(module.Role.ASSISTANT, "x")
            tokens = encoding.render(message.with_recipient("all"))
            assert encoding.decode(tokens[-1:]) == "<|call|>"

    def test_contents_are_joined_without_a_seam(self, sides: Any) -> None:
        for module, encoding in sides:
            message = module.Message.from_role_and_content(module.Role.USER, "a")
            text = encoding.decode(encoding.render(message.adding_content("b")))
            assert text == "<|start|>user<|message|>ab<|end|>"

    def test_a_start_within_content_is_content(self, sides: Any) -> None:
        text = "<|start|>user<|message|>a<|start|>user<|message|>b<|end|>"
        for _, encoding in sides:
            tokens = encoding.encode(text, allowed_special="all")
            (found,) = encoding.parse_messages_from_completion_tokens(tokens)
            assert found.content[0].text == "a<|start|>user<|message|>b"

    def test_analysis_is_dropped_before_anybodys_final(self, sides: Any) -> None:
        for module, encoding in sides:
            new = module.Message.from_role_and_content
            messages = [
                new(module.Role.ASSISTANT, "1").with_channel("analysis"),
                new(module.Role.USER, "2").with_channel("final"),
                new(module.Role.ASSISTANT, "3").with_channel("analysis"),
                new(module.Role.ASSISTANT, "4").with_channel("final"),
            ]
            conversation = module.Conversation.from_messages(messages)
            text = encoding.decode(encoding.render_conversation(conversation))
            assert re.findall(r"\d", text) == ["2", "3", "4"]

    def test_training_drops_the_analysis_it_could_teach(self, sides: Any) -> None:
        for module, encoding in sides:
            new = module.Message.from_role_and_content
            messages = [
                new(module.Role.ASSISTANT, "1").with_channel("analysis"),
                new(module.Role.ASSISTANT, "2").with_channel("final"),
            ]
            conversation = module.Conversation.from_messages(messages)
            text = encoding.decode(encoding.render_conversation_for_training(conversation))
            assert text == "<|start|>assistant<|channel|>final<|message|>2<|return|>"


class TestOptions:
    """All that goes beyond the reference is off by default."""

    def test_defaults_are_the_references(self, reference: ModuleType) -> None:
        ours, theirs = RenderConversationConfig(), reference.RenderConversationConfig()
        assert ours.auto_drop_analysis == theirs.auto_drop_analysis
        assert (ours.drop, ours.schema) == ("before-first-final", "reference")

    def test_a_parser_is_strict_by_default(self, encoding: HarmonyEncoding) -> None:
        parser = StreamableParser(encoding, Role.ASSISTANT)
        for token in encoding.encode("x<|end|>", allowed_special="all"):
            parser.process(token)
        assert parser.messages == []
        assert Author(role=parser.current_role or Role.USER).role is Role.ASSISTANT


class TestTiktoken:
    """What docs/vocabularies.md says of tiktoken's names."""

    ROWS = re.findall(
        r"^\| (`\w+.*?) \| (.*) \|$",
        (PAGE.parent / "vocabularies.md").read_text("utf-8").partition("## Coming from")[2],
        re.MULTILINE,
    )

    def test_every_name_is_here_or_on_the_page(self) -> None:
        named = {name for left, _ in self.ROWS for name in re.findall(r"`(\w+)", left)}
        theirs = {name for name in dir(tiktoken.Encoding) if not name.startswith("_")}
        assert theirs - set(dir(harmony_core.Tokenizer)) == (named & theirs) | {"n_vocab"}
        assert named - theirs == {"tiktoken", "get_encoding"}

    @pytest.mark.parametrize(
        ("name", "arguments"),
        [
            ("encode_batch", {"texts": ["a b", "Hello"]}),
            ("decode_batch", {"batch": [[24912], [1, 2]]}),
            ("encode_single_token", {"text": "<|start|>"}),
            ("encode_single_token", {"text": " hello"}),
            ("decode_single_token_bytes", {"token": 24912}),
            ("decode_tokens_bytes", {"tokens": [24912, 200006]}),
            ("eot_token", {}),
            ("special_tokens_set", {}),
        ],
    )
    def test_what_to_write_instead_gives_the_same(
        self, tiktoken_encoding: tiktoken.Encoding, name: str, arguments: dict[str, Any]
    ) -> None:
        (instead,) = (right for left, right in self.ROWS if f"`{name}`" in left)
        line = instead.replace("\\|", "|").strip("`")
        ours = eval(line, {"tokenizer": harmony_core.load_tokenizer(), **arguments})  # noqa: S307 - our own page
        theirs = getattr(tiktoken_encoding, name)
        assert ours == (theirs(*arguments.values()) if callable(theirs) else theirs)
