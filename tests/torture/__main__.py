"""`python -m tests.torture [CASE…] [--part] [--seed N] [--json FILE]`: run the bad days and print the scorecard."""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import signal
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.torture.cases import CASES
from tests.torture.scorecard import Case, Scale, Score, Unavailable, Verdict, document, shown

SEEDS = 1_000_000


def main() -> None:
    asked = _asked()
    scale = Scale(part=asked.part, seed=asked.seed)
    chosen = [case for case in CASES if case.name in asked.cases or not asked.cases]
    print(f"{'a part of' if scale.part else 'the whole of'} {len(chosen)} cases, seed {scale.seed}", flush=True)
    verdicts = asyncio.run(judge(chosen, scale))
    if asked.json is not None:
        told = {"seed": scale.seed, "part": scale.part, "cases": [document(verdict) for verdict in verdicts]}
        asked.json.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    sys.exit(any(verdict.failed for verdict in verdicts))


async def judge(cases: Sequence[Case], scale: Scale) -> list[Verdict]:
    """Run them one after another, and print of each how it went; SIGTERM cleans up as Ctrl-C does."""
    whole = asyncio.current_task()
    assert whole is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, whole.cancel)
    verdicts = []
    for case in cases:
        verdicts.append(await verdict_of(case, scale))
        print(f"\n{shown(verdicts[-1])}", flush=True)
    return verdicts


async def verdict_of(case: Case, scale: Scale) -> Verdict:
    """How the case went; one that breaks off has failed, and so has one in which nothing bad happened."""
    began = time.monotonic()
    try:
        async with asyncio.timeout(case.limit):
            score = await case.run(scale)
        if not score.trials and not score.lost:
            score = replace(score, lost=["the bad thing never happened"])
    except Unavailable as why:
        return Verdict(case=case, score=None, unavailable=str(why))
    except TimeoutError:
        score = Score(0, [f"it was not done within {case.limit:.0f} s, or waited in vain"], {})
    except (Exception, ExceptionGroup) as error:
        score = Score(0, [f"it broke off: {error!r}"], {})
    return Verdict(case=case, score=score, seconds=time.monotonic() - began)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description="Run the bad days.")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join(case.name for case in CASES))
    parser.add_argument("--part", action="store_true", help="some seconds of each; times are not judged")
    parser.add_argument("--seed", type=int, default=random.randrange(SEEDS), help="do again what was done by chance")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the scorecard there too")
    asked = parser.parse_args()
    if unknown := set(asked.cases) - {case.name for case in CASES}:
        parser.error(f"there is no case {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    main()
