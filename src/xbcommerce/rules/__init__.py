"""The rulebook machinery: facts, validity, vocabulary, conditions, tables, overlays, audit. It knows no subject matter."""

from xbcommerce.rules.facts import Fact, Source
from xbcommerce.rules.rulebook import Change, Entry, Jurisdiction, Rulebook

__all__ = ["Change", "Entry", "Fact", "Jurisdiction", "Rulebook", "Source"]
