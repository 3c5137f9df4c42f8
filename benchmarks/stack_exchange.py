"""Makes a Posts.xml of made-up text and prints how fast it is read, beside lxml: `python -m
benchmarks.stack_exchange`.

`--gigabytes G` makes a larger one than 0.2 GB. lxml is no dependency: where it is missing, this
says so; `--lxml PYTHON` names the Python of an environment that has it.
"""

import argparse
import random
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timedelta
from html import escape
from pathlib import Path

from cop_metrics.sources.stack_exchange import ATTRIBUTES, POSTS

LETTERS = "aeioubcdfglmnprst"
GOAL_MB, GOAL_TIMES, ROUNDS = 200, 3, 3

OURS = """
import sys
from pathlib import Path
from cop_metrics.sources.export import open_export
from cop_metrics.sources.source import Reading
from cop_metrics.sources.stack_exchange import SOURCE
with open_export(Path(sys.argv[1])) as export:
    rows = sum(len(batch.rows) for batch in SOURCE.batches(export, Reading()))
"""
LXML = """
import sys
from lxml import etree
names = sys.argv[2].split(",")
rows = 0
for _, row in etree.iterparse(sys.argv[1], tag="row"):
    values = [row.get(name) for name in names]
    rows += 1
    row.clear()
    while row.getprevious() is not None:
        del row.getparent()[0]
"""
TIMED = """
import resource, time
started = time.perf_counter()
{code}
seconds = time.perf_counter() - started
print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


def write_posts(path: Path, size: int) -> int:
    """Write posts of about a kilobyte, two of five of them questions, until the size is reached;
    returns their number.
    """
    luck = random.Random(1)
    words = ["".join(luck.choices(LETTERS, k=luck.randint(2, 10))) for _ in range(4_000)] + [
        "é",
        "naïve",
        "…",
        "→",
    ]

    def sentence(length: int) -> str:
        return " ".join(luck.choices(words, k=length))

    def body() -> str:
        parts = [
            f"<p>{sentence(luck.randint(8, 45))}</p>\n\n"
            if luck.random() < 0.75
            else f'<pre><code>if x &lt; 3 &amp;&amp; y == "{sentence(2)}":\n    {sentence(4)}\n</code></pre>\n\n'
            for _ in range(luck.randint(1, 5))
        ]
        return escape("".join(parts)).replace("&#x27;", "'").replace("\n", "&#xA;")

    bodies, number, written, at = [body() for _ in range(2_000)], 0, 0, datetime(2015, 1, 1)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write('\ufeff<?xml version="1.0" encoding="utf-8"?>\n<posts>\n')
        while written < size:
            number += 1
            at += timedelta(seconds=luck.expovariate(1 / 60))
            time_of = at.isoformat(timespec="milliseconds")
            asks = number < 4 or luck.random() < 0.4
            kind = (
                f'PostTypeId="1" AcceptedAnswerId="{number + 1}"'
                if asks
                else f'PostTypeId="2" ParentId="{luck.randint(1, number - 1)}"'
            )
            about = (
                f'ViewCount="{luck.randint(1, 9_999)}" Title="{sentence(9)} &amp; &quot;{sentence(1)}&quot;?" '
                f'Tags="|{luck.choice(words)}|{luck.choice(words)}|" AnswerCount="2" '
                if asks
                else ""
            )
            written += file.write(
                f'  <row Id="{number}" {kind} CreationDate="{time_of}" Score="{luck.randint(-2, 40)}" '
                f'Body="{luck.choice(bodies)}" OwnerUserId="{luck.randint(1, 50_000)}" '
                f'LastEditorUserId="{luck.randint(1, 50_000)}" LastEditDate="{time_of}" LastActivityDate="{time_of}" '
                f'{about}CommentCount="{luck.randint(0, 5)}" ContentLicense="CC BY-SA 4.0" />\n'
            )
        file.write("</posts>\n")
    return number


def measured(python: str, code: str, *arguments: str) -> tuple[float, float]:
    """Return the seconds that the code takes in a process of its own, imports aside, and its peak
    memory in MB.
    """
    imports = [line for line in code.splitlines() if line.startswith(("import", "from"))]
    rest = [line for line in code.splitlines() if line not in imports]
    program = "\n".join(imports) + TIMED.format(code="\n".join(rest))
    output = subprocess.run(
        [python, "-c", program, *arguments], check=True, capture_output=True, text=True
    ).stdout
    seconds, memory = map(float, output.split())
    return seconds, memory


def main() -> None:
    """Make the file, read it a few times in turns with both, and print the best of each."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--gigabytes", type=float, default=0.2)
    options.add_argument("--lxml", default=sys.executable, metavar="PYTHON")
    chosen = options.parse_args()
    has_lxml = (
        subprocess.run([chosen.lxml, "-c", "import lxml"], capture_output=True).returncode == 0
    )
    with tempfile.TemporaryDirectory(prefix="cop-metrics-") as folder:
        posts = Path(folder) / "Posts.xml"
        started = time.perf_counter()
        rows = write_posts(posts, int(chosen.gigabytes * 1e9))
        megabytes = posts.stat().st_size / 1e6
        print(f"{rows:,} posts, {megabytes:,.0f} MB, made in {time.perf_counter() - started:.0f} s")
        names = ",".join(ATTRIBUTES[POSTS])
        ours, theirs = [], []
        for _ in range(ROUNDS):
            ours.append(measured(sys.executable, OURS, str(posts)))
            if has_lxml:
                theirs.append(measured(chosen.lxml, LXML, str(posts), names))
    fast = megabytes / min(seconds for seconds, _ in ours)
    print(
        f"read by the source: {fast:6.0f} MB/s (goal {GOAL_MB}), {max(memory for _, memory in ours):,.0f} MB of memory"
    )
    if not has_lxml:
        print(
            "lxml is not here, so there is nothing to compare with: name a Python that has it with --lxml"
        )
        return
    slow = megabytes / min(seconds for seconds, _ in theirs)
    print(
        f"lxml's iterparse:   {slow:6.0f} MB/s; {fast / slow:.1f} times as fast (goal {GOAL_TIMES})"
    )


if __name__ == "__main__":
    main()
