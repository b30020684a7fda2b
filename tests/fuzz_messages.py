"""The page's requests, each part of them changed, and changed at random, as tests/page has them.

`python tests/fuzz_messages.py --messages 100000`: an answer that breaks the contract ends it.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import warnings
from collections import Counter
from itertools import chain, islice
from pathlib import Path

TESTS = Path(__file__).parent


def main() -> None:
    """Ask, check, count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    settings = parser.parse_args()
    sys.path[:0] = [str(TESTS), str(TESTS / "page")]
    warnings.simplefilter("error")
    import test_fuzz

    from unitscope.page import answers

    counted: Counter[str] = Counter()
    slowest = 0.0
    changed = test_fuzz.random_changes(settings.messages, settings.seed)
    messages = chain(test_fuzz.every_change(), changed)
    for message in islice(messages, settings.messages):
        if isinstance(message, dict) and message.get("kind") == "cancel":
            continue  # the server's own
        began = time.process_time()  # others may keep the processors busy
        answer = json.loads(json.dumps(answers.reply(message), allow_nan=False))
        slowest = max(slowest, time.process_time() - began)
        test_fuzz.check(message, answer)
        counted[answer["kind"]] += 1
    took = f"the slowest in {slowest:.2f} s of a processor"
    print(f"{counted.total():,} messages, {took}: {dict(counted)}")


if __name__ == "__main__":
    main()
