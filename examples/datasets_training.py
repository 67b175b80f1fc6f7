"""A Hugging Face data set of conversations made into what TRL's SFTTrainer trains on.

``SFTTrainer`` takes a data set with ``input_ids`` as it is, and its collator masks by
``labels``. Give it ``SFTConfig(max_length=None)``: otherwise it truncates the samples.
It needs the package ``datasets``.
"""

from __future__ import annotations

from typing import Any

from datasets import Dataset

from harmony_core import Conversation, load_harmony_encoding

ROWS = [
    {
        "id": 1,
        "messages": [
            {"role": "user", "content": "2 + 2?"},
            {"role": "assistant", "channel": "analysis", "content": "4."},
            {"role": "assistant", "channel": "final", "content": "4"},
            {"role": "user", "content": "Thanks."},
            {"role": "assistant", "channel": "final", "content": "You are welcome."},
        ],
    },
    {"id": 2, "messages": [{"role": "user", "content": "Nobody answers."}]},
]


def samples_of(batch: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Make samples, one for each turn, of a batch of conversations."""
    encoding = load_harmony_encoding("HarmonyGptOss")
    columns: dict[str, list[Any]] = {"id": [], "turn": [], "input_ids": [], "labels": []}
    for number, messages in zip(batch["id"], batch["messages"], strict=True):
        conversation = Conversation.from_dict({"messages": messages})
        for sample in encoding.split_turns(conversation, on_error=print):
            columns["id"].append(number)
            columns["turn"].append(sample.turn)
            columns["input_ids"].append(sample.tokens)
            columns["labels"].append(sample.labels())
    return columns


def main() -> None:
    """Make the samples and show them."""
    conversations = Dataset.from_list(ROWS)
    samples = conversations.map(samples_of, batched=True, remove_columns=["messages"])
    for row in samples:
        targets = sum(label >= 0 for label in row["labels"])
        print(f"{row['id']}/{row['turn']}: {len(row['input_ids'])} tokens, {targets} targets")


if __name__ == "__main__":
    main()
