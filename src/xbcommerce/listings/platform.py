"""Platforms: which rules one has on a day in a store, and a listing held against them.

The rules are checks as data (`data/listings/checks.*.toml`), evaluated by the same engine as those of a market. What only
arithmetic can tell (the check digit of a product number, the seller's own name in a title) is looked at here.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from xbcommerce.days import a_day
from xbcommerce.errors import InvalidInput, RulebookError, UnknownFact, shown, suggest
from xbcommerce.explain import Citation, Result
from xbcommerce.localization.checks import Question, evaluate
from xbcommerce.localization.content import Finding, Fix, Listing, Span
from xbcommerce.localization.language import Identifier
from xbcommerce.localization.matching import fold
from xbcommerce.localization.rules import Check
from xbcommerce.rules.rulebook import Rulebook

__all__ = ["FOLDERS", "Rule", "asked", "document", "findings_of", "name_of", "platforms", "rules", "shows"]

FOLDERS = ("localization", "listings")
_FOLDER = "listings"
_NUMBER_CHECK = "gtin.check_digit"
_NAME_CHECK = "title.merchant_name"
_PHONE_CHECK = "text.phone_number"
_PHONE = re.compile(
    r"(?<![\w.+-])(?:\+[0-9]{1,3}[ .-]?(?:\(?[0-9]{1,5}\)?[ .-]?){2,5}[0-9]{2,4}|\([0-9]{3}\) ?[0-9]{3}[ .-][0-9]{4}|"
    r"(?:1[ .-])?[2-9][0-9]{2}[.-][0-9]{3}[.-][0-9]{4})(?![\w-])"
)
_ANNOUNCED = re.compile(
    r"(?<![^\W_])(?:tel|phone|telephone|telefon|téléphone|teléfono|telefone|call us|call|whatsapp|hotline|mobile|fax|wa|"
    r"電話|电话|โทร)"
    r"\.?\s?[:.：]?\s?(?:at\s)?(\+?[0-9(][0-9 ()./-]{6,18}[0-9])(?![\w-])",
    re.IGNORECASE,
)


class Rule(Result):
    """One rule of a platform, as it stands on a day.

    Attributes:
        id, kind: of the check.
        field: what it reads.
        of: the quantity it measures ("code_points", "utf8_bytes", "cp932_bytes", "longest" ...), if it measures one.
        at_least, at_most: its bounds, inclusive.
        severity: how bad a breach is; after the ceiling of what evidence and confidence allow.
        says: what the data says, for programs.
        confidence, status, valid_from, valid_to, source, fact: where it comes from.
    """

    id: str
    kind: str
    field: str
    of: str = ""
    at_least: str = ""
    at_most: str = ""
    severity: str
    says: Mapping[str, Any]
    text: str = ""
    confidence: str
    status: str
    valid_from: str = ""
    valid_to: str = ""
    source: Citation | None = None
    fact: str = ""


def document(book: Rulebook, name: str) -> Mapping[str, Any]:
    """Return a data file of listings, read once."""
    found: Mapping[str, Any] = book.compiled((_FOLDER, name), lambda: _parsed(book, name))
    return found


def _parsed(book: Rulebook, name: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(book.text(_FOLDER, name))
    except tomllib.TOMLDecodeError as error:
        raise RulebookError(f"{_FOLDER}/{name}: {error}") from None


def platforms(*, rulebook: Rulebook | None = None) -> tuple[str, ...]:
    """Return the platforms that the rulebook knows.

    >>> "etsy" in platforms()
    True
    """
    return tuple(sorted(document(rulebook or Rulebook.builtin(), "platforms.toml")["platform"]))


def known(platform: object, book: Rulebook) -> str:
    """Return a platform's id, or raise `InvalidInput` with the ones that are known."""
    names = platforms(rulebook=book)
    if isinstance(platform, str) and platform.lower().replace(" ", "_") in names:
        return platform.lower().replace(" ", "_")
    raise InvalidInput(
        f"unknown platform {shown(platform)}", field="platform", value=platform, allowed=names, hint=suggest(platform, names)
    )


def name_of(platform: str, book: Rulebook) -> str:
    """Return what a platform is called."""
    return str(document(book, "platforms.toml")["platform"][platform]["name"])


def shows(platform: str, book: Rulebook) -> tuple[str, ...]:
    """Return the fields of a listing that a platform shows."""
    return tuple(document(book, "platforms.toml")["platform"][platform]["fields"])


def asked(
    content: object,
    *,
    platform: str,
    on: date | str,
    market: str | None = None,
    marketplace: str | None = None,
    language: str | None = None,
    identifier: Identifier | None = None,
    rulebook: Rulebook | None = None,
) -> Question:
    """Return the question of a listing on a platform: the checks of its market and those of the platform's store.

    Raises:
        InvalidInput: if platform, market, day or listing cannot be understood.
        UnknownFact: if no rule of the platform is known for the store.
    """
    book = rulebook or Rulebook.builtin()
    listing, name, day = Listing.of(content), known(platform, book), a_day(on)
    where = market if market is not None else listing.market
    store = marketplace or (listing.marketplace if market is None else None) or (where.partition("-")[0] if where else None)
    changed = {"platform": name, "market": where, "marketplace": store, "language": language or listing.language}
    changed = {key: value for key, value in changed.items() if value != getattr(listing, key)}
    if changed:
        listing = listing.model_copy(update=changed)
    question = Question.of(listing, on=day, identifier=identifier, rulebook=book, folders=FOLDERS)
    if not book.compiled(("listings.known", name, question.active.ids), lambda: _has_rules(question, name)):
        raise UnknownFact(
            f"no rule of {name} is known for {store or 'any store'}",
            field="market",
            value=store,
            on=day,
            hint="ask for a store that the platform has, or lay your own facts over it",
        )
    return question


def _has_rules(question: Question, platform: str) -> bool:
    return any(own(check, platform) for checks in question.active.by_kind.values() for check in checks)


def has_store(question: Question) -> bool | None:
    """Tell whether a platform has the store that is asked for; None where its stores are not known, or none is asked for."""
    stores = document(question.rulebook, "platforms.toml")["platform"][question.listing.platform].get("stores")
    store = question.listing.marketplace
    return None if stores is None or store is None else store in stores


def own(check: Check, platform: str) -> bool:
    """Tell whether a check is a rule of a platform."""
    return any(name == "platform" and platform in wanted for name, wanted, _ in check.where)


def rules(
    platform: str,
    *,
    on: date | str,
    market: str | None = None,
    marketplace: str | None = None,
    category: str | None = None,
    program: str | None = None,
    field: str | None = None,
    rulebook: Rulebook | None = None,
) -> tuple[Rule, ...]:
    """Return the rules of a platform that hold for a store on a day.

    Args:
        platform: its id ("amazon", "etsy" ...).
        on: the day.
        market: the country of the store.
        marketplace: the store's own code, where it is another.
        category: of the listing; silent: what holds for any.
        program: how it is sold or fulfilled, likewise.
        field: only those that read this field.
        rulebook: the rulebook; silent: the built-in one.

    >>> [rule.at_most for rule in rules("amazon", market="US", on="2026-11-22", field="title") if rule.of == "code_points"]
    ['75']

    Raises:
        InvalidInput: if platform, market or day cannot be understood.
        UnknownFact: if no rule of the platform is known for the store.
    """
    if field is not None and (not isinstance(field, str) or (field not in _FIELDS and not field.startswith("attributes."))):
        raise InvalidInput(
            f"a listing has no field {shown(field)}", field="field", value=field, allowed=sorted(_FIELDS),
            hint=suggest(field, _FIELDS),
        )  # fmt: skip
    listing = Listing(category=category, program=program)
    question = asked(listing, platform=platform, on=on, market=market, marketplace=marketplace, rulebook=rulebook)
    found = [
        _rule(check)
        for checks in question.active.by_kind.values()
        for check in checks
        if own(check, question.listing.platform or "") and (field is None or field in check.fields)
    ]
    return tuple(sorted(found, key=lambda rule: (rule.field, rule.id)))


_FIELDS = frozenset({*Listing.model_fields, "any_text"})
_NOT_SAID = frozenset(
    {
        "id",
        "kind",
        "where",
        "field",
        "severity",
        "nature",
        "evidence",
        "confidence",
        "source",
        "fact",
        "fix",
        "text",
        "valid_from",
        "valid_to",
        "status",
        "verified_on",
    }
)


def _rule(check: Check) -> Rule:
    body = check.body
    return Rule(
        id=check.id,
        kind=check.kind,
        field=", ".join(check.fields),
        of=str(body.get("of", "")) if check.kind == "measure" else "",
        at_least=str(body.get("at_least", "")),
        at_most=str(body.get("at_most", "")),
        severity=check.severity,
        says={key: value for key, value in body.items() if key not in _NOT_SAID},
        text=check.text,
        confidence=check.confidence,
        status=check.status,
        valid_from=str(check.valid_from or ""),
        valid_to=str(check.valid_to or ""),
        source=check.source.citation if check.source else None,
        fact=check.fact,
    )


# ------------------------------------------------------------------ findings


def findings_of(question: Question) -> tuple[Finding, ...]:
    """Return all findings: of the checks, of the product number, of the seller's name; the worst first."""
    mine = (*_number(question), *_merchant(question), *_phones(question))
    found = evaluate(question).findings
    if not mine:
        return found
    order = {"block": 0, "warn": 1, "info": 2}
    return tuple(sorted((*found, *mine), key=lambda finding: order[finding.severity]))


def own_checks(question: Question) -> Iterator[tuple[str, str, bool]]:
    """Yield id, field and whether it can be looked at, of the checks that arithmetic makes."""
    yield _NUMBER_CHECK, "gtin", question.listing.gtin is not None
    phone = _row_of(question, "phone_number")
    for name in phone["fields"] if phone is not None else ():
        if getattr(question.listing, name) is not None:
            yield _PHONE_CHECK, name, True
    if _row_of(question, "seller_name_in_title"):
        yield _NAME_CHECK, "title", question.listing.title is not None and bool((question.listing.merchant or "").strip())


def _number(question: Question) -> Iterator[Finding]:
    gtin = question.listing.gtin
    if gtin is None or not gtin.strip():
        return
    wrong = gtin_fault(gtin)
    if wrong:
        yield Finding(
            rule=_NUMBER_CHECK,
            severity="block",
            nature="platform",
            field="",
            text=f"the product number {shown(gtin)} {wrong}",
            evidence="platform_policy",  # every store that takes product numbers takes those of GS1
            confidence="high",
            wished="block",
            source=Citation(title="GS1 General Specifications: check digit of the GTIN", publisher="GS1"),
            suggestion="take the number from the label or from GS1",
            fix=Fix(do="ask", field="", say="take the number from GS1"),
        )


def gtin_fault(gtin: str) -> str:
    """Return what is wrong with a product number (GTIN-8, -12, -13, -14, ISBN-13), or an empty text.

    >>> gtin_fault("4006381333931"), gtin_fault("4006381333932")
    ('', 'has a wrong check digit')
    """
    from stdnum import ean

    digits = gtin.strip().replace(" ", "").replace("-", "")
    if not digits.isascii() or not digits.isdigit():
        return "is not made of digits"
    if len(digits) not in (8, 12, 13, 14):
        return f"has {len(digits)} digits, not 8, 12, 13 or 14"
    return "" if ean.is_valid(digits) else "has a wrong check digit"


def _is_dialled(number: str) -> bool:
    """Tell whether digits are written as a number to call: "phone 15 14 13 12 11" are five models."""
    return number[0] in "+(0" or re.search("[0-9]{3}", number) is not None


def _phones(question: Question) -> Iterator[Finding]:
    row = _row_of(question, "phone_number")
    for field in question.fields if row is not None else ():
        if row is None or field.name not in row["fields"]:
            continue
        spans = sorted(
            {match.span() for match in _PHONE.finditer(field.text)}
            | {match.span(1) for match in _ANNOUNCED.finditer(field.text) if _is_dialled(match.group(1))}
        )
        if spans:
            start, end = spans[0]
            yield Finding(
                rule=_PHONE_CHECK,
                severity=row["severity"],
                nature="platform",
                field=field.path,
                start=start,
                end=end,
                found=field.text[start:end],
                spans=tuple(Span(start=first, end=last) for first, last in spans[:20]),
                count=len(spans),
                text="telephone numbers do not belong in a listing",
                evidence="platform_policy",
                confidence=row["confidence"],
                wished=row["severity"],
                fact=row.get("fact", ""),
                source=_citation(question, row),
                suggestion="leave the number out",
            )


def _citation(question: Question, row: Mapping[str, Any]) -> Citation:
    source = document(question.rulebook, "platforms.toml")["source"][row["source"]]
    return Citation(title=source["title"], publisher=source["publisher"], url=source["url"], seen=source["seen"])


def _row_of(question: Question, name: str) -> Mapping[str, Any] | None:
    rows = document(question.rulebook, "platforms.toml").get(name, ())
    day, platform = question.on, question.listing.platform
    kinds = question.checks.categories.goods(question.listing.category, question.listing.brand).sure
    for row in rows:
        begun = "valid_from" not in row or row["valid_from"] <= day
        over = "valid_to" in row and row["valid_to"] < day
        if "markets" in row and not question.place.parts & frozenset(row["markets"]):
            continue
        if row["platform"] == platform and begun and not over and not kinds & frozenset(row.get("not_category", ())):
            found: Mapping[str, Any] = row
            return found
    return None


def _merchant(question: Question) -> Iterator[Finding]:
    row = _row_of(question, "seller_name_in_title")
    title, merchant, brand = question.listing.title, question.listing.merchant, question.listing.brand
    if row is None or not title or not merchant or (brand and fold(merchant).text == fold(brand).text):
        return
    folded, wanted = fold(title), fold(merchant).text.strip()
    place = folded.text.find(wanted)
    if wanted and place >= 0 and _alone(folded.text, place, place + len(wanted)):
        start, end = folded.span(place, place + len(wanted))
        yield Finding(
            rule=_NAME_CHECK,
            severity=row["severity"],
            nature="platform",
            field="title",
            start=start,
            end=end,
            found=title[start:end],
            spans=(Span(start=start, end=end),),
            text="the seller's name does not belong in the title",
            evidence="platform_policy",
            confidence=row["confidence"],
            wished=row["severity"],
            fact=row.get("fact", ""),
            source=_citation(question, row),
            valid_from=str(row.get("valid_from", "")),
            suggestion="leave the seller's name out",
        )


def _alone(text: str, start: int, end: int) -> bool:
    return not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum()
