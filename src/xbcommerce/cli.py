"""The command line: quotes, worked examples, and the rulebook."""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from xbcommerce.errors import InvalidInput, XBCommerceError

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0 all well, 1 a difference or a problem, 2 no answer."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except XBCommerceError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    except RecursionError:
        print("InvalidInput: the file is nested too deeply to be read", file=sys.stderr)
        return 2
    except BrokenPipeError:
        return 1


def _parser() -> argparse.ArgumentParser:
    from xbcommerce import __version__

    parser = argparse.ArgumentParser(prog="xbcommerce", description="Cross-border e-commerce by the rules.")
    parser.add_argument("--version", action="version", version=f"xbcommerce {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    quote = commands.add_parser("quote", help="quote an order from a TOML or JSON file")
    quote.add_argument("file", type=Path)
    quote.add_argument("--on", help="day of the question, such as 2026-07-15 (otherwise `on` of the file, otherwise today)")
    quote.add_argument("--format", choices=["text", "markdown", "html", "json"], default="text")
    quote.add_argument("--alternatives", action="store_true", help="also list the other choices that the law leaves")
    quote.add_argument("--strict", action="store_true", help="refuse facts that are only presumed")
    quote.add_argument(
        "--latest-rates", action="store_true", help="past the end of an embedded table take its last exchange rate"
    )
    quote.add_argument(
        "--duty-policy", default="exact", help="exact, highest, lowest, typical or average, where lines are open"
    )
    quote.add_argument("--tariff", action="append", default=[], type=Path, metavar="FILE", help="an imported tariff schedule")
    quote.set_defaults(run=_quote)

    check = commands.add_parser("check", help="run worked examples and print every figure that differs")
    check.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    check.add_argument("--verbose", "-v", action="store_true", help="name the cases that pass, too")
    check.set_defaults(run=_check)

    rulebook = commands.add_parser("rulebook", help="look at the rulebook").add_subparsers(required=True, metavar="WHAT")
    lint = rulebook.add_parser("lint", help="check a rulebook folder, or one jurisdiction file, completely")
    lint.add_argument(
        "path", type=Path, nargs="?", help="a folder with vocabulary.toml, or a file; otherwise the built-in rulebook"
    )
    lint.set_defaults(run=_lint)
    show = rulebook.add_parser("show", help="print the facts of a place on a day")
    show.add_argument("place")
    show.add_argument("--on", help="day, such as 2020-08-01 (otherwise today)")
    show.set_defaults(run=_show)
    changes = rulebook.add_parser("changes", help="print what starts or ends within a period")
    changes.add_argument("--since", required=True)
    changes.add_argument("--until", required=True)
    changes.set_defaults(run=_changes)
    about = rulebook.add_parser("version", help="print version, digest and horizon")
    about.set_defaults(run=_about)
    _tariff_parser(commands)
    return parser


def _tariff_parser(commands: Any) -> None:
    tariff = commands.add_parser("tariff", help="duties, the nomenclature, and imports of official tariff files")
    tariff = tariff.add_subparsers(required=True, metavar="WHAT")
    show = tariff.add_parser("show", help="print a duty and the additional measures on top of it, with citations")
    show.add_argument("place", help="destination, such as US")
    show.add_argument("code", help="commodity code of 6 to 12 digits")
    show.add_argument("--origin", required=True, help="country of origin, such as CN")
    show.add_argument("--on", help="day, such as 2026-11-22 (otherwise today)")
    show.add_argument("--preference", nargs="?", const=True, help="preferential origin is claimed (under a named programme)")
    show.add_argument("--policy", default="exact", help="exact, highest, lowest, typical or average, where lines are open")
    show.add_argument("--trait", action="append", default=[], metavar="NAME=VALUE", help="what else a measure asks for")
    show.add_argument("--tariff", action="append", default=[], type=Path, metavar="FILE", help="an imported schedule")
    show.set_defaults(run=_tariff_show)
    search = tariff.add_parser("search", help="propose subheadings for a text (no classification)")
    search.add_argument("text")
    search.add_argument("--limit", type=int, default=10)
    search.set_defaults(run=_tariff_search)
    read = tariff.add_parser("import", help="make a schedule of a downloaded official file")
    read.add_argument("file", type=Path)
    read.add_argument("--format", required=True, help="uk-csv, us-json, taric, no-json or ch-xml")
    read.add_argument("--as-of", required=True, help="the day whose duties are read, such as 2026-11-20")
    read.add_argument("--output", "-o", required=True, type=Path, help="the schedule file to write")
    read.set_defaults(run=_tariff_import)


def _tariff_show(options: argparse.Namespace) -> int:
    from xbcommerce import tariff

    traits = dict(trait.partition("=")[::2] for trait in options.trait)
    imported = tariff.load(*options.tariff) if options.tariff else None
    print(
        tariff.stack(
            options.place, options.code, origin=options.origin, on=options.on or _today(), preference=options.preference,
            policy=options.policy, traits=traits, tariff=imported,
        )
    )  # fmt: skip
    return 0


def _tariff_search(options: argparse.Namespace) -> int:
    from xbcommerce import tariff

    found = tariff.search(options.text, limit=options.limit)
    for candidate in found:
        print(candidate)
    print(found[0].note if found else "nothing found")
    return 0


def _tariff_import(options: argparse.Namespace) -> int:
    from xbcommerce import tariff

    if options.output.exists() and options.output.resolve() == options.file.resolve():
        raise InvalidInput("the schedule file would overwrite the file it is made of", field="output")
    read = tariff.convert(options.file, format=options.format, as_of=options.as_of)
    options.output.write_text(read.text, encoding="utf-8")
    print(f"{options.output}: {read}")
    return 0


def _quote(options: argparse.Namespace) -> int:
    from xbcommerce.landed import quote

    content = _read(options.file)
    on = options.on or content.pop("on", None) or _today()
    content.pop("on", None)
    rates = content.pop("rates", None)
    tariff = None
    if options.tariff:
        from xbcommerce.tariff import load

        tariff = load(*options.tariff)
    found = quote(
        content, on=on, rates=rates, tariff=tariff, strict=options.strict, latest_rates=options.latest_rates,
        duty_policy=options.duty_policy,
    )  # fmt: skip
    if options.format == "json":
        print(_as_json(found, alternatives=options.alternatives))
        return 0
    if options.format == "text":
        print(found)
        print()
    print(found.explain(options.format))
    if options.alternatives:
        _print_alternatives(found)
    return 0


def _as_json(found: Any, *, alternatives: bool) -> str:
    content = json.loads(found.model_dump_json())
    if alternatives:
        content["alternatives"] = [json.loads(other.model_dump_json()) for other in found.alternatives()]
    return json.dumps(content, indent=2, ensure_ascii=False)


def _print_alternatives(found: Any) -> None:
    print("\nAlternatives:")
    for other in found.alternatives():
        choices = ", ".join(f"{name} {value}" for name, value in other.choices.items()) or "no choice"
        print(f"  {choices}: {other.quote.total if other.quote else other.reason}")


def _check(options: argparse.Namespace) -> int:
    from xbcommerce.cases import all_of, run

    passed = failed = 0
    for path in options.paths:
        if not path.exists():
            raise InvalidInput(f"{path} does not exist", field="PATH", value=str(path))
    for case in all_of(options.paths):
        outcome = run(case)
        if outcome.passed:
            passed += 1
            if options.verbose:
                print(f"ok    {case.file}  {case.id}")
            continue
        failed += 1
        print(f"FAIL  {case.file}  {case.id}  {case.title}")
        for difference in outcome.differences:
            print(f"      {difference}")
    if not passed + failed:
        raise InvalidInput("no worked examples there", field="PATH", hint="a file of them ends with .toml and holds [[case]]")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


def _lint(options: argparse.Namespace) -> int:
    from xbcommerce.landed.audit import audit
    from xbcommerce.landed.requirements import audit as audit_requirements
    from xbcommerce.localization.rules import audit as audit_checks
    from xbcommerce.rules import Rulebook
    from xbcommerce.tax.audit import audit as audit_tax

    problems = audit(options.path)
    if options.path is None or options.path.is_dir():
        book = Rulebook(options.path) if options.path else Rulebook.builtin()
        problems += [*audit_tax(book), *audit_requirements(book), *audit_checks(book)]
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else "no problems")
    return 1 if problems else 0


def _show(options: argparse.Namespace) -> int:
    from xbcommerce.days import a_day
    from xbcommerce.rules import Rulebook

    on = a_day(options.on or _today())
    for fact in sorted(Rulebook.builtin().facts(options.place, on), key=lambda fact: fact.id):
        window = f"{fact.valid_from or 'always'} to {fact.valid_to or 'further notice'}"
        print(f"{fact.id} = {fact.text}\n    {window}; {fact.status}, confidence {fact.confidence}; {fact.source.citation}")
        if fact.source.url:
            print(f"    {fact.source.url}")
    return 0


def _changes(options: argparse.Namespace) -> int:
    from xbcommerce.days import a_day
    from xbcommerce.rules import Rulebook

    for change in Rulebook.builtin().changes(a_day(options.since), a_day(options.until)):
        print(change)
    return 0


def _about(_: argparse.Namespace) -> int:
    from xbcommerce.rules import Rulebook

    rulebook = Rulebook.builtin()
    print(f"rulebook {rulebook.version}\nsha256   {rulebook.sha256}\nhorizon  {rulebook.horizon}")
    print(f"places   {', '.join(rulebook.places)}")
    return 0


def _read(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8")
        content = json.loads(text, parse_float=str) if path.suffix == ".json" else tomllib.loads(text, parse_float=str)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise InvalidInput(f"cannot read {path}: {error}", field="file", value=str(path)) from None
    except RecursionError:
        raise InvalidInput(f"cannot read {path}: nested too deeply", field="file", value=str(path)) from None
    if not isinstance(content, dict):
        raise InvalidInput(f"{path} must hold one order", field="file", value=str(path))
    return content


def _today() -> str:
    """Return today; only the outermost face looks at the clock, and the day used stands in the result."""
    return datetime.now().astimezone().date().isoformat()


if __name__ == "__main__":
    sys.exit(main())
