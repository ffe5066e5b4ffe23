"""Two versions of a listing side by side, by what could be assessed in both."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from xbcommerce.errors import InvalidInput
from xbcommerce.explain import Result
from xbcommerce.listings.score import Scorecard, score
from xbcommerce.localization.content import Finding

__all__ = ["Comparison", "compare"]


class Comparison(Result):
    """What the second version gains and loses against the first.

    Attributes:
        better: "second", "first" or "neither": by what blocks first, then by the score; only of what could be assessed in both.
        publishable: of both, each for itself.
        scores: of both; over what could be assessed in both: leaving pixels out must not look like progress.
        gain: the second score less the first.
        mended, broken: findings that only the first has, and that only the second has, of checks and fields that could be
            assessed in both.
        only_first, only_second: checks that could be assessed in one of them only.
    """

    better: str
    publishable: tuple[bool, bool]
    scores: tuple[Decimal | None, Decimal | None]
    gain: Decimal
    mended: tuple[Finding, ...]
    broken: tuple[Finding, ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]

    def __str__(self) -> str:
        """Return the difference in a few lines."""
        lines = [f"better: {self.better} (gain {self.gain})"]
        lines += [f"  mended: {finding}" for finding in self.mended] + [f"  broken: {finding}" for finding in self.broken]
        return "\n".join(lines)


def compare(
    first: object, second: object, *, platform: str | None = None, on: date | str | None = None, **options: Any
) -> Comparison:
    """Return what a second version of a listing gains and loses against a first.

    Args:
        first: a listing or a mapping; or a scorecard of `score`.
        second: the same; scorecards must be of the same platform, market and day, with the same weights and keywords.
        platform: as for `score`; not needed for scorecards.
        on: the day, likewise.
        **options: what `score` takes besides.

    >>> before, after = {"title": "MUG! MUG! MUG!"}, {"title": "Stoneware Mug 300 ml"}
    >>> found = compare(before, after, platform="amazon", market="US", on="2026-11-22")
    >>> found.better
    'second'

    Raises:
        InvalidInput: if a listing cannot be understood, or the scorecards are not of the same question.
    """
    one, other = _card(first, platform, on, options), _card(second, platform, on, options)
    differing = one.asked_otherwise(other)
    if differing:
        raise InvalidInput(
            f"the scorecards were not asked the same: they differ in {', '.join(differing)}", field="second", value=differing,
            hint="score both listings with the same options",
        )  # fmt: skip
    mine, theirs = one.common_score(other), other.common_score(one)
    gain = Decimal(0) if mine is None or theirs is None else theirs - mine
    ranks = [(not _blocked(one, other), mine or Decimal(0)), (not _blocked(other, one), theirs or Decimal(0))]
    better = "neither" if ranks[0] == ranks[1] else "second" if ranks[1] > ranks[0] else "first"
    known = [{check.rule for check in card.checks if check.passed is not None} for card in (one, other)]
    return Comparison(
        better=better,
        publishable=(one.publishable, other.publishable),
        scores=(mine, theirs),
        gain=gain,
        mended=_only(one, other),
        broken=_only(other, one),
        only_first=tuple(sorted(known[0] - known[1])),
        only_second=tuple(sorted(known[1] - known[0])),
    )


def _card(value: object, platform: str | None, on: date | str | None, options: dict[str, Any]) -> Scorecard:
    if isinstance(value, Scorecard):
        return value
    if platform is None or on is None:
        raise InvalidInput(
            "say for which platform and day the listings are compared", field="platform" if platform is None else "on"
        )
    return score(value, platform=platform, on=on, **options)


def _blocked(card: Scorecard, other: Scorecard) -> bool:
    """Tell whether something blocks that would be seen in the other listing too."""
    return any(finding.severity == "block" and card.shares(finding, other) for finding in card.findings)


def _only(these: Scorecard, those: Scorecard) -> tuple[Finding, ...]:
    """Return findings of one card whose check and field the other was asked for and does not object to."""
    there = {(finding.rule, finding.field) for finding in those.findings}
    return tuple(
        finding for finding in these.findings if (finding.rule, finding.field) not in there and these.shares(finding, those)
    )
