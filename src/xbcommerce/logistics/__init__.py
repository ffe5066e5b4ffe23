"""Logistics: what a parcel weighs to a carrier, what each service costs, and how long it takes."""

from xbcommerce.logistics.delivery import expectations
from xbcommerce.logistics.models import Battery, Charge, Days, Lane, Parcel, RateCard, Service, Shipment, Zone
from xbcommerce.logistics.parcels import Carton, Goods, girth, length_plus_girth, measure, pack, volumetric_weight
from xbcommerce.logistics.ratecards import carrier_fact, carrier_facts, discounted, fuel_percent, services, zone_of
from xbcommerce.logistics.rates import Excluded, Quote, Rates, TradeOff, rate, rates, rates_batch
from xbcommerce.logistics.readers import BrokenSheet, read_fuel, read_rates, read_zones, write_rates

__all__ = [
    "Battery",
    "BrokenSheet",
    "Carton",
    "Charge",
    "Days",
    "Excluded",
    "Goods",
    "Lane",
    "Parcel",
    "Quote",
    "RateCard",
    "Rates",
    "Service",
    "Shipment",
    "TradeOff",
    "Zone",
    "carrier_fact",
    "carrier_facts",
    "discounted",
    "expectations",
    "fuel_percent",
    "girth",
    "length_plus_girth",
    "measure",
    "pack",
    "rate",
    "rates",
    "rates_batch",
    "read_fuel",
    "read_rates",
    "read_zones",
    "services",
    "volumetric_weight",
    "write_rates",
    "zone_of",
]
