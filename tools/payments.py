"""Turn the collected payment facts into the files of `src/xbcommerce/data/payments/`.

    python tools/payments.py FACTS            # FACTS holds payments/methods.jsonl, payments/shares.jsonl, corrections.jsonl

Origin: public documentation pages of payment providers, press and survey figures, collected on 2026-11-22; each row names
its page. Only figures and short facts are taken over, in our own structure. The corrections of the audit of the same day are
applied first. Keys that the pages give in prose (merchant country, flow, account tier, product, brand) become columns by the
tables below; a text that no table knows is refused, never guessed. The files written are the truth afterwards and are edited
by hand; this tool documents how they began.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

OUT = Path(__file__).parents[1] / "src" / "xbcommerce" / "data" / "payments"
SEEN = "2026-11-22"
SEEN_LATER = {
    "ideal-ppro": "2026-11-25",
    "wero-worldline": "2026-11-25",
    "wero-xictron": "2026-11-25",
    "upi-businessline": "2026-11-25",
    "line_pay_jp-news": SEEN,
}
"""Pages looked up when the files were written, on this day or the day after 2026-11-25."""

# ------------------------------------------------------------------ closed tables: who is a provider

PROVIDERS = {
    "Antom": ["antom"], "Antom (old)": ["antom"], "Antom (auto debit, zh)": ["antom"], "AntomBR": ["antom"],
    "Mollie": ["mollie"], "PPRO": ["ppro"], "PPRO (OXXO Pay)": ["ppro"], "PPRO/SafetyPay": ["ppro"], "Stripe": ["stripe"],
    "Stripe/WooPayments": ["stripe"], "WooPayments/Stripe": ["stripe"], "WooPayments": ["stripe"], "PayerMax": ["payermax"],
    "PayPal": ["paypal"], "Adyen": ["adyen"], "Xendit": ["xendit"], "Worldpay": ["worldpay"], "EBANX": ["ebanx"],
    "Solidgate": ["solidgate"], "Airwallex": ["airwallex"], "Mangopay": ["mangopay"], "Checkout.com": ["checkout_com"],
    "2Checkout": ["2checkout"], "MyFatoorah": ["myfatoorah"], "PagBrasil": ["pagbrasil"], "Worldline": ["worldline"],
    "Mollie/PPRO": ["mollie", "ppro"], "Antom/PPRO": ["antom", "ppro"], "PPRO/Antom": ["antom", "ppro"],
    "Antom/Xendit": ["antom", "xendit"], "Dodo Payments": ["dodo"], "Tap": ["tap"], "Chapa": ["chapa"], "Rapyd": ["rapyd"],
    "Square": ["square"], "Mastercard Gateway": ["mastercard_gateway"], "Cybersource/Thunes": ["cybersource"],
    "Cybersource": ["cybersource"], "PayU": ["payu"], "Razorpay": ["razorpay"], "Tamara": ["tamara"],
    "Amazon Payment Services": ["amazon_payment_services"], "dLocal": ["dlocal"],
}  # fmt: skip
SCHEMES = {"NPCI default P2M", "Safaricom"}
"""Limits of the scheme itself: they bind at every provider."""
NO_PROVIDER = {"hyperswitch filter table", "Stripe fee digest", "market note", "PPRO country page", "EHI 2025", "Odoo method table",
               "client library", "EBANX Beyond Borders 2026 via PPC Land", "infographic"}  # fmt: skip
TITLES = {
    "hyperswitch filter table": "hyperswitch, table of payment method filters",
    "Stripe fee digest": "Digest of Stripe's card fees",
    "EHI 2025": "EHI, Online-Payment 2025 (press)",
    "Odoo method table": "Odoo, table of payment methods",
    "infographic": "Go-Globe, Cash on delivery in the Middle East",
    "client library": "Client library for Tabby",
}

# ------------------------------------------------------------------ closed tables: keys that stand in prose

LIMIT = {  # (method, provider text, scope text) -> keys
    ("pix", "Antom", "BR merchants: unlimited"): {"merchant": ["BR"], "unlimited": True},
    ("pix", "Antom", "merchants outside BR: USD 9,500 or about BRL 55,000"): {"merchant_not": ["BR"], "note": "USD 9,500, about BRL 55,000"},
    ("pix", "PPRO", "needs Brazilian entity for settlement"): {},
    ("boleto", "PPRO/SafetyPay", "processed in USD"): {"note": "processed in USD"},
    ("nupay", "PayerMax", "USD 10,000 per CPF per month; 120,000 per year"): {"note": "besides USD 10,000 a month and 120,000 a year for one shopper"},
    ("oxxo", "Worldpay", "voucher valid 1-30 days"): {},
    ("bancontact", "Mollie", "max applies to app/QR only, not card entry"): {"option": "app"},
    ("bancontact", "PPRO", "max applies to app/QR only"): {"option": "app"},
    ("giropay", "Mollie", "payment guaranteed up to EUR 10,000"): {"note": "guaranteed up to 10,000 EUR"},
    ("sofort", "Airwallex", "low/medium risk"): {"note": "merchants of low or medium risk; the shopper's bank may set less"},
    ("afterpay_clearpay", "Stripe/WooPayments", "Square says 1000"): {},
    ("afterpay_clearpay", "Stripe/WooPayments", "Square: 2000, 4000 with monthly"): {},
    ("zip", "PayPal", "pay in 4"): {"option": "pay_in_4"},
    ("zip", "PayPal", "Zip Pay credit limit"): {"option": "pay"},
    ("zip", "PayPal", "Zip Plus credit limit band"): {"option": "plus"},
    ("zip", "PayPal", "Zip Money credit limit"): {"option": "money"},
    ("billie", "Mollie", "B2B; another version of the page prints 250000"): {"also": "250000"},
    ("swish", "PPRO", "technical"): {"unlimited": True, "note": "the page prints a technical maximum of twelve digits"},
    ("przelewy24", "Mollie", "PPRO says EUR equivalent of PLN 55,000"): {"note": "another provider reads the bound as the equivalent of 55,000 PLN"},
    ("twint", "Antom/PPRO", "varies by bank; PPRO legacy page says per month"): {"nature": "account", "note": "varies by bank; an older page says per month"},
    ("mb_way", "Antom", "default; shopper may raise to 5,000 in the app"): {"nature": "account", "note": "default of the shopper's app, may be raised to 5,000"},
    ("becs_direct_debit", "Stripe", "default for new users per transaction and per week"): {"nature": "negotiable", "note": "default for new merchants, each payment and each week"},
    ("konbini", "Antom", "7-Eleven, game and top-up merchants"): {"option": "7_eleven", "vertical": ["games", "top_up"]},
    ("pay_easy", "Worldpay", "cash at ATM"): {"option": "cash_machine"},
    ("pay_easy", "Worldpay", "ATM with card or internet banking"): {"option": "bank_account"},
    ("paypay", "Antom/PPRO", "per 24h; 2,000,000 per 30 days"): {"nature": "account", "per": "day", "option": "one_off"},
    ("paypay", "Antom (auto debit, zh)", "per 24h; 2,000,000 per 30 days"): {"nature": "account", "per": "day", "option": "auto_debit"},
    ("line_pay_jp", "Antom", "KYC"): {"option": "verified"},
    ("line_pay_jp", "Antom", "non-KYC"): {"option": "basic"},
    ("kakaopay", "Stripe", "card pass-through unlimited; 2,000,000 for stored value"): {},
    ("toss_pay", "PPRO", "linked bank account; linked card up to its credit limit"): {"option": "bank_account"},
    ("kr_cards", "PPRO", "card credit limit"): {"note": "up to the credit limit of the card"},
    ("gopay", "Antom", "non-KYC"): {"option": "basic"}, ("gopay", "Antom", "KYC"): {"option": "verified"},
    ("ovo", "Antom", "non-KYC"): {"option": "basic"}, ("ovo", "Antom", "KYC"): {"option": "verified"},
    ("linkaja", "Antom", "non-KYC"): {"option": "basic"}, ("linkaja", "Antom", "KYC"): {"option": "verified"},
    ("fpx", "PPRO", "up to, depends on bank"): {"note": "the shopper's bank may set less"},
    ("truemoney", "Antom", "per transaction; 50,000 per day"): {"note": "besides 50,000 a day"},
    ("gcash", "Antom", "per day"): {"nature": "account", "per": "day"},
    ("upi", "PPRO", "cross-border; the page prints '100,00.00 INR' - ambiguous between 10,000 and 100,000"): {"merchant_not": ["IN"], "also": "100000", "note": "the page prints '100,00.00 INR'"},
    ("tabby", "Antom", "higher case by case"): {"nature": "negotiable", "note": "more case by case"},
    ("benefit", "PayerMax", "dual-badged cards online"): {},
    ("fawry", "PayerMax", "special application above 100,000"): {"note": "above 100,000 on application"},
    ("eg_mobile_wallets", "PayerMax", "per-wallet daily and monthly caps"): {"note": "besides caps of each wallet a day and a month"},
    ("mpesa", "Chapa", "ET"): {"shopper": ["ET"]},
    ("mpesa", "Safaricom", "per transaction, model-knowledge"): {"shopper": ["KE"], "confidence": "low"},
}  # fmt: skip
PLAIN = {"", "B2B", "local cards incl. Elo/Hipercard", "unlimited", "no limit"}
COUNTRIES = re.compile(r"\(?([A-Z]{2}(?:,[A-Z]{2})*)(?:, Oct 2024)?\)?")

OPTIONS = {  # method -> [(id, group, chosen_by, credit)]
    "bancontact": [("app", "flow", "shopper", False), ("card_entry", "flow", "shopper", False)],
    "klarna": [("pay_now", "product", "shop", False), ("pay_later", "product", "shop", True), ("pay_in_parts", "product", "shop", True), ("financing", "product", "shop", True, ["AT", "DE", "FI", "GB", "NO", "SE"])],
    "zip": [("pay", "account", "account", True, ["AU"]), ("plus", "account", "account", True, ["AU"]), ("money", "account", "account", True, ["AU"]), ("pay_in_4", "account", "account", True, ["US"])],
    "konbini": [("7_eleven", "brand", "shopper", False), ("lawson", "brand", "shopper", False), ("familymart", "brand", "shopper", False), ("ministop", "brand", "shopper", False)],
    "pay_easy": [("cash_machine", "flow", "shopper", False), ("bank_account", "flow", "shopper", False)],
    "paypay": [("one_off", "flow", "shop", False), ("auto_debit", "flow", "shop", False)],
    "kakaopay": [("linked_card", "account", "account", None), ("stored_value", "account", "account", False)],
    "toss_pay": [("bank_account", "account", "account", False), ("linked_card", "account", "account", None)],
    **{wallet: [("basic", "account", "account", False), ("verified", "account", "account", False)] for wallet in ("gopay", "ovo", "linkaja", "line_pay_jp")},
}  # fmt: skip

REFUND = {
    "full,partial": "partial", "full,partial,multiple": "multiple", "full,partial,multiple,over": "multiple", "full": "full",
    "full only": "full", "off-rail": "off_rail", "manual": "off_rail", "full,partial,multiple (off-rail)": "off_rail",
    "as underlying card": "as_card", "by provider": None, "by PSP": None, "no time restriction": "full",
    "full,partial; not for BNI, BCA, BRI apps": "partial",
}  # fmt: skip
DISPUTE = {
    "as underlying card": "as_card", "by provider": None, "8 weeks no-questions; 13 months unauthorised": True, "yes, 180 days (Mollie)": True,
    "yes, 210 days": True, "yes, 13 months (Mollie)": True, "indemnity claim, no time limit": True, "60 days consumer": True, "90 days": True,
}  # fmt: skip
RECURRING = {
    "only to set up SEPA DD": [{"value": "mandate_only"}],
    "Pix Automatico since 2025-06": [{"value": "no", "valid_to": "2025-05-31"}, {"value": "unknown", "valid_from": "2025-06-01", "valid_to": "2025-06-30", "note": "began within June"}, {"value": "conditional", "valid_from": "2025-07-01"}],
    "Yape Recurring (EBANX)": [{"value": "yes", "provider": ["ebanx"]}],
    "Nequi Recurring (EBANX)": [{"value": "yes", "provider": ["ebanx"]}],
    "UPI AutoPay; e-mandate up to INR 15,000 without AFA": [{"value": "conditional"}],
}  # fmt: skip
SETTLE = {
    "T+2..T+7 by PSP country": {"days": [2, 7]}, "1-3 business days after payment": {"days": [1, 3]},
    "Stripe T+4 business days; confirmation next business day": {"provider": ["stripe"], "days": [4, 4]},
    "standard; Mollie ~2 business days": {"provider": ["mollie"], "days": [2, 2]}, "Mollie 2 business days": {"provider": ["mollie"], "days": [2, 2]},
    "Mollie 2-3 business days": {"provider": ["mollie"], "days": [2, 3]}, "5-6 business days": {"days": [5, 6]},
    "Mollie 5 business days": {"provider": ["mollie"], "days": [5, 5]}, "standard payout": None,
    "Airwallex 3 business days": {"provider": ["airwallex"], "days": [3, 3]}, "5 business days": {"days": [5, 5]},
    "4 business days": {"days": [4, 4]}, "2-3 business days": {"days": [2, 3]}, "3 business days": {"days": [3, 3]},
    "set after ATM/home-banking payment": None, "after ATM/home-banking payment": None, "about 3-7 business days": {"days": [3, 7]},
    "up to 4 business days": {"days": [1, 4]}, "T+2, notice up to 3 business days": {"days": [2, 5]},
    "paid within default 7 days": None, "shopper has 7 days": None, "Xendit T+2": {"provider": ["xendit"], "days": [2, 2]},
    "instant (Xendit)": {"provider": ["xendit"], "days": [0, 0]}, "paid within 24h (PayerMax) to 7 days (EBANX)": None,
    "carrier remits, often 7-30 days": {"days": [7, 30]}, "1-3 business days": {"days": [1, 3]},
}  # fmt: skip

MORE = {  # method -> rows that the pages give in prose, or that were looked up when this file was written
    "pix": {
        "gate": [{"need": "shopper_tax_id", "shopper": ["BR"]}, {"need": "entity", "provider": ["ppro"], "place": "BR"}],
        "seen_live": [{"valid_from": "2020-11-16", "confidence": "low"}],
    },
    "br_parcelado": {
        "on": ["card_visa", "card_mastercard", "card_elo", "card_hipercard"],
        "plan": [
            {"provider": ["2checkout"], "min_part": "5 BRL", "max_parts": 6, "on_renewal": False},
            {"provider": ["pagbrasil"], "max_parts": 12, "borne_by": "merchant"},
        ],
        "gate": [{"need": "local_acquiring", "place": "BR"}],
    },
    "mx_msi": {"on": ["card_visa", "card_mastercard"], "plan": [{"counts": [3, 6, 9, 12, 18, 24], "max_parts": 24, "borne_by": "merchant", "confidence": "low"}]},
    "tr_taksit": {"on": ["card_visa", "card_mastercard", "troy"], "gate": [{"need": "local_acquiring", "place": "TR", "confidence": "low"}]},
    "alma": {"plan": [{"counts": [3, 4], "max_parts": 4}]},
    "afterpay_clearpay": {"gate": [{"need": "domestic_only", "provider": ["stripe"]}]},
    "bizum": {"gate": [{"need": "own_contract", "place": "ES"}]},
    "qris": {"gate": [{"need": "merchant_tax_id", "provider": ["ebanx"], "place": "ID"}]},
    "knet": {"gate": [{"need": "own_contract", "place": "KW", "provider": ["amazon_payment_services", "checkout_com"]}]},
    "card_elo": {"gate": [{"need": "local_acquiring", "place": "BR"}, {"need": "shopper_tax_id", "shopper": ["BR"]}]},
    "card_hipercard": {"gate": [{"need": "local_acquiring", "place": "BR"}, {"need": "shopper_tax_id", "shopper": ["BR"]}]},
    "card_cartes_bancaires": {"cobadged_with": ["card_visa", "card_mastercard"]},
    "mada": {"cobadged_with": ["card_visa", "card_mastercard"]},
    "swish": {"gate": [{"need": "shopper_identity"}]},
    "billie": {"buyer": [{"of": ["business"]}]},
    "bancontact": {"limit": [
        {"provider": ["mollie"], "option": "card_entry", "min": "0.02 EUR"}, {"provider": ["ppro"], "option": "card_entry", "min": "0.01 EUR"},
    ]},
    "giropay": {"live": [{"valid_from": "2006-02-01", "valid_to": "2024-06-30", "status": "in_force"}]},
    "sofort": {
        "live": [
            {"provider": ["paypal"], "valid_to": "2024-04-18", "status": "in_force"},
            {"provider": ["mangopay"], "valid_to": "2024-05-31", "status": "in_force"},
            {"provider": ["stripe"], "valid_to": "2025-03-30", "also_to": "2025-03-31", "status": "in_force", "note": "discontinued as of 31 March: whether that day was the last is not said"},
            {"provider": ["airwallex"], "valid_to": "2025-09-28", "status": "in_force"},
        ],
        "merchants": [{"provider": ["airwallex"], "of": ["HK", "AU", "SG", "GB", "EU"]}],
        "succeeded_by": "klarna", "offers": ["adyen", "checkout_com"],
    },
    "ideal": {
        "names": [
            {"text": "iDEAL", "valid_to": "2026-01-28"},
            {"text": "iDEAL | Wero", "valid_from": "2026-01-29", "valid_to": "2027-12-31", "source": "ideal-adyen"},
            {"text": "Wero", "valid_from": "2028-01-01", "status": "presumed", "confidence": "low", "source": "wero-worldline"},
        ],
        "succeeded_by": "wero", "succession": ["2026-12-01", "2027-12-31"],
        "limit": [{"provider": ["ppro"], "min": "0.01 EUR", "unlimited": True, "note": "the shopper's bank may set less", "source": "ideal-ppro"}],
        "offers": ["ppro", "worldline"],
    },
    "wero": {
        "live": [
            {"shopper": ["DE"], "valid_from": "2025-11-30", "also_from": "2025-11-01", "status": "in_force", "confidence": "medium", "source": "wero-xictron", "note": "began in November 2025"},
            {"shopper": ["BE"], "valid_from": "2026-06-09", "also_from": "2026-01-01", "status": "observed", "confidence": "medium", "source": "wero-worldline", "note": "delayed into 2026; paid with by June"},
            {"shopper": ["FR", "LU"], "valid_from": "2026-12-31", "also_from": "2026-07-01", "status": "scheduled", "confidence": "medium", "source": "wero-worldline", "note": "announced for the second half of 2026"},
            {"shopper": ["NL"], "valid_from": "2027-12-31", "also_from": "2026-12-01", "status": "scheduled", "confidence": "medium", "source": "wero-worldline", "note": "migration from iDEAL from the end of 2026 to the end of 2027"},
        ],
        "succeeds": "ideal", "offers": ["worldline", "stripe"],
    },
    "konbini": {"pay_within": 7}, "kr_virtual_account": {"pay_within": 7}, "fawry": {"pay_within": 7},
    "upi": {"limit": [
        {"merchant": ["IN"], "max": "100000 INR", "also": "500000 INR", "confidence": "medium", "source": "upi-businessline", "note": "verified merchants of some trades may take 200,000 or 500,000"},
    ]},
    "apple_pay": {"wraps": "card"}, "google_pay": {"wraps": "card"},
    "mercado_pago": {"serves": [{"provider": ["antom"], "of": ["BR", "PE", "CL", "MX"]}], "merchants": [{"provider": ["antom"], "of": ["SG", "HK", "US", "EEA", "GB", "BR"]}]},
    "tabby": {"serves": [{"provider": ["antom"], "of": ["SA", "AE"]}]},
    "affirm": {"serves": [{"provider": ["stripe"], "of": ["US", "CA"]}]},
    "bank_transfer_manual": {"direct": True},
    "cod": {"direct": True, "physical_only": True, "note": "the carrier decides where it is offered"},
    "pay_easy": {"limit": [
        {"provider": ["ppro"], "option": "cash_machine", "min": "1 JPY", "max": "100000 JPY", "source": "pay_easy-ppro"},
        {"provider": ["ppro"], "option": "bank_account", "min": "1 JPY", "max": "1000000 JPY", "source": "pay_easy-ppro"},
    ]},
    "payco": {
        "merchants": [{"provider": ["stripe"], "of": ["AT", "BE", "CY", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HK", "HR", "HU", "IE", "IT", "JP", "LT", "LU", "LV", "MT", "NL", "PT", "SE", "SG", "SI", "SK", "US"], "source": "payco-stripe"}],
        "limit": [{"provider": ["stripe"], "min": "100 KRW", "source": "payco-stripe"}],
    },
    "klarna": {"limit": [
        {"provider": ["ppro"], "option": "financing", "shopper": ["AT", "DE", "FI"], "min": "25 EUR"}, {"provider": ["ppro"], "option": "financing", "shopper": ["NO"], "min": "250 NOK"},
        {"provider": ["ppro"], "option": "financing", "shopper": ["SE"], "min": "250 SEK"},
        {"provider": ["ppro"], "option": "pay_in_parts", "currency": ["EUR"], "min": "35 EUR"}, {"provider": ["ppro"], "option": "pay_in_parts", "currency": ["GBP"], "min": "25 GBP"},
        {"provider": ["ppro"], "option": "pay_in_parts", "currency": ["DKK"], "min": "350 DKK"},
    ]},
    "kakaopay": {"limit": [{"provider": ["stripe"], "option": "stored_value", "max": "2000000 KRW"}]},
    "card_visa": {"everywhere": True}, "card_mastercard": {"everywhere": True},
    "paytm_wallet": {"live": [{"valid_to": "2024-03-15", "confidence": "low", "status": "in_force"}]},
    "line_pay_jp": {"live": [{"valid_to": "2025-04-23", "status": "in_force", "source": "line_pay_jp-news"}]},
    "bre_b": {"live": [{"valid_from": "2025-10-06", "confidence": "low", "status": "in_force"}]},
}  # fmt: skip
LOOKED_UP = {
    "paypal-stripe": ("Stripe, PayPal", "Stripe", "https://docs.stripe.com/payments/paypal.md", None),
    "apple_pay-antom": ("Antom, Apple Pay", "Antom", "https://docs.antom.com/ac/antomop/applepay.md", None),
    "google_pay-antom": ("Antom, Google Pay", "Antom", "https://docs.antom.com/ac/antomop/googlepay.md", None),
    "invoice_de-paypal": ("PayPal, supported alternative payment methods", "PayPal", "https://developer.paypal.com/platforms/checkout/apm/supported-apms/", "2026-09-14"),
    "paypay-stripe": ("Stripe, PayPay", "Stripe", "https://docs.stripe.com/payments/paypay/accept-a-payment?payment-ui=checkout", "2025-09-30"),
    "multibanco-mollie": ("Mollie, Multibanco", "Mollie", "https://docs.mollie.com/docs/multibanco", None),
    "multibanco-ppro": ("PPRO, Multibanco", "PPRO", "https://developerhub.ppro.com/simple-api/docs/multibanco", None),
    "multibanco-worldpay": ("Worldpay, Multibanco", "Worldpay", "https://developer.worldpay.com/products/apms/multibanco", "2025-11-17"),
    "multibanco-paypal": ("PayPal, Multibanco", "PayPal", "https://developer.paypal.com/platforms/checkout/apm/multibanco/", "2026-10-14"),
    "multibanco-mangopay": ("Mangopay, Multibanco", "Mangopay", "https://docs.mangopay.com/guides/payment-methods/multibanco", None),
    "trustly-mollie": ("Mollie, Trustly", "Mollie", "https://docs.mollie.com/docs/trustly", None),
    "trustly-ppro": ("PPRO, Trustly", "PPRO", "https://developerhub.ppro.com/global-api/docs/trustly", None),
    "trustly-airwallex": ("Airwallex, Trustly", "Airwallex", "https://www.airwallex.com/docs/payments__eu-and-uk__trustly", None),
    "trustly-worldpay": ("Worldpay, Trustly", "Worldpay", "https://developer.worldpay.com/products/access/apms/trustly/", "2024-06-26"),
    "riverty-mollie": ("Mollie, Riverty", "Mollie", "https://docs.mollie.com/docs/riverty", None),
    "cards-mollie": ("Mollie, cards", "Mollie", "https://docs.mollie.com/docs/cards", None),
    "paysafecard-mollie": ("Mollie, paysafecard", "Mollie", "https://docs.mollie.com/docs/paysafecard.md", "2025-05-20"),
    "paysafecard-worldline": ("Worldline, questions on paysafecard", "Worldline", "https://docs.connect.worldline-solutions.com/payment-product/paysafecard/faqs", None),
    "shopeepay-xendit": ("Xendit, ShopeePay (Philippines)", "Xendit", "https://docs.xendit.co/docs/shopeepay.md", "2026-06-10"),
    "shopeepay-xendit-th": ("Xendit, ShopeePay (Thailand)", "Xendit", "https://docs.xendit.co/docs/shopeepay-1.md", "2025-09-08"),
    "dana-xendit": ("Xendit, DANA", "Xendit", "https://docs.xendit.co/docs/dana.md", "2025-10-08"),
    "dana-chargebee": ("Chargebee, DANA via Adyen", "Chargebee", "https://www.chargebee.com/docs/payments/2.0/payment-gateways-and-configuration/adyen-dana", None),
    "paynow-antom": ("Antom, PayNow", "Antom", "https://docs.antom.com/ac/antomop/paynow.md", None),
    "paynow-xendit": ("Xendit, PayNow QR", "Xendit", "https://docs.xendit.co/docs/paynow-qr.md", "2025-10-28"),
    "wechat_pay-ppro": ("PPRO, WeChat Pay", "PPRO", "https://developerhub.ppro.com/global-api/docs/wechatpay", None),
    "wechat_pay-worldpay": ("Worldpay, WeChat Pay", "Worldpay", "https://developer.worldpay.com/products/apms/wechatpay", "2025-11-17"),
    "vipps_mobilepay-own": ("Vipps MobilePay, refunds", "Vipps MobilePay", "https://developer.vippsmobilepay.com/docs/knowledge-base/refund.md", None),
    "spei-airwallex": ("Airwallex, SPEI", "Airwallex", "https://airwallex.com/docs/payments__north-america-and-latam__spei-beta", None),
    "spei-rapyd": ("Rapyd, SPEI", "Rapyd", "https://docs.rapyd.net/en/spei-mx.html", None),
    "pay_easy-ppro": ("PPRO, Pay-easy", "PPRO", "https://developerhub.ppro.com/simple-api/docs/pay-easy", None),
    "payco-stripe": ("Stripe, PAYCO in South Korea", "Stripe", "https://docs.stripe.com/payments/payco/accept-a-payment?payment-ui=checkout", None),
    "ideal-ppro": ("PPRO, iDEAL", "PPRO", "https://developerhub.ppro.com/global-api/docs/ideal", None),
    "wero-worldline": ("Worldline, questions on Wero and iDEAL", "Worldline", "https://docs.connect.worldline-solutions.com/payment-product/wero/faqs", "2026-06-09"),
    "wero-xictron": ("Xictron, Payment trends: Wero", "Xictron", "https://www.xictron.com/en/blog/payment-trends-wero-a2a-2026", None),
    "upi-businessline": ("BusinessLine, limits of UPI", "The Hindu BusinessLine", "https://www.thehindubusinessline.com/money-and-banking/npci-can-announce-and-revise-person-to-person-p2p-person-to-merchant-payments-p2m-limits/article69430073.ece", "2025-04-09"),
    "line_pay_jp-news": ("Yahoo News Japan, end of LINE Pay", "Yahoo Japan", "https://news.yahoo.co.jp/articles/5f2db219f80903c93f792852483d063863849855", None),
}  # fmt: skip
CONFIRMED = {
    "card_unionpay": {"offers": ["stripe"]}, "card_discover_diners": {"offers": ["stripe", "checkout_com"]}, "card_jcb": {"offers": ["stripe", "payermax", "checkout_com"]},
    "card_cartes_bancaires": {"offers": ["stripe"]},
    "paypal": {
        "offers": ["paypal"],
        "merchants": [{"provider": ["stripe"], "of": ["EEA", "GB", "CH"], "source": "paypal-stripe"}],
        "takes": [{"provider": ["stripe"], "of": ["EUR", "GBP", "USD", "CHF", "CZK", "DKK", "NOK", "PLN", "SEK", "AUD", "CAD", "HKD", "NZD", "SGD"], "source": "paypal-stripe"}],
    },
    "apple_pay": {
        "offers": ["mollie", "paypal", "mangopay", "payermax", "stripe"],
        "merchants": [{"provider": ["antom"], "of": ["SG", "HK", "GB", "EEA", "US"], "source": "apple_pay-antom"}],
    },
    "google_pay": {
        "offers": ["mollie", "paypal", "payermax", "stripe"],
        "merchants": [{"provider": ["antom"], "of": ["SG", "HK", "GB", "EEA", "US"], "source": "google_pay-antom"}],
    },
    "invoice_de": {
        "serves": [{"provider": ["paypal"], "of": ["DE"], "source": "invoice_de-paypal"}],
        "limit": [{"provider": ["paypal"], "min": "5 EUR", "max": "2500 EUR", "source": "invoice_de-paypal"}],
    },
    "paypay": {"merchants": [{"provider": ["stripe"], "of": ["JP"], "source": "paypay-stripe"}]},
    "card_amex": {
        "offers": ["stripe", "checkout_com"],
        "limit": [{"provider": ["mollie"], "max": "10000 EUR", "nature": "negotiable", "note": "default of the provider", "source": "cards-mollie"}],
    },  # method -> rows of pages looked up on 2026-11-26, beside those collected
    "multibanco": {
        "pay_within": 7,
        "merchants": [{"provider": ["mollie"], "of": ["EEA", "GB", "CH"], "source": "multibanco-mollie"}],
        "limit": [
            {"provider": ["mollie"], "min": "0.01 EUR", "max": "5000 EUR", "source": "multibanco-mollie"}, {"provider": ["ppro"], "max": "99999 EUR", "source": "multibanco-ppro"},
            {"provider": ["worldpay"], "min": "1 EUR", "max": "2500 EUR", "source": "multibanco-worldpay"}, {"provider": ["paypal"], "max": "99999.99 EUR", "source": "multibanco-paypal"},
        ],
        "refund": [
            {"provider": ["mollie"], "value": "partial", "days": 456, "source": "multibanco-mollie"}, {"provider": ["ppro"], "value": "multiple", "days": 456, "source": "multibanco-ppro", "note": "15 months"},
            {"provider": ["paypal"], "value": "none", "source": "multibanco-paypal"}, {"provider": ["mangopay"], "value": "none", "source": "multibanco-mangopay"},
        ],
        "dispute": [{"provider": ["mollie"], "value": "no", "source": "multibanco-mollie"}, {"provider": ["ppro"], "value": "yes", "source": "multibanco-ppro"}],
        "settle": [{"provider": ["mollie"], "days": [3, 3], "source": "multibanco-mollie"}],
    },
    "trustly": {
        "serves": [
            {"provider": ["mollie"], "of": ["AT", "DE", "DK", "EE", "FI", "LT", "LV", "NL", "NO", "SE", "GB"], "source": "trustly-mollie"},
            {"provider": ["airwallex"], "of": ["DE", "DK", "EE", "ES", "FI", "GB", "LV", "LT", "NL", "PL", "PT", "SE", "SK", "NO"], "source": "trustly-airwallex"},
        ],
        "takes": [{"provider": ["airwallex"], "of": ["DKK", "EUR", "GBP", "NOK", "PLN", "SEK"], "source": "trustly-airwallex"}],
        "merchants": [
            {"provider": ["mollie"], "of": ["EEA", "GB", "CH"], "source": "trustly-mollie"}, {"provider": ["airwallex"], "of": ["HK", "AU", "SG", "GB", "EU", "US"], "source": "trustly-airwallex"},
        ],
        "limit": [
            *[{"provider": ["mollie"], "max": most, "nature": "negotiable", "note": "more on request", "source": "trustly-mollie"} for most in ("50000 EUR", "25000 GBP", "595000 NOK", "580000 SEK", "375000 DKK")],
            {"provider": ["mollie", "ppro", "paypal", "airwallex"], "min": "0.01 EUR", "source": "trustly-mollie"}, {"provider": ["worldpay"], "max": "10000 EUR", "source": "trustly-worldpay"},
        ],
        "refund": [{"provider": ["mollie", "paypal", "airwallex"], "value": "partial", "days": 365, "source": "trustly-mollie"}, {"provider": ["ppro"], "value": "multiple", "days": 365, "source": "trustly-ppro"}],
        "recurring": [{"value": "no", "source": "trustly-mollie"}],
        "settle": [{"provider": ["mollie"], "days": [3, 3], "source": "trustly-mollie"}],
    },
    "riverty": {
        "serves": [{"provider": ["mollie"], "of": ["NL", "BE", "DE", "AT"], "source": "riverty-mollie"}],
        "merchants": [{"provider": ["mollie"], "of": ["AT", "BE", "DK", "FI", "DE", "NL", "NO", "CH", "SE", "GB"], "source": "riverty-mollie"}],
        "limit": [{"provider": ["mollie"], "shopper": places, "min": "5 EUR", "max": most, "source": "riverty-mollie"} for places, most in ((["NL"], "2500 EUR"), (["BE"], "1250 EUR"), (["DE", "AT"], "1500 EUR"))],
        "refund": [{"provider": ["mollie"], "value": "multiple", "days": 3650, "note": "no end stated", "source": "riverty-mollie"}],
        "dispute": [{"provider": ["mollie"], "value": "yes", "source": "riverty-mollie"}],
        "recurring": [{"provider": ["mollie"], "value": "no", "source": "riverty-mollie"}],
        "settle": [{"provider": ["mollie"], "days": [5, 5], "source": "riverty-mollie"}],
    },
    **{card: {
        "limit": [{"provider": ["mollie"], "max": "10000 EUR", "nature": "negotiable", "note": "default of the provider", "source": "cards-mollie"}],
        "refund": [{"provider": ["mollie"], "value": "multiple", "days": 365, "source": "cards-mollie"}],
        "settle": [{"provider": ["mollie"], "days": [4, 4], "source": "cards-mollie"}],
    } for card in ("card_visa", "card_mastercard")},
    "paysafecard": {
        "merchants": [{"provider": ["mollie"], "of": ["EEA", "CH"], "source": "paysafecard-mollie"}],
        "limit": [{"provider": ["worldline"], "min": "1 EUR", "max": "1000 EUR", "source": "paysafecard-worldline"}],
        "dispute": [{"provider": ["worldline"], "value": "no", "source": "paysafecard-worldline"}],
    },
    "shopeepay": {
        "limit": [{"provider": ["xendit"], "min": "1 PHP", "max": "100000 PHP", "source": "shopeepay-xendit"}, {"provider": ["xendit"], "min": "1 THB", "max": "200000 THB", "source": "shopeepay-xendit-th"}],
        "refund": [{"provider": ["xendit"], "shopper": ["TH"], "value": "none", "source": "shopeepay-xendit-th"}],
        "settle": [{"provider": ["xendit"], "shopper": ["TH"], "days": [0, 0], "source": "shopeepay-xendit-th"}],
    },
    "dana": {"limit": [{"provider": ["xendit"], "min": "100 IDR", "max": "20000000 IDR", "source": "dana-xendit"}, {"provider": ["adyen"], "min": "300 IDR", "source": "dana-chargebee"}]},
    "paynow": {
        "merchants": [{"provider": ["antom"], "of": ["SG", "HK", "GB", "US", "EEA"], "source": "paynow-antom"}],
        "limit": [{"provider": ["antom"], "min": "0.01 SGD", "max": "200000 SGD", "source": "paynow-antom"}, {"provider": ["xendit"], "min": "0.01 SGD", "max": "200000 SGD", "source": "paynow-xendit"}],
        "refund": [{"provider": ["antom"], "value": "partial", "days": 60, "source": "paynow-antom"}],
        "dispute": [{"provider": ["antom"], "value": "no", "source": "paynow-antom"}],
    },
    "wechat_pay": {
        "takes": [
            {"provider": ["worldpay"], "of": ["AUD", "CAD", "CNY", "EUR", "GBP", "HKD", "JPY", "NZD", "SGD", "USD"], "source": "wechat_pay-worldpay"},
            {"provider": ["ppro"], "merchant": ["CH", "GB"], "of": ["CHF", "CNY", "EUR", "GBP", "USD"], "source": "wechat_pay-ppro"},
            {"provider": ["ppro"], "merchant": ["DE", "FR", "HU", "IE", "LU", "NL", "NO"], "of": ["CNY", "EUR"], "source": "wechat_pay-ppro"},
            {"provider": ["ppro"], "merchant": ["IT"], "of": ["CNY", "EUR", "GBP", "USD"], "source": "wechat_pay-ppro"},
        ],
        "merchants": [{"provider": ["ppro"], "of": ["CH", "GB", "DE", "FR", "HU", "IE", "LU", "NL", "NO", "IT"], "source": "wechat_pay-ppro"}],
        "limit": [
            {"provider": ["ppro"], "min": "0.01 CNY", "max": "50000 CNY", "nature": "account", "note": "from the balance of the wallet; linked cards by issuer", "source": "wechat_pay-ppro"},
            {"provider": ["worldpay"], "max": "50000 CNY", "source": "wechat_pay-worldpay"},
        ],
        "refund": [{"provider": ["ppro"], "value": "multiple", "days": 365, "source": "wechat_pay-ppro"}],
        "dispute": [{"provider": ["ppro", "worldpay"], "value": "no", "source": "wechat_pay-ppro"}],
        "recurring": [{"provider": ["ppro", "worldpay"], "value": "no", "source": "wechat_pay-ppro"}],
    },
    "vipps_mobilepay": {"refund": [{"value": "multiple", "days": 365, "source": "vipps_mobilepay-own"}]},
    "spei": {
        "merchants": [{"provider": ["airwallex"], "of": ["AU", "SG", "HK", "EU", "GB", "US"], "source": "spei-airwallex"}],
        "limit": [{"provider": ["airwallex"], "min": "0.01 MXN", "unlimited": True, "source": "spei-airwallex"}, {"provider": ["rapyd"], "min": "60 MXN", "source": "spei-rapyd"}],
    },
}  # fmt: skip
CREDIT_KINDS = {"bnpl": True, "instalment": True, "card": None}
"""None: a card may be a debit or a credit card."""
FILES = {
    "card": "cards", "wallet": "wallets", "bank_transfer": "bank", "direct_debit": "bank", "cash_voucher": "cash", "cod": "cash",
    "bnpl": "credit", "instalment": "credit",
}  # fmt: skip
DROPPED_LIMITS = {("klarna", "PPRO"), ("br_parcelado", "2Checkout"), ("br_parcelado", "PagBrasil")}
"""Limits that stand in MORE with their option or as a plan."""

BASIS = {
    "e-commerce transaction value": "value", "online retail revenue": "value", "number of online purchases": "orders",
    "share of online orders": "orders", "share of e-commerce transactions": "orders", "survey, several answers allowed": "several_answers",
    "preferred method, single answer": "single_answer", "vendor claim": "claim", "share of checkout": "unclear",
    "share of Dutch shoppers/payments, unclear": "unclear", "share of online card transactions": "of_cards",
}  # fmt: skip
KIND_ROWS = {
    "credit card",
    "A2A incl. pix",
    "all cards",
    "alternative payments",
    "local credit card",
    "mostly cod",
    "post-pay",
    "A2A",
    "ratenkauf",
    None,
}
SUMMED = {"credit", "debit and prepaid"}
DROPPED_SHARES = {"of which credit and charge"}
RENAMED = {"A2A (upi)": "upi"}
BRANDS = [  # place, year, method, percent of card payments, confidence, page of the method
    ("JP", 2020, "card_visa", "50.8", "low", "card_jcb"),
    ("JP", 2020, "card_mastercard", "17.8", "low", "card_jcb"),
    ("JP", 2020, "card_jcb", "20", "low", "card_jcb"),
    ("IN", 2025, "card_visa", "43", "medium", "rupay"),
    ("IN", 2025, "rupay", "33", "medium", "rupay"),
    ("IN", 2025, "card_mastercard", "20", "medium", "rupay"),
    ("IN", 2025, "card_amex", "4", "medium", "rupay"),
    ("FR", "", "card_cartes_bancaires", "85", "medium", "card_cartes_bancaires"),
]
"""Shares of brands within card payments, which stand in the notes of the methods."""
SHARE_KIND = {"cash_voucher": "cash", "cod": "cash"}


# ------------------------------------------------------------------ reading


def rows(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def corrected(methods: list[dict]) -> None:
    """Apply the corrections of the audit that change one plain field; the keyed ones stand in MORE."""
    by_id = {method["id"]: method for method in methods}
    by_id["line_pay_jp"]["live_until"] = "2025-04-23"
    by_id["affirm"]["shopper_countries"] = ["US", "CA", "GB"]
    by_id["affirm"]["presentment_currencies"].append("GBP")
    by_id["trustly"]["shopper_countries"] += ["PL", "PT", "SK"]
    by_id["trustly"]["presentment_currencies"].append("PLN")
    by_id["blik"]["refund_window_days"] = {"Mollie": 395, "PPRO": 395, "PayPal": 180}
    by_id["touch_n_go"]["refund_window_days"] = {"PPRO": 30, "Xendit": 180}
    for method_id, provider, days in (("bancontact", "PayPal", 180), ("satispay", "PPRO", 365), ("twint", "Mangopay", 365)):
        window = by_id[method_id]["refund_window_days"]
        by_id[method_id]["refund_window_days"] = {None: window, provider: days}


# ------------------------------------------------------------------ one method


class Sources:
    def __init__(self) -> None:
        self.known: dict[str, tuple[str, str, str, str | None]] = dict(LOOKED_UP)
        self.by_url: dict[str, str] = {entry[2]: name for name, entry in LOOKED_UP.items()}

    def add(self, stem: str, psp: str, url: str, day: str | None, title: str) -> str:
        if url in self.by_url:
            return self.by_url[url]
        base = re.sub(r"[^a-z0-9]+", "_", f"{psp}".lower()).strip("_")
        stem = "table" if psp in ("hyperswitch filter table", "Odoo method table") else stem
        name, count = f"{stem}-{base}", 2
        while name in self.known:
            name, count = f"{stem}-{base}-{count}", count + 1
        self.known[name] = (title, psp, url, day)
        self.by_url[url] = name
        return name


def toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return value
    if isinstance(value, list):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {toml(item)}" for key, item in value.items() if item is not None) + " }"
    return json.dumps(value, ensure_ascii=False)


def seen_on(source: str) -> str:
    return SEEN_LATER.get(source, "2026-11-26" if source in LOOKED_UP else SEEN)


def page_day(text: str | None) -> str | None:
    return text if text and re.fullmatch(r"\d{4}-\d\d-\d\d", text) else None


def converted(method: dict, sources: Sources) -> dict:
    name, own = method["id"], MORE.get(method["id"], {})
    pages: dict[str, tuple[str, str | None]] = {}
    offers: list[str] = list(own.get("offers", []))
    first = "unsourced"
    for source in method["sources"]:
        psp = source["psp"]
        if psp not in PROVIDERS and psp not in NO_PROVIDER:
            raise SystemExit(f"{name}: {psp!r} is no known provider")
        title = TITLES.get(psp, f"{psp}, page on {method['names'][0]}")
        known = sources.add(name, psp, source["url"], page_day(source["date"]), title)
        first = known if first == "unsourced" else first
        for provider in PROVIDERS.get(psp, ()):
            pages.setdefault(provider, (known, page_day(source["date"])))
            offers.append(provider)
    low = set(method["model_knowledge_fields"])
    trust = "low" if "all" in low else method["confidence"]

    def cite(row: dict, psp: str | None, field: str) -> dict:
        providers = row.get("provider") or PROVIDERS.get(psp or "", [])
        page = next((pages[p] for p in providers if p in pages), (first, None))
        offers.extend(providers)
        out = {**({"provider": providers} if providers else {}), **row}
        out.setdefault("source", page[0])
        out |= {"verified_on": seen_on(out["source"])} if out["source"] in LOOKED_UP else {}
        if page[1] and "valid_from" not in out and "valid_to" not in out:
            out["valid_from"] = page[1]
        if field in low and "confidence" not in out:
            out["confidence"] = "low"
        return out

    out: dict = {
        "id": name, "kind": method["kind"], "credit": CREDIT_KINDS.get(method["kind"], False), "confidence": trust, "source": first,
        "names": own.get("names") or [{"text": method["names"][0]}], "also_called": method["names"][1:],
        **{key: own[key] for key in ("on", "wraps", "cobadged_with", "succeeds", "succeeded_by", "succession", "physical_only", "everywhere", "direct", "pay_within", "note") if key in own},
        "options": [dict(id=i, group=g, chosen_by=c, **({} if credit is None else {"credit": credit}), **({"shopper": there[0]} if there else {})) for i, g, c, credit, *there in OPTIONS.get(name, ())],
        "serves": [{"of": method["shopper_countries"], **({"confidence": "low"} if "shopper_countries" in low else {})}] + [cite(row, None, "") for row in own.get("serves", ())],
        "takes": [{"of": method["presentment_currencies"]}] if method["presentment_currencies"] else [],
    }  # fmt: skip
    out["live"] = [cite(row, None, "live_from") for row in own.get("live", own.get("seen_live", ()))]
    if not out["live"] and method["live_from"]:
        out["live"] = [cite({"valid_from": method["live_from"], "status": "in_force"}, None, "live_from")]
    for row in out["live"]:
        row.setdefault("status", "in_force")
    out["merchants"] = [cite(row, None, "") for row in own.get("merchants", ())]
    if not own.get("merchants"):
        for psp, places in method["merchant_locations"].items():
            if not any("(" in place for place in places):
                out["merchants"].append(cite({"of": places}, psp, ""))
    out["gate"] = [cite(row, None, "") for row in own.get("gate", ())]
    out["buyer"] = [cite(row, None, "") for row in own.get("buyer", ())]
    out["limit"] = limits(method, cite) + [cite(row, None, "") for row in own.get("limit", ())]
    out["plan"] = [cite(row, None, "") for row in own.get("plan", ())]
    out["recurring"] = recurring(method, cite)
    out["refund"] = refunds(method, cite)
    out["dispute"] = disputes(method, cite)
    settle = SETTLE[method["settlement_delay"]] if method["settlement_delay"] else None
    out["settle"] = [cite(dict(settle), None, "settlement_delay")] if settle else []
    out["fee"] = fees(method, cite)
    confirm(out, offers)
    out["offers"] = sorted(set(offers))
    return out


def confirm(out: dict, offers: list[str]) -> None:
    """Add the rows of CONFIRMED to a method."""
    confirmed = CONFIRMED.get(out["id"], {})
    if "pay_within" in confirmed:
        out["pay_within"] = confirmed["pay_within"]
    offers.extend(confirmed.get("offers", []))
    for family in ("serves", "takes", "merchants", "limit", "recurring", "refund", "dispute", "settle"):
        for row in confirmed.get(family, ()):
            day = LOOKED_UP[row["source"]][3]
            trust = "medium" if "chargebee" in row["source"] else "high"
            out[family].append(
                {**row, **({"valid_from": day} if day else {}), "confidence": trust, "verified_on": seen_on(row["source"])}
            )
            offers.extend(row.get("provider", []))


def limits(method: dict, cite: Callable[..., dict]) -> list[dict]:
    out = []
    for limit in method["limits"]:
        psp, scope = limit["psp"], limit["scope"]
        if (method["id"], psp) in DROPPED_LIMITS or psp == "NPCI default P2M":
            continue
        keys = LIMIT.get((method["id"], psp, scope))
        if keys is None:
            named = COUNTRIES.fullmatch(scope)
            if scope not in PLAIN and not named:
                raise SystemExit(f"{method['id']}: the scope {scope!r} of a limit is in no table")
            keys = {"shopper": named[1].split(",")} if named else {}
        if scope in ("unlimited", "no limit"):
            keys = {**keys, "unlimited": True}
        row = dict(keys)
        if limit["min"] not in (None, "0"):
            row["min"] = f"{limit['min']} {limit['currency']}"
        if limit["max"] is not None and not keys.get("unlimited"):
            row["max"] = f"{limit['max']} {limit['currency']}"
        if "also" in row:
            row["also"] = f"{row['also']} {limit['currency']}"
        if "min" not in row and "max" not in row:
            continue
        if "WooPayments" in psp:
            row["valid_from"] = "2024-10-23"
        out.append(cite(row, None if psp in SCHEMES else psp, f"{limit['currency']} limit"))
    return out


def by_provider(value: object) -> list[tuple[str | None, object]]:
    return list(value.items()) if isinstance(value, dict) else [(None, value)]


def refunds(method: dict, cite: Callable[..., dict]) -> list[dict]:
    windows = dict(by_provider(method["refund_window_days"]))
    values = dict(by_provider(method["refunds"]))
    out = []
    for psp in dict.fromkeys([*values, *windows]):
        value = values.get(psp, values.get(None))
        code = "none" if value is False else REFUND[value] if isinstance(value, str) else None
        if code is None:
            continue
        days = windows.get(psp, windows.get(None)) if code != "none" else None
        out.append(cite({"value": code, **({"days": days} if days else {})}, psp, "refunds"))
    return out


def disputes(method: dict, cite: Callable[..., dict]) -> list[dict]:
    out = []
    for psp, value in by_provider(method["disputes"]):
        found = DISPUTE[value] if isinstance(value, str) else value
        if found is not None:
            out.append(cite({"value": found if isinstance(found, str) else "yes" if found else "no"}, psp, "disputes"))
    return out


def recurring(method: dict, cite: Callable[..., dict]) -> list[dict]:
    value = method["recurring"]
    if isinstance(value, str):
        return [cite(dict(row), None, "recurring") for row in RECURRING[value]]
    found = [(psp, content) for psp, content in by_provider(value) if content is not None]
    return [cite({"value": "yes" if content else "no"}, psp, "recurring") for psp, content in found]


FEE_SCOPES = [
    (
        re.compile(
            r"^(US|EEA|GB|AU|CA|SG) domestic card; \+([\d.]+)% international(?: card)?(?: \([\d.]+% total\))?; \+([\d.]+)% conversion$"
        ),
        "stripe",
    ),
    (re.compile(r"^(JP) card; ()\+([\d.]+)% conversion$"), "stripe"),
]


def fees(method: dict, cite: Callable[..., dict]) -> list[dict]:
    out = []
    for fee in method["fees"]:
        scope, money = fee["scope"], f"{fee['fixed']} {fee['currency']}"
        base = {"confidence": fee["confidence"], **({"source": "unsourced"} if fee["source"] == "model-knowledge" else {})}
        for pattern, _ in FEE_SCOPES:
            if found := pattern.match(scope):
                place = [found[1]]
                out.append(cite({"merchant": place, "percent": fee["percent"], "fixed": money, **base}, fee["psp"], ""))
                if found[2]:
                    out.append(cite({"merchant": place, "when": "international", "percent": found[2], **base}, fee["psp"], ""))
                out.append(cite({"merchant": place, "when": "conversion", "percent": found[3], **base}, fee["psp"], ""))
                break
        else:
            when = {"failed transaction": "failed", "chargeback": "chargeback"}.get(scope, "")
            issued = "EEA" if scope.startswith("European") else "outside EEA" if scope.startswith("non-European") else ""
            row = {
                **({"percent": fee["percent"]} if fee["percent"] else {}),
                "fixed": money,
                **({"when": when} if when else {}),
                **base,
            }
            if issued == "EEA":
                row["shopper"] = ["EEA", "GB"]
            elif issued:
                row["shopper_not"] = ["EEA", "GB"]
            out.append(cite(row, fee["psp"], ""))
    return out


# ------------------------------------------------------------------ writing

FAMILIES = (
    "serves",
    "takes",
    "live",
    "merchants",
    "gate",
    "buyer",
    "limit",
    "plan",
    "recurring",
    "refund",
    "dispute",
    "settle",
    "fee",
)


def block(method: dict) -> str:
    lines = [f"[method.{method['id']}]", f'kind = "{method["kind"]}"']
    if method["credit"] is not None:
        lines.append(f"credit = {toml(method['credit'])}")
    for key in (
        "on",
        "wraps",
        "cobadged_with",
        "succeeds",
        "succeeded_by",
        "succession",
        "physical_only",
        "everywhere",
        "direct",
        "pay_within",
    ):
        lines += [f"{key} = {toml(method[key])}"] if key in method else []
    lines += [f'source = "{method["source"]}"', f'confidence = "{method["confidence"]}"']
    lines.append("names = [" + ", ".join(toml(item) for item in method["names"]) + "]")
    if method["also_called"]:
        lines.append(f"also_called = {toml(method['also_called'])}")
    if method["offers"]:
        lines.append(f"offers = {toml(method['offers'])}")
    if "note" in method:
        lines.append(f"note = {toml(method['note'])}")
    for key in ("options", *FAMILIES):
        found = method.get(key)
        if not found:
            continue
        if len(found) == 1:
            lines.append(f"{key} = [{toml(found[0])}]")
        else:
            lines += [f"{key} = [", *(f"  {toml(row)}," for row in found), "]"]
    return "\n".join(lines)


HEAD = """# {title}. Began as the output of tools/payments.py; edited by hand since.
# Rows: provider, merchant, shopper, currency, option, vertical, buyer are keys; a row without `valid_from` was observed on the
# day its source was seen and does not reach back. Money carries its currency. See docs/reference/payments.md.

[defaults]
verified_on = {seen}
status = "observed"

"""
TITLE = {
    "cards": "Card schemes",
    "wallets": "Wallets",
    "bank": "Bank transfers and direct debits",
    "cash": "Cash: vouchers and cash on delivery",
    "credit": "Buy now, pay later; invoices; instalments",
}


def main() -> None:
    facts = Path(sys.argv[1])
    methods = rows(facts / "payments" / "methods.jsonl")
    corrected(methods)
    sources = Sources()
    OUT.mkdir(parents=True, exist_ok=True)
    grouped: dict[str, list[dict]] = defaultdict(list)
    for method in methods:
        grouped[FILES[method["kind"]]].append(converted(method, sources))
    for file, found in grouped.items():
        text = HEAD.format(title=TITLE[file], seen=SEEN) + "\n\n".join(block(method) for method in found) + "\n"
        (OUT / f"{file}.toml").write_text(text, encoding="utf-8")
    shares(rows(facts / "payments" / "shares.jsonl"), sources)
    lines = ["# Where the facts on payment methods and shares were read. `page_of` is the day the page gives itself.", ""]
    lines += ["[source.unsourced]", 'title = "Not confirmed by a page: common knowledge of the field"', ""]
    for name, (title, publisher, url, _) in sources.known.items():
        lines += [
            f"[source.{json.dumps(name)}]",
            f"title = {toml(title)}",
            f"publisher = {toml(publisher)}",
            f"url = {toml(url)}",
            f"seen = {seen_on(name)}",
            "",
        ]
    (OUT / "sources.toml").write_text("\n".join(lines), encoding="utf-8")


def shares(found: list[dict], sources: Sources) -> None:
    out: dict[tuple, list] = {}
    for row in found:
        method = RENAMED.get(row["method"], row["method"])
        if method in DROPPED_SHARES:
            continue
        if method == "mostly cod":
            method = None
        method = None if method in KIND_ROWS or method in SUMMED else method
        kind = SHARE_KIND.get(row["kind"], row["kind"])
        source = sources.add(
            "shares", row["source"].split(",")[0].split("(")[0].strip(), row["source_url"], None, f"{row['source']}: shares"
        )
        key = (row["group"], kind, method)
        if key in out:
            out[key][4] = str(int(out[key][4]) + int(row["share_pct"]))
            continue
        out[key] = [
            row["country"],
            row["year"] or "",
            kind,
            method or "",
            row["share_pct"],
            BASIS[row["basis"]],
            row["group"],
            "yes" if row["forecast"] else "",
            row["confidence"],
            source,
            row["note"] or "",
        ]
    for place, year, method, percent, confidence, page in BRANDS:
        source = next(name for name in sources.known if name.startswith(f"{page}-"))
        note = "local schemes together" if place == "FR" else ""
        out[place, "brand", method] = [
            place,
            year,
            "card",
            method,
            percent,
            "of_cards",
            f"{place}-brands",
            "",
            confidence,
            source,
            note,
        ]
    with (OUT / "shares.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["place", "year", "kind", "method", "share", "basis", "group", "forecast", "confidence", "source", "note"]
        )
        writer.writerows(out.values())


if __name__ == "__main__":
    main()
