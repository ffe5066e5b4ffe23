"""Logistics: what a parcel weighs to a carrier, what each service costs, how long it takes, and which lane serves what."""

from xbcommerce.logistics.allocation import allocate
from xbcommerce.logistics.checking import check
from xbcommerce.logistics.delivery import expectations
from xbcommerce.logistics.models import Battery, Charge, Days, Lane, Parcel, RateCard, Service, Shipment, Zone
from xbcommerce.logistics.network import Contract, Demand, LaneOption, Limit, Network, Site, Tier, overseas
from xbcommerce.logistics.parcels import Carton, Goods, girth, length_plus_girth, measure, pack, volumetric_weight
from xbcommerce.logistics.plan import Plan, plan
from xbcommerce.logistics.ratecards import carrier_fact, carrier_facts, discounted, fuel_percent, services, zone_of
from xbcommerce.logistics.rates import Excluded, Quote, Rates, TradeOff, rate, rates, rates_batch
from xbcommerce.logistics.readers import BrokenSheet, read_fuel, read_rates, read_zones, write_rates
from xbcommerce.logistics.scenario import Change, Comparison, compare
from xbcommerce.logistics.stock import days_of_cover, newsvendor, order_quantity, reorder, turnover

__all__ = [
    "Battery",
    "BrokenSheet",
    "Carton",
    "Change",
    "Charge",
    "Comparison",
    "Contract",
    "Days",
    "Demand",
    "Excluded",
    "Goods",
    "Lane",
    "LaneOption",
    "Limit",
    "Network",
    "Parcel",
    "Plan",
    "Quote",
    "RateCard",
    "Rates",
    "Service",
    "Shipment",
    "Site",
    "Tier",
    "TradeOff",
    "Zone",
    "allocate",
    "carrier_fact",
    "carrier_facts",
    "check",
    "compare",
    "days_of_cover",
    "discounted",
    "expectations",
    "fuel_percent",
    "girth",
    "length_plus_girth",
    "measure",
    "newsvendor",
    "order_quantity",
    "overseas",
    "pack",
    "plan",
    "rate",
    "rates",
    "rates_batch",
    "read_fuel",
    "read_rates",
    "read_zones",
    "reorder",
    "services",
    "turnover",
    "volumetric_weight",
    "write_rates",
    "zone_of",
]
