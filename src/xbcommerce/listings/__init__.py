"""Listings: is one allowed on a platform, how good is it, what would each fix gain, and how does the seller stand."""

from xbcommerce.listings.compare import Comparison, compare
from xbcommerce.listings.fit import Fit, Product, Reason, Suitability, fit
from xbcommerce.listings.health import Health, Standing, health
from xbcommerce.listings.keywords import Coverage, Keyword, KeywordMet, Tokenizer, coverage, tokenizer
from xbcommerce.listings.level import Level, level
from xbcommerce.listings.platform import Rule, platforms, rules
from xbcommerce.listings.score import CheckResult, Improvement, Part, Scorecard, score, score_all
from xbcommerce.listings.sync import CatalogueItem, Operation, Problem, Store, SyncPlan, applied, sync_plan
from xbcommerce.localization.checks import Group, group

__all__ = [
    "CatalogueItem",
    "CheckResult",
    "Comparison",
    "Coverage",
    "Fit",
    "Group",
    "Health",
    "Improvement",
    "Keyword",
    "KeywordMet",
    "Level",
    "Operation",
    "Part",
    "Problem",
    "Product",
    "Reason",
    "Rule",
    "Scorecard",
    "Standing",
    "Store",
    "Suitability",
    "SyncPlan",
    "Tokenizer",
    "applied",
    "compare",
    "coverage",
    "fit",
    "group",
    "health",
    "level",
    "platforms",
    "rules",
    "score",
    "score_all",
    "sync_plan",
    "tokenizer",
]
