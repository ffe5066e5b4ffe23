"""Logistics: what a parcel weighs to a carrier, what each service costs, and how long it takes."""

from xbcommerce.logistics.models import Battery, Days, Lane, Parcel, RateCard, Service, Shipment

__all__ = ["Battery", "Days", "Lane", "Parcel", "RateCard", "Service", "Shipment"]
