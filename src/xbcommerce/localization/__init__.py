"""Localization: whether a listing is understood, allowed and wanted in a market."""

from xbcommerce.localization.calendar import Calendar, Campaign, Clashes, Occasion, calendar, clashes
from xbcommerce.localization.checks import Group, Report, check, check_all, group
from xbcommerce.localization.content import Edit, Finding, Fix, Image, Listing, Span, apply
from xbcommerce.localization.guides import Guide, guides
from xbcommerce.localization.units import convert_size, convert_unit, mains

__all__ = [
    "Calendar",
    "Campaign",
    "Clashes",
    "Edit",
    "Finding",
    "Fix",
    "Group",
    "Guide",
    "Image",
    "Listing",
    "Occasion",
    "Report",
    "Span",
    "apply",
    "calendar",
    "check",
    "check_all",
    "clashes",
    "convert_size",
    "convert_unit",
    "group",
    "guides",
    "mains",
]
