"""Localization: whether a listing is understood, allowed and wanted in a market."""

from xbcommerce.localization.content import Finding, Fix, Image, Listing, Span, apply

__all__ = ["Finding", "Fix", "Image", "Listing", "Span", "apply"]
