"""Make the first draft of the US states' tax facts: `data/jurisdictions/US-XX.toml` (and `PR.toml`).

    python tools/us_states.py RESEARCH src/xbcommerce/data/jurisdictions

Input: a folder of researched facts (`us/facts.jsonl`, one JSON object a line, collected 2026-11-22 from the addresses that each
line names) and the reviewed table below. Figures of the law are facts; the address of each is cited. Treatment of goods classes
and dates of marketplace laws were compared with the TaxLocus Open Sales-Tax Dataset (taxlocus.com, CC BY 4.0, 2026-08-18).
The TOML files are the truth afterwards: this tool only made their first draft, and overwrites them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

FLOOR = "2018-01-01"
VERIFIED = "2026-11-22"
LOOKED_UP = "2026-11-25"
CLOTHES = "clothing_adult clothing_children footwear footwear_children"
SHORT = {"CLOTHES": CLOTHES, "SNAP": "food confectionery soft_drink", "SWEETS": "confectionery soft_drink"}
NAMES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado", "CT": "Connecticut",
    "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii", "ID": "Idaho",
    "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana", "ME": "Maine",
    "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi", "MO": "Missouri",
    "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey", "NM": "New Mexico",
    "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma", "OR": "Oregon",
    "PA": "Pennsylvania", "PR": "Puerto Rico", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington", "WV": "West Virginia",
    "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip
NO_STATE_TAX = {
    "AK": ("local_only", "no statewide sales tax; boroughs and cities levy their own (Alaska Remote Seller Sales Tax Commission)"),
    "DE": ("no", "no sales tax; sellers owe a gross receipts tax that is not charged to the buyer"),
    "MT": ("no", "no general sales tax; some resort areas levy a local one on lodging, meals and luxuries"),
    "NH": ("no", "no general sales tax; only meals, lodging and some services are taxed"),
    "OR": ("no", "no general sales tax"),
}  # fmt: skip
TAX_NAMES = {
    "AZ": "transaction privilege tax", "HI": "general excise tax", "NM": "gross receipts tax", "PR": "sales and use tax (IVU)",
}  # fmt: skip
STATE_ONLY = "state's rate alone; local rates come on top"
NO_LOCAL = "there are no local general rates"
RATE_NOTES = {
    "CA": "6 state and 1.25 local that applies everywhere (Bradley-Burns); district taxes come on top",
    "CT": NO_LOCAL, "DC": NO_LOCAL, "IN": NO_LOCAL, "KY": NO_LOCAL, "ME": NO_LOCAL, "MD": NO_LOCAL, "MA": NO_LOCAL,
    "MI": NO_LOCAL, "RI": NO_LOCAL,
    "HI": "levied on the seller's receipts; passed on visibly at most 4.1666 %, with a county surcharge of 0.5 at most 4.712 %",
    "IL": "5 state and 1.25 that the state pays to local governments, everywhere; local taxes come on top",
    "MO": "4 general, 0.125 conservation, 0.1 parks and soils; local rates come on top",
    "NC": "state's rate alone; every county adds at least 2",
    "NJ": "no local general rates; reduced rates in zones and in Salem County are not in the rulebook",
    "NV": "with all parts that apply everywhere (2 state, 4.85 local school and county parts); county options come on top",
    "TN": "state's rate alone; of one article the part of the price from 1,600 to 3,200 USD bears 2.75 more, and most local rates "
          "end at 1,600 USD: neither is in the rulebook",
    "UT": "state part and 1.25 local that applies everywhere; further local rates come on top",
    "VA": "4.3 state and 1 local that applies everywhere; regional parts come on top",
    "PR": "the Commonwealth's part; the municipal part is tax.rate.second",
}  # fmt: skip
# Members of the Streamlined Sales Tax Agreement that tax delivery with the goods: the charge of a mixed shipment is shared out
SHARED_DELIVERY = set("AR GA IN KY MN NE NJ NC ND OH RI SD VT WA WV WI".split())
SHIPPING = {
    "exempt_if_separately_stated": "exempt_if_stated", "taxable_if_goods_taxable": "taxable_if_goods_taxable", "always": "taxable",
}  # fmt: skip
SHIPPING_NOTES = {
    "AL": "by common carrier or post; delivery by the seller's own vehicle is taxable",
    "CA": "by common carrier, not above the seller's own cost; handling is taxable",
    "CO": "state's rule; cities with their own code differ",
    "FL": "only if the buyer can avoid the charge (by collecting the goods)",
    "IL": "only if the charge is agreed separately from the price (the buyer can avoid it)",
    "IA": "agreed and stated separately",
    "MD": "handling, or shipping and handling in one sum, is taxable",
    "MA": "and the charge reflects the cost (condition not confirmed)",
    "PA": "delivery by the seller's own vehicle is taxable with the goods",
    "NY": "one charge for a mixed shipment is taxable in full",
}  # fmt: skip
COUNT_DROPPED = {
    "IL": "2026-01-01", "IN": "2024-01-01", "KY": "2026-08-01", "LA": "2023-08-01", "ME": "2022-01-01", "NC": "2024-07-01",
    "SD": "2023-07-01", "UT": "2025-07-01", "WI": "2021-02-20", "WY": "2024-07-01",
}  # fmt: skip

# id | title | publisher | address | day seen | licence
SOURCES = """
tf-2026 | Sales tax rates, midyear 2026 | Tax Foundation | https://taxfoundation.org/data/all/state/2026-sales-tax-rates-midyear/ | 2026-11-22
tf-2025 | Sales tax rates, midyear 2025 (averages of local rates) | Tax Foundation | https://taxfoundation.org/data/all/state/2025-sales-tax-rates-midyear/ | 2026-11-22
taxlocus | TaxLocus Open Sales-Tax Dataset, 2026-08-18 | TaxLocus | https://github.com/Ringzero787/taxlocus-data | 2026-11-22 | CC BY 4.0
delivery | Taxability of delivery charges by state, 2026-07-13 | open-sales-tax | https://github.com/ejosterberg/open-sales-tax/blob/main/docs/legislation/shipping-taxability.md | 2026-11-22
ri-delivery | 280-RICR-20-70-15.5: delivery charges (the agreement's definition) | Rhode Island Division of Taxation | https://regulations.justia.com/states/rhode-island/title-280/chapter-20/subchapter-70/part-15/section-280-ricr-20-70-15-5 | 2026-11-25
sourcing | Origin-based and destination-based sales tax, 2026-07-22 | TaxJar | https://www.taxjar.com/sales-tax/origin-based-and-destination-based-sales-tax | 2026-11-22
ssuta-rounding | Streamlined Sales and Use Tax Agreement, s. 324 (R.I. Gen. Laws 44-18.1-25) | State of Rhode Island | https://webserver.rilegislature.gov/Statutes/TITLE44/44-18.1/44-18.1-25.HTM | 2026-11-22
ma-rounding | M.G.L. c. 64I, s. 5 | Commonwealth of Massachusetts | https://lawserver.com/law/state/massachusetts/ma-laws/massachusetts_general_laws_64i_5 | 2026-11-22
count-dropped | The ongoing evolution of economic nexus: counts of transactions | Sales Tax Helper | https://www.salestaxhelper.com/resources/blog/2026/january/the-ongoing-evolution-of-economic-nexus-transact | 2026-11-22
model-knowledge | not confirmed on a stored page | xbcommerce |  | 2026-11-25
al-food-2023 | State rate on food reduced from 2023-09-01 (Act 2023-554) | Alabama Department of Revenue | https://revenue.alabama.gov/de/notice-state-sales-and-use-tax-rate-reduced-on-food-beginning-september-1-2023 | 2026-11-25
al-food-2025 | HB 386 (2025): 2 % on food | FastDemocracy | https://fastdemocracy.com/bill-summary/?billsummary_id=ALB00018262&billsummary_session=2025rs&billsummary_state=al | 2026-11-25
al-baby | HB 152 (2025): baby supplies and menstrual products | BillTrack50 | https://www.billtrack50.com/billdetail/1818828 | 2026-11-25
ar-food | Act 1008 of 2025: state tax on groceries ends | TaxValet | https://thetaxvalet.com/tax-bytes/taxbyte-arkansas-eliminates-state-sales-tax-on-groceries-starting-2026-taxvalet?hs_amp=true | 2026-11-25
ca-menstrual | Revenue and Taxation Code 6363.10 | State of California | https://www.lawserver.com/law/state/california/codes/california_revenue_taxation_code_6363-10 | 2026-11-25
ca-diapers | Exemptions for diapers and menstrual hygiene products | Sales Tax Institute | https://www.salestaxinstitute.com/resources/california-enacts-exemptions-for-diapers-and-menstrual-hygiene-products | 2026-11-25
co-hygiene | Sales tax exemption of essential hygiene products | Colorado Department of Revenue | https://tax.colorado.gov/Sales-Tax-Exemption-Essential-Hygiene-Products | 2026-11-25
co-sweets | Exemptions eliminated in 2010: candy and soft drinks | Colorado Department of Revenue | http://www.colorado.gov/cs/Satellite/Revenue/REVX/1251571231281 | 2026-11-25
ct-hygiene | Connecticut exempts diapers and tampons from July 2018 (P.A. 16-3) | Avalara | https://www.avalara.com/taxrates/en/blog/2016/08/connecticut-exempts-diapers-tampons-july-2018.html | 2026-11-25
ct-drugs | Nonprescription drugs exempt from 2015-04-01 | Avalara | https://www.avalara.com/taxrates/en/blog/2015/04/connecticut-new-sales-tax-exemptions-in-april-2015.html | 2026-11-25
ct-luxury | Connecticut use tax: goods at 7.75 % | TaxSlayer | https://support.taxslayer.com/hc/en-us/articles/360015903391-How-do-I-calculate-my-use-tax-for-Connecticut | 2026-11-25
ct-clothing | Clothing and footwear during the sales tax free week 2018 | Connecticut Department of Revenue Services | http://www.ct.gov/drs/cwp/view.asp?a=1436&q=509662 | 2026-11-25
dc-2018 | Tax rate changes on 2018-10-01 | DC Office of Tax and Revenue | https://otr.cfo.dc.gov/node/1353781 | 2026-11-25
dc-2025 | FY 2026 Emergency Budget Support Act: 6 % until 2026-09-30, 7 % scheduled from 2026-10-01 | KPMG | https://kpmg.com/us/en/articles/this-week-in-state-tax/twist-251215.html | 2026-11-25
dc-hygiene | No sales tax on feminine hygiene products from 2018-10-01 | The DC Post, The Hill | https://thedcpost.com/dc-new-taxes/ | 2026-11-25
dc-diapers | DC diaper tax ends; soft drinks at 8 % (2019-10-01) | WHUR | http://whur.com/news/dc-diaper-tax-ends/ | 2026-11-25
fl-baby-2022 | TIP 22A01-06: diapers and baby and toddler clothing 2022-07-01 to 2023-06-30 | Florida Department of Revenue | https://thenewscaster.com/newsscript/preview.php?cat_id=8&id=2111&p=22 | 2026-11-25
fl-baby | Baby and toddler products exempt for good from 2023-07-01 (ch. 2023-157) | WFLA | https://www.wfla.com/news/florida/diapers-other-baby-and-toddler-products-permanently-tax-free-under-new-florida-law/ | 2026-11-25
ia-hygiene | Diapers and menstrual products tax-free in 2023 | Creston News | https://www.crestonnews.com/news/local/2022/07/15/iowa-bill-makes-diapers-menstrual-products-tax-free-in-2023/ | 2026-11-25
il-2026 | FY 2026-03: grocery tax changes on 2026-01-01 | Illinois Department of Revenue | https://tax.illinois.gov/research/publications/bulletins/fy-2026-03.html | 2026-11-25
il-rates | Qualifying food, drugs and medical appliances at 1 % | Illinois Department of Revenue | https://tax.illinois.gov/questionsandanswers/answer.167.html | 2026-11-25
il-suspended | Grocery tax suspension 2022-07-01 to 2023-06-30 ends (P.A. 102-0700) | Prairie State Wire | https://prairiestatewire.com/stories/665005871-grocery-tax-suspension-ends-retailers-to-collect-state-tax-starting-july | 2026-11-25
in-diapers | Indiana and New York exempt diapers | Avalara | https://www.avalara.com/blog/en/north-america/2022/08/indiana-and-new-york-exempt-diapers.html | 2026-11-25
ks-food | HB 2106 (2022): state rate on food | Larson & Company | https://larsoninc.cpa/?p=791 | 2026-11-25
ks-delivery | Notice 23-02: delivery charges from 2023-07-01 | Sales Tax Institute | https://www.salestaxinstitute.com/resources/kansas-no-longer-taxes-delivery-charges-as-of-july-1-2023 | 2026-11-25
la-rate | What is the state sales tax rate? | Louisiana Department of Revenue | https://revenue.louisiana.gov/tax-education-and-faqs/faqs/sales-tax-reform/what-is-the-state-sales-tax-rate | 2026-11-25
la-2016 | State rate of 5 % from 2016-04-01 to 2018-06-30 (Act 26) | Sales Tax Institute | https://www.salestaxinstitute.com/resources/louisiana-state-sales-tax-rate-increases-5-april-1-2016 | 2026-11-25
la-hygiene | La. R.S. 47:305.75 | Louisiana State Legislature | https://legis.la.gov/Legis/Law.aspx?d=1240501 | 2026-11-25
la-food | Are there any exemptions from the sales tax? | Louisiana Department of Revenue | https://revenue.louisiana.gov/tax-education-and-faqs/faqs/sales-tax/are-there-any-exemptions-from-the-sales-tax | 2026-11-25
la-delivery | Are shipping, delivery, and freight charges taxable? (RIB 25-025) | Louisiana Department of Revenue | https://revenue.louisiana.gov/tax-education-and-faqs/faqs/sales-tax-reform/are-delivery-and-freight-charges-taxable | 2026-11-25
ma-clothing | Massachusetts sales tax on clothing (quotes the Department of Revenue: 1.56 on 200) | legalclarity.org | https://legalclarity.org/is-all-clothing-taxed-in-massachusetts | 2026-11-25
md-baby | Ch. 8 of 2022 (HB 282): diapers; Tax-General 11-211(c) | General Assembly of Maryland | https://app.legiplex.com/md/legislature/2022/2022-r/bills/hb282/drafts-latest | 2026-11-25
md-seats | Exemptions from 2022-07-01: infant car seats (HB 288) | Avalara | https://www.avalara.com/blog/en/north-america/2022/06/maryland-will-exempt-diapers-and-more-starting-july-1-2022.html | 2026-11-25
mi-hygiene | Notice: exemptions for feminine hygiene products | Michigan Department of Treasury | https://www.michigan.gov/treasury/reference/taxpayer-notices/notice-to-taxpayers-regarding-sales-and-use-tax-exemptions-for-feminine-hygiene-products | 2026-11-25
mi-delivery | Public Acts 20 and 21 of 2023: delivery charges | House Fiscal Agency | https://michiganvotes.org/legislation/2023/house/bill-4253 | 2026-11-25
mn-clothing | Clothing | Minnesota Department of Revenue | https://www.revenue.state.mn.us/clothing | 2026-11-25
mn-exempt | Nontaxable sales | Minnesota Department of Revenue | https://revenue.state.mn.us/guide/nontaxable-sales | 2026-11-25
mn-diapers | Sales Tax Fact Sheet 105, clothing | Minnesota Department of Revenue | https://docslib.org/doc/8635571/clothing-105 | 2026-11-25
mn-facilitator | Who needs to register? | Minnesota Department of Revenue | https://www.revenue.state.mn.us/guide/who-needs-register | 2026-11-22
mo-hygiene | Section 144.029, RSMo | Revisor of Missouri | https://www.revisor.mo.gov/main/OneSection.aspx?bid=57544&section=144.029 | 2026-11-25
mo-food | Missouri: food at 1 and 0.225 % (s. 144.014) | checksalestax.com | https://www.checksalestax.com/states/26-missouri | 2026-11-25
mo-delivery | SB 16 (2017): delivery charges | Stinson | http://www.jdsupra.com/legalnews/missouri-changes-law-on-sales-and-use-59293/ | 2026-11-25
ms-food | Grocery sales tax rate from 2025-07-01 (HB 1) | Sales Tax Institute | https://www.salestaxinstitute.com/resources/mississippi-grocery-sales-tax-cut | 2026-11-25
nd-diapers | Children's diapers exempt from 2023-07-01 (HB 1177) | KX News, from the Tax Commissioner | https://www.kxnet.com/news/top-stories/some-of-your-purchases-may-be-exempt-from-nd-sales-tax-starting-july-1/ | 2026-11-25
ne-hygiene | Nebraska repeals its tampon tax from 2022-10-01 (LB 984) | Feminist Law Professors | http://www.feministlawprofessors.com/2022/06/nebraska-repeals-its-tampon-tax-and-broadens-access-for-prisoners-and-detainees/ | 2026-11-25
ne-diapers | Exemption for diapers from 2027-07-01 (LB 937) | Sales Tax Institute | https://www.salestaxinstitute.com/resources/nebraska-enacts-sales-and-use-tax-exemption-for-diapers | 2026-11-25
nj-clothing | N.J.A.C. 18:24-6.3 | State of New Jersey | https://print.casetext.com/regulation/new-jersey-administrative-code/title-18-treasury-taxation/chapter-24-sales-and-use-tax-act/subchapter-6-sales-of-clothing-footwear-and-protective-equipment-and-services-performed-on-clothing/section-1824-63-exempt-sales-of-clothing-and-footwear | 2026-11-25
nm-2022 | Rate of 5 % from 2022-07-01, a further eighth on 2023-07-01 | Hogberg Tax, from the Taxation and Revenue Department | https://hogbergtax.com/?p=1497 | 2026-11-25
nm-2023 | Rate of 4.875 % from 2023-07-01 | REDW, from the Taxation and Revenue Department | https://www.redw.com/insights/new-mexico-gross-receipts-tax-filers-kit-for-july-december-2023-is-now-available/ | 2026-11-25
nm-sourcing | What is destination-based sourcing? | New Mexico Taxation and Revenue Department | https://tax.newmexico.gov/2021/01/05/what-is-destination-based-sourcing | 2026-11-25
nv-diapers | Diapers exempt from 2025-01-01 (Question 5) | Avalara | https://avalara.com/blog/en/north-america/2024/12/diapers-tax-exempt-nevada-january-1-2025.html | 2026-11-25
ny-clothing | Clothing below 110 USD exempt from 2012-04-01 | Davis Davis & Harmon | https://ddhtax.com/2012/04/26/sales-tax-exemption-on-clothing-footwear | 2026-11-25
ny-local | Counties that exempt clothing (Publication 718-C) | Sovos | https://sovos.com/regulatory-updates/sut/putnam-county-new-york-exempts-clothing | 2026-11-25
ny-newspapers | 20 NYCRR 528.6: newspapers and periodicals | State of New York | http://print.casetext.com/regulation/new-york-codes-rules-and-regulations/title-20-department-of-taxation-and-finance/chapter-iv-sales-and-use-and-other-miscellaneous-taxes/subchapter-a-sales-and-use-taxes/part-528-exemptions/section-5286-newspapers-and-periodicals | 2026-11-25
magazines | Chart: state sales taxes on magazines and newspapers (undated, about 2010) | Association of Magazine Media | https://www.magazine.org/Magazine/Advocacy_Pages/Tax_Archives/State_Sales_Taxes_on_Magazines_and_Newspapers.aspx | 2026-11-25
ny-hygiene | TSB-M-16(6)S: feminine hygiene products from 2016-09-01 | Lexology | https://www.lexology.com/library/detail.aspx?g=d5cc3583-dc7e-4ea8-b75c-252a3a88a63e | 2026-11-25
ny-diapers | Diapers exempt from local taxes as well | WKBW | https://www.wkbw.com/news/local-news/wiped-away-diapers-now-exempt-from-local-sales-tax-under-new-nys-law | 2026-11-25
oh-baby | Exemptions for child and baby products from 2023-10-01 (HB 33) | Sales Tax Institute | https://www.salestaxinstitute.com/resources/ohio-adds-exemptions-for-child-and-baby-products-effective-october-1-2023 | 2026-11-25
oh-hygiene | Ohio from 2020-04-01 (SB 26 of 2019) | Avalara | https://www.avalara.com/blog/en/north-america/2020/05/washington-recognizes-tax-gap-between-genders-exempts-tampons.html | 2026-11-25
ok-food | Okla. Stat. tit. 68, s. 1357.11; OAC 710:65-13-571 | State of Oklahoma | https://d1tvxue8o4w0fl.cloudfront.net/statute/oklahoma-statutes/title-68-revenue-and-taxation/chapter-1-tax-codes/article-13-sales-tax-code/section-135711 | 2026-11-25
ok-sweets | State tax on food ends in August 2024 (HB 1955) | Sales Tax Institute | https://www.salestaxinstitute.com/resources/oklahoma-removes-state-level-tax-on-food-effective-august-2024 | 2026-11-25
pa-list | 52 Pa.B. 3384: taxable and exempt property | Pennsylvania Department of Revenue | https://pacodeandbulletin.gov/Display/pabull?file=%2Fsecure%2Fpabulletin%2Fdata%2Fvol52%2F52-24%2F871.html | 2026-11-25
pr-rate | What is the sales tax in Puerto Rico? (Code 2011, s. 4010.01, 4020.01) | legalclarity.org | https://legalclarity.org/what-is-the-sales-tax-in-puerto-rico-2 | 2026-11-25
ri-clothing | 280-RICR-20-70-6: clothing | Rhode Island Division of Taxation | https://regulations.justia.com/states/rhode-island/title-280/chapter-20/subchapter-70/part-6/section-280-ricr-20-70-6-6 | 2026-11-25
ri-hygiene | Budget eliminates tampon tax (2019-H 5151Aaa) | Rhode Island General Assembly | https://www.rilegislature.gov/pressrelease/_layouts/RIL.PressRelease.ListStructure/Forms/DisplayForm.aspx?List=c8baae31-3c10-431c-8dcd-9dbbe21ce3e9&ID=370445 | 2026-11-25
wv-sweets | Lower tax on food: not on dietary supplements, soft drinks, candy | Sales Tax Institute | https://www.salestaxinstitute.com/resources/west-virginia-reduce-tax-certain-food-products | 2026-11-25
sc-hygiene | Exemption for feminine hygiene products from 2024-05-13 (H. 3563) | Sales Tax Institute | https://www.salestaxinstitute.com/resources/south-carolina-enacts-exemption-for-feminine-hygiene-products | 2026-11-25
sd-rate | State rate of 4.2 % from 2023-07-01 to 2027-06-30 (HB 1137) | Avalara | https://www.avalara.com/blog/en/north-america/2023/03/south-dakota-sales-tax-rate-cut.html | 2026-11-25
sd-dor | Rate decrease on 2023-07-01, repealed effective 2027-06-30 | Hub City Radio, from the Department of Revenue | https://hubcityradio.com/department-of-revenue-updates-tax-system-for-decrease-in-state-tax-rate/ | 2026-11-25
tn-rates | SUT-13: rates | Tennessee Department of Revenue | https://revenue.support.tn.gov/hc/en-us/articles/360058139672-SUT-13-Sales-and-Use-Tax-Rates-Overview | 2026-11-25
tn-2022 | Groceries tax-free in August 2022 | Thunder 1320, from the Department of Revenue | https://thunder1320.com/tennessee-groceries-will-be-tax-free-for-the-entire-month-of-august-check-here-for-a-list-of-included-items-2/ | 2026-11-25
tn-2023 | Groceries tax-free from August to October 2023 (Pub. Ch. 377) | Tullahoma News | https://www.tullahomanews.com/news/local/tax-on-food-suspended-through-oct-31/article_11f3a536-2d70-11ee-ab3a-bbb8a21ae06b.html | 2026-11-25
tx-379 | S.B. 379 (2023), Tax Code 151.313 | Texas Legislature | https://capitol.texas.gov/tlodocs/88R/analysis/html/SB00379F.htm | 2026-11-25
ut-rate | State rate 4.85 % from 2019-04-01 (Tax Bulletin 01-19) | Sales Tax Institute | https://www.salestaxinstitute.com/resources/utah-to-increase-state-sales-tax-rate | 2026-11-25
ut-5-95 | Utah: 5.95 % with 1.25 % local everywhere; food 3 % | checksalestax.com | https://www.checksalestax.com/states/45-utah | 2026-11-25
va-2023 | Tax Bulletin 22-12: food and hygiene products | Sales Tax Institute, from Virginia Tax | https://www.salestaxinstitute.com/?p=17480 | 2026-11-25
va-2020 | Personal hygiene products at 2.5 % from 2020-01-01 | TTR | https://www.ttrus.com/article.php?id=1274 | 2026-11-25
vt-exempt | What is taxable and exempt? | Vermont Department of Taxes | http://tax.vermont.gov/exempt-items | 2026-11-25
wa-hygiene | Feminine hygiene products exempt from 2020-07-01 | Sales Tax Institute | https://www.salestaxinstitute.com/resources/washington-enacts-exemption-for-feminine-hygiene-products | 2026-11-25
"""

# places | subject | value | classes | from | to | source | law | confidence | note
# Subjects beside those of the vocabulary: "exempt" (rate 0 and tax.exempt), "exempt+" (and the general rate until the day before),
# "applies" (tax.general_rate_applies), "rate+" (a rate, and the general rate until the day before).
REVIEWED = """
# ---- general rates whose history was read
DC | tax.rate | 5.75 | | 2013-10-01 | 2018-09-30 | dc-2018 | D.C. Code 47-2002 | high | {note}
DC | tax.rate | 6 | | 2018-10-01 | 2026-09-30 | dc-2018 | D.C. Code 47-2002 | high | {note}; the step to 6.5 on 2025-10-01 was repealed
DC | tax.rate | 7 | | 2026-10-01 | | dc-2025 | D.C. Code 47-2002 | low presumed | {note}; the last law read sets 7 from this day; whether the budget acts for 2027 repealed it was not found
LA | tax.rate | 5 | | 2016-04-01 | 2018-06-30 | la-2016 | Act 26 of 2016 | high | {note}
LA | tax.rate | 4.45 | | 2018-07-01 | 2024-12-31 | la-rate | La. R.S. 47:302 | high | {note}
LA | tax.rate | 5 | | 2025-01-01 | 2029-12-31 | la-rate | Act 11 of 2024 (3rd Ex. Sess.) | high | {note}; the state's page: until 2029-12-31
LA | tax.rate | 4.75 | | 2030-01-01 | | model-knowledge | Act 11 of 2024 (3rd Ex. Sess.) | low scheduled | {note}
NM | tax.rate | 5.125 | | 2010-07-01 | 2022-06-30 | nm-2022 | NMSA 7-9-4 | high | {note}; the start day is not confirmed
NM | tax.rate | 5 | | 2022-07-01 | 2023-06-30 | nm-2022 | HB 163 of 2022 | high | {note}
NM | tax.rate | 4.875 | | 2023-07-01 | | nm-2023 | HB 163 of 2022 | high | {note}
SD | tax.rate | 4.5 | | 2016-06-01 | 2023-06-30 | sd-dor | SDCL 10-45 | high | {note}; the start day is not confirmed
SD | tax.rate | 4.2 | | 2023-07-01 | 2027-06-30 | sd-dor | HB 1137 of 2023 | high | {note}
SD | tax.rate | 4.5 | | 2027-07-01 | | sd-rate | HB 1137 of 2023 | high scheduled | {note}; unless the cut is extended
UT | tax.rate | 5.95 | | 2018-01-01 | 2019-03-31 | ut-5-95 | Utah Code 59-12-103 | high | 4.7 {note}
UT | tax.rate | 6.1 | | 2019-04-01 | | ut-rate | Utah Code 59-12-103 | high | 4.85 {note}
PR | tax.rate | 10.5 | | 2015-07-01 | | pr-rate | Code 2011, s. 4010.01 | medium | {note}
PR | tax.rate.second | 1 | | 2015-07-01 | | pr-rate | Code 2011, s. 4020.01 | medium | municipal part; a municipality may leave food out
PR | tax.rate.second | 0 | medicine_prescription | 2015-07-01 | | pr-rate | Code 2011, s. 4020.01 | low |
PR | tax.name.second | municipal sales and use tax | | 2015-07-01 | | pr-rate | | medium |
PR | exempt | | food | 2018-01-01 | | pr-rate | | medium | unprepared food
PR | exempt | | medicine_prescription | 2018-01-01 | | pr-rate | | medium |
PR | applies | | CLOTHES electronics furniture | 2018-01-01 | | pr-rate | | medium |
# ---- food
AL | rate+ | 3 | SNAP | 2023-09-01 | 2025-08-31 | al-food-2023 | Act 2023-554 | high | SNAP definition; local taxes apply
AL | tax.rate | 2 | SNAP | 2025-09-01 | | al-food-2025 | Code of Alabama 40-23-2 | medium | SNAP definition; local taxes apply
AR | tax.rate | 1.5 | food | 2018-01-01 | 2018-12-31 | model-knowledge | Ark. Code 26-52-317 | low | local taxes apply
AR | tax.rate | 0.125 | food | 2019-01-01 | 2025-12-31 | ar-food | Ark. Code 26-52-317 | high | local taxes apply; the start day is not confirmed
AR | exempt | | food | 2026-01-01 | | ar-food | Act 1008 of 2025 | high | local taxes apply
AR | applies | | SWEETS | 2018-01-01 | | ar-food | | medium | outside the food rate
IL | tax.rate | 1 | food | 2018-01-01 | 2022-06-30 | il-rates | 35 ILCS 120/2-10 | high |
IL | tax.rate | 0 | food | 2022-07-01 | 2023-06-30 | il-suspended | P.A. 102-0700 | high | suspended for a year
IL | tax.rate | 1 | food | 2023-07-01 | 2025-12-31 | il-suspended | 35 ILCS 120/2-10 | high |
IL | tax.rate | 0 | food | 2026-01-01 | | il-2026 | P.A. 103-0781 | high | municipalities and counties may levy exactly 1
IL | applies | | SWEETS | 2018-01-01 | | il-2026 | | high | outside the grocery rate
KS | rate+ | 4 | SNAP dietary_supplement | 2023-01-01 | 2023-12-31 | ks-food | K.S.A. 79-3602 | high | sweets, soft drinks and dietary supplements count as food; local taxes apply
KS | tax.rate | 2 | SNAP dietary_supplement | 2024-01-01 | 2024-12-31 | ks-food | K.S.A. 79-3602 | high | local taxes apply
KS | tax.rate | 0 | SNAP dietary_supplement | 2025-01-01 | | ks-food | K.S.A. 79-3602 | high | not repealed, rate 0; local taxes apply
MO | tax.rate | 1.225 | SNAP | 2018-01-01 | | mo-food | RSMo 144.014 | high | SNAP definition; local taxes apply
MS | rate+ | 5 | SNAP | 2025-07-01 | | ms-food | Miss. Code 27-65-17 (HB 1 of 2025) | high | SNAP definition
NC | exempt | | food | 2018-01-01 | | taxlocus | N.C.G.S. 105-164.13B | medium | of the state's tax; 2 local applies everywhere
NC | applies | | SWEETS | 2018-01-01 | | taxlocus | | medium | outside the food exemption
OK | rate+ | 0 | SNAP | 2024-08-29 | | ok-food | 68 O.S. 1357.11 | high | sweets and soft drinks count as food; local taxes apply
OK | applies | | dietary_supplement | 2018-01-01 | | ok-food | OAC 710:65-13-571 | high |
TN | tax.rate | 4 | food soft_drink | 2018-01-01 | 2022-07-31 | tn-rates | T.C.A. 67-6-228 | high | soft drinks count as food; local taxes apply
TN | exempt | | food soft_drink | 2022-08-01 | 2022-08-31 | tn-2022 | | high | holiday
TN | tax.rate | 4 | food soft_drink | 2022-09-01 | 2023-07-31 | tn-rates | T.C.A. 67-6-228 | high | local taxes apply
TN | exempt | | food soft_drink | 2023-08-01 | 2023-10-31 | tn-2023 | Pub. Ch. 377 (2023) | high | holiday
TN | tax.rate | 4 | food soft_drink | 2023-11-01 | | tn-rates | T.C.A. 67-6-228 | high | local taxes apply
TN | applies | | confectionery dietary_supplement | 2018-01-01 | | tn-rates | | high |
UT | tax.rate | 3 | food | 2018-01-01 | | ut-5-95 | Utah Code 59-12-103 | high | 1.75 state and 1.25 local, the same everywhere
UT | applies | | SWEETS | 2018-01-01 | | taxlocus | | medium |
VA | tax.rate | 2.5 | SNAP | 2018-01-01 | 2022-12-31 | va-2023 | Va. Code 58.1-611.1 | high | 1.5 state and 1 local, the same everywhere
VA | tax.rate | 1 | SNAP | 2023-01-01 | | va-2023 | Va. Code 58.1-611.1 | high | local part alone, the same everywhere
HI ID SD | applies | | food SWEETS | 2018-01-01 | | taxlocus | | medium | no exemption; HI and ID give residents an income tax credit
AZ CO GA LA SC | exempt | | food | 2018-01-01 | | taxlocus | {food} | medium | of the state's tax; local taxes may apply; the same in a list of 2008
CA CT DC FL IN IA KY ME MD MA MI MN NE NV NJ NM NY ND OH PA RI TX VT WA WI WY | exempt | | food | 2018-01-01 | | taxlocus | {food} | medium | food for the home; prepared food is taxed; the same in a list of 2008
WV | exempt | | food | 2018-01-01 | | taxlocus | W. Va. Code 11-15-9 | medium | food for the home; prepared food is taxed; in force since 2013-07-01
AZ LA MA NM SC | exempt | | SWEETS | 2018-01-01 | | taxlocus | | medium | within the food exemption
CA PA | exempt | | confectionery | 2018-01-01 | | taxlocus | | medium | within the food exemption
VT | exempt | | confectionery | 2018-01-01 | | vt-exempt | 32 V.S.A. 9741(13) | medium | within the food exemption
CA PA VT OH | applies | | soft_drink | 2018-01-01 | | taxlocus | | medium |
FL IN IA KY ME MN NJ NY ND RI TX WI | applies | | SWEETS | 2018-01-01 | | taxlocus | | medium | outside the food exemption
CO | applies | | SWEETS | 2010-05-01 | | co-sweets | C.R.S. 39-26-707(1.5) | high | sweets with flour count as food
WV | applies | | SWEETS dietary_supplement | 2018-01-01 | | wv-sweets | W. Va. Code 11-15-9 | medium | outside the food exemption
DC | applies | | confectionery | 2018-01-01 | | taxlocus | | medium |
DC | rate+ | 8 | soft_drink | 2019-10-01 | | dc-diapers | D.C. Code 47-2002 | medium |
DC | tax.rate | 10 | alcohol | 2018-01-01 | 2018-09-30 | dc-2018 | D.C. Code 47-2002 | high | for consumption off the premises
DC | tax.rate | 10.25 | alcohol | 2018-10-01 | | dc-2018 | D.C. Code 47-2002 | high | for consumption off the premises
# ---- clothing
PA | exempt | | CLOTHES | 2018-01-01 | | pa-list | 61 Pa. Code 53.2 | high | everyday clothing; formal wear, fur, sports and swim wear, accessories are taxed
NJ | exempt | | CLOTHES diapers | 2018-01-01 | | nj-clothing | N.J.A.C. 18:24-6.3 | high | fur, accessories, sports and protective equipment are taxed
MN | exempt | | CLOTHES | 2018-01-01 | | mn-clothing | Minn. Stat. 297A.67(8) | high | fur, accessories, sports and protective equipment are taxed
VT | exempt | | CLOTHES diapers | 2018-01-01 | | vt-exempt | 32 V.S.A. 9741(45) | high | accessories, sports and protective equipment are taxed
NY | tax.exempt_below | 110 USD | CLOTHES | 2012-04-01 | | ny-clothing | Tax Law 1115(a)(30) | high | each item or pair, strictly below; state tax and, where the locality opted in (New York City and some counties), local tax
NY | applies | | CLOTHES | 2018-01-01 | | ny-clothing | Tax Law 1115(a)(30) | high | from 110 USD a piece, on the whole price; localities: Publication 718-C
MA | tax.exempt_amount | 175 USD | CLOTHES | 2018-01-01 | | ma-clothing | M.G.L. c. 64H, s. 6(k) | high | each article; sports and protective wear is taxed in full
RI | tax.exempt_amount | 250 USD | CLOTHES | 2012-10-01 | | ri-clothing | R.I. Gen. Laws 44-18-30(27) | high | each article, its delivery charge included; sports and protective wear is taxed in full
CT | applies | | CLOTHES | 2018-01-01 | | ct-clothing | C.G.S. 12-408 | high | a week in August without tax below 100 USD is not in the rulebook
CT | tax.higher_rate | 7.75 | CLOTHES jewellery | 2018-01-01 | | ct-luxury | C.G.S. 12-408(1)(H) | high | on the whole price of the piece
CT | tax.higher_rate_above | 1000 USD | CLOTHES | 2018-01-01 | | ct-luxury | C.G.S. 12-408(1)(H) | high |
CT | tax.higher_rate_above | 5000 USD | jewellery | 2018-01-01 | | ct-luxury | C.G.S. 12-408(1)(H) | high |
CT | applies | | jewellery | 2018-01-01 | | ct-luxury | C.G.S. 12-408 | high |
AL AR AZ CA CO DC GA HI IA ID IL IN KS KY LA MD ME MI MO MS NC ND NE NM NV OH OK SC SD TN TX UT VA WA WI WV WY | applies | | CLOTHES electronics furniture | 2018-01-01 | | taxlocus | | medium | sales tax holidays are not in the rulebook
CT MA MN NJ NY PA RI VT | applies | | electronics furniture | 2018-01-01 | | taxlocus | | medium | sales tax holidays are not in the rulebook
FL | applies | | clothing_adult footwear electronics furniture | 2018-01-01 | | taxlocus | | medium | sales tax holidays are not in the rulebook
FL | exempt+ | | clothing_children footwear_children diapers | 2022-07-01 | 2023-06-30 | fl-baby-2022 | ch. 2022-97 | high | for children of 5 or younger
FL | exempt | | clothing_children footwear_children diapers | 2023-07-01 | | fl-baby | s. 212.08(7)(qqq), F.S. | high | for children of 5 or younger: clothing to size 5T, shoes to size 13T
# ---- medicines
AL AR AZ CA CO CT DC FL GA HI IA ID IN KS KY LA MA MD ME MI MN MO MS NC ND NE NJ NM NV NY OH OK PA RI SC SD TN TX UT VA VT WA WI WV WY | exempt | | medicine_prescription | 2018-01-01 | | taxlocus | | medium | the same in a list of 2008
IL | tax.rate | 1 | medicine medicine_prescription | 2018-01-01 | | il-rates | 35 ILCS 120/2-10 | high | not repealed with the grocery rate
CT | exempt | | medicine dietary_supplement | 2015-04-01 | | ct-drugs | C.G.S. 12-412(120) | high |
MN | exempt | | medicine | 2018-01-01 | | mn-exempt | Minn. Stat. 297A.67(7) | high | drugs for people, with or without prescription
TX | exempt | | medicine | 2018-01-01 | | tx-379 | Tax Code 151.313(a)(3) | high | labelled with a Drug Facts panel
VT | exempt | | medicine | 2018-01-01 | | vt-exempt | 32 V.S.A. 9741(2) | medium |
MD NJ NY PA VA | exempt | | medicine | 2018-01-01 | | taxlocus | {otc} | medium | the same in a list of 2008
FL | exempt | | medicine | 2018-01-01 | | taxlocus | s. 212.08(2), F.S. | medium | common household remedies on the state's list
AL AR AZ CA CO GA HI IA ID IN KS KY LA MA ME MI MO MS NC ND NE NM NV OH OK RI SC SD TN UT WA WI WV WY | applies | | medicine | 2018-01-01 | | taxlocus | | medium | without prescription
# ---- hygiene products and goods for babies
AL | exempt+ | | feminine_hygiene diapers | 2025-09-01 | 2028-08-31 | al-baby | HB 152 of 2025 | high | of the state's tax, for three years; localities may follow
AL | exempt | | baby_milk | 2025-09-01 | 2028-08-31 | al-baby | HB 152 of 2025 | high | of the state's tax, for three years; localities may follow
CA | exempt+ | | feminine_hygiene | 2020-01-01 | | ca-menstrual | R&TC 6363.10 | high |
CA | exempt+ | | diapers | 2020-01-01 | | ca-diapers | R&TC 6363.9 | medium | for infants, toddlers and children; the end day of the first law was repealed
CO | exempt+ | | feminine_hygiene diapers | 2023-01-01 | | co-hygiene | C.R.S. 39-26-717 | high | of the state's tax; localities may differ
CT | exempt+ | | feminine_hygiene diapers | 2018-07-01 | | ct-hygiene | P.A. 16-3 | high |
DC | exempt+ | | feminine_hygiene | 2018-10-01 | | dc-hygiene | D.C. Code 47-2005(38) | high |
DC | exempt+ | | diapers | 2019-10-01 | | dc-diapers | D.C. Code 47-2005(39) | high |
FL | exempt | | feminine_hygiene | 2018-01-01 | | taxlocus | s. 212.08(7), F.S. | medium | in force since 2018-01-01
IL | exempt | | feminine_hygiene | 2018-01-01 | | taxlocus | 35 ILCS 120/2-5 | medium |
IN | exempt+ | | diapers | 2022-09-01 | | in-diapers | SB 2 of the 2022 special session | medium | children's
IA | exempt+ | | feminine_hygiene diapers | 2023-01-01 | | ia-hygiene | Iowa Code 423.3 | high |
LA | exempt+ | | feminine_hygiene diapers | 2022-07-01 | | la-hygiene | La. R.S. 47:305.75 | high | from 2025-01-01 of local taxes as well
ME | exempt+ | | feminine_hygiene | 2021-10-01 | | taxlocus | 36 M.R.S. 1760 | low | the start day is not confirmed
ME | applies | | diapers | 2018-01-01 | | taxlocus | | medium | bills of 2023 and 2025 not in force
MD | exempt | | feminine_hygiene | 2018-01-01 | | md-baby | Tax-General 11-211(c) | high |
MD | exempt+ | | diapers | 2022-07-01 | | md-baby | Tax-General 11-211(c) | high |
MD | exempt+ | | child_car_seat | 2022-07-01 | | md-seats | HB 288 of 2022 | high | infant car seats
MA NJ PA | exempt | | feminine_hygiene | 2018-01-01 | | taxlocus | | medium |
MA | exempt | | diapers | 2018-01-01 | | taxlocus | M.G.L. c. 64H, s. 6(k) | medium | as clothing
PA | exempt | | diapers | 2018-01-01 | | pa-list | 61 Pa. Code 53.2 | medium | as wearing apparel
RI | exempt | | diapers | 2018-01-01 | | ri-clothing | 280-RICR-20-70-6.5 | high | as clothing (up to 250 USD a piece)
MI | exempt+ | | feminine_hygiene | 2022-02-03 | | mi-hygiene | P.A. 108 and 109 of 2021 | high |
MN | exempt | | diapers | 2018-01-01 | | mn-diapers | Minn. Stat. 297A.67(8) | high | as clothing
MN | exempt | | feminine_hygiene | 2018-01-01 | | mn-exempt | Minn. Stat. 297A.67(17) | high |
MO | exempt+ | | feminine_hygiene diapers | 2025-08-28 | | mo-hygiene | RSMo 144.029 | high | of state and local taxes
NE | exempt+ | | feminine_hygiene | 2022-10-01 | | ne-hygiene | Neb. Rev. Stat. 77-2704.70 | high |
NE | exempt+ | | diapers | 2027-07-01 | | ne-diapers | LB 937 of 2024 | high scheduled |
NV | exempt+ | | feminine_hygiene | 2019-01-01 | 2028-12-31 | taxlocus | Question 2 of 2018 | medium |
NV | exempt+ | | diapers | 2025-01-01 | 2050-12-31 | nv-diapers | SB 428 of 2023, Question 5 of 2024 | high |
NM | exempt+ | | feminine_hygiene | 2022-07-01 | | taxlocus | HB 163 of 2022 | medium | deduction
NY | exempt | | feminine_hygiene | 2016-09-01 | | ny-hygiene | Tax Law 1115(a)(3-a) | high | of state and local taxes
NY | exempt | | diapers | 2018-01-01 | | ny-diapers | Tax Law 1115(a) | medium | of the state's tax (until 2022-11-30 as clothing below 110 USD); of local taxes from 2022-12-01
ND | exempt+ | | diapers | 2023-07-01 | | nd-diapers | HB 1177 of 2023 | high | children's; those for adults before
OH | exempt+ | | feminine_hygiene | 2020-04-01 | | oh-hygiene | R.C. 5739.02(B) | high |
OH | exempt+ | | diapers child_car_seat | 2023-10-01 | | oh-baby | R.C. 5739.02(B)(60) and (62) | high | children's diapers
RI | exempt+ | | feminine_hygiene | 2019-10-01 | | ri-hygiene | R.I. Gen. Laws 44-18-30 | medium | enacted in June 2019; the start day is not confirmed
SC | exempt+ | | feminine_hygiene | 2024-05-13 | | sc-hygiene | S.C. Code 12-36-2120 | high |
TX | exempt+ | | feminine_hygiene diapers | 2023-09-01 | | tx-379 | Tax Code 151.313 | high |
VA | rate+ | 2.5 | feminine_hygiene diapers | 2020-01-01 | 2022-12-31 | va-2020 | Va. Code 58.1-611.1 | high | 1.5 state and 1 local
VA | tax.rate | 1 | feminine_hygiene diapers | 2023-01-01 | | va-2023 | Va. Code 58.1-611.1 | high | local part alone
VT | exempt+ | | feminine_hygiene | 2022-07-01 | | taxlocus | 32 V.S.A. 9741 | medium | the start day is not confirmed
WA | exempt+ | | feminine_hygiene | 2020-07-01 | | wa-hygiene | ESSB 5147 of 2020 | high |
AZ AR GA HI ID IN KS KY MS NC ND OK SD TN UT WV WI WY | applies | | feminine_hygiene | 2018-01-01 | | taxlocus | | medium |
AZ AR GA HI ID IL KS KY MI MS NC NM OK SC SD TN UT WA WI WV WY | applies | | diapers | 2018-01-01 | | taxlocus | | medium |
# ---- print
NY | exempt | | newspaper | 2018-01-01 | | ny-newspapers | Tax Law 1115(a)(5) | high | newspapers and periodicals, single copies and subscriptions
NY | applies | | book_print | 2018-01-01 | | ny-newspapers | Tax Law 1105(a) | high | textbooks of college students are exempt
IL MA MI OK | exempt | | newspaper | 2018-01-01 | | magazines | | low | newspapers and periodicals, single copies and subscriptions
# ---- delivery whose date was read
KS | tax.shipping | taxable_if_goods_taxable | | 2018-01-01 | 2023-06-30 | ks-delivery | K.S.A. 79-3602 | high |
KS | tax.shipping | exempt_if_stated | | 2023-07-01 | | ks-delivery | HB 2136 of 2022 | high | named as delivery, transmission or transportation, at a reasonable cost
LA | tax.shipping | exempt_if_stated | | 2018-01-01 | 2024-12-31 | la-delivery | LAC 61:I.4301 | low |
LA | tax.shipping | taxable_if_goods_taxable | | 2025-01-01 | | la-delivery | Act 11 of 2024 (3rd Ex. Sess.); RIB 25-025 | high | one charge for a mixed shipment is taxable in full
MI | tax.shipping | taxable_if_goods_taxable | | 2018-01-01 | 2023-04-25 | mi-delivery | MCL 205.51 | high |
MI | tax.shipping | exempt_if_stated | | 2023-04-26 | | mi-delivery | P.A. 20 and 21 of 2023 | high | and shown separately in the seller's books
MO | tax.shipping | exempt_if_stated | | 2017-08-28 | | mo-delivery | RSMo 144.010 (SB 16 of 2017) | high | usual and customary charges
RI | tax.shipping | follows_goods | | 2018-01-01 | | ri-delivery | 280-RICR-20-70-15.5 | high | shared out by price or by weight
# ---- sourcing, rounding
NM | tax.sourcing | origin | | 2018-01-01 | 2021-06-30 | nm-sourcing | | medium |
NM | tax.sourcing | destination | | 2021-07-01 | | nm-sourcing | HB 6 of 2019 | high |
FL | tax.rounding | half-up | | 2021-07-01 | | model-knowledge | s. 212.12(9), F.S. | low | a bracket schedule before
# ---- marketplaces whose test changed
IA | tax.facilitator_threshold | 100000 USD | | 2019-01-01 | 2019-05-02 | taxlocus | Iowa Code 423.14A | medium | or 200 sales a year
IA | tax.facilitator_threshold | 100000 USD | | 2019-05-03 | | taxlocus | Iowa Code 423.14A | medium | the count of sales was dropped
MN | tax.facilitator_threshold | 100000 USD | | 2018-10-01 | 2019-09-30 | mn-facilitator | Minn. Stat. 297A.66 | high | in 10 or more sales, or 100 sales, in 12 months
MN | tax.facilitator_threshold | 100000 USD | | 2019-10-01 | | mn-facilitator | Minn. Stat. 297A.66 | high | or 200 sales in 12 months
WA | tax.facilitator_threshold | 10000 USD | | 2018-01-01 | 2018-09-30 | model-knowledge | RCW 82.08.053 | low | collect, or report the sales
WA | tax.facilitator_threshold | 100000 USD | | 2018-10-01 | 2019-03-13 | model-knowledge | RCW 82.08.053 | low | or 200 sales a year
WA | tax.facilitator_threshold | 100000 USD | | 2019-03-14 | | model-knowledge | RCW 82.08.052 | low | the count of sales was dropped
"""
FOOD_LAW = {
    "AZ": "A.R.S. 42-5102", "CA": "R&TC 6359", "CO": "C.R.S. 39-26-707", "CT": "C.G.S. 12-412(13)", "DC": "D.C. Code 47-2005",
    "FL": "s. 212.08(1), F.S.", "GA": "O.C.G.A. 48-8-3(57)", "IA": "Iowa Code 423.3(57)", "IN": "IC 6-2.5-5-20",
    "KY": "KRS 139.485", "LA": "La. R.S. 47:305", "MA": "M.G.L. c. 64H, s. 6(h)", "MD": "Tax-General 11-206",
    "ME": "36 M.R.S. 1760", "MI": "MCL 205.54g", "MN": "Minn. Stat. 297A.67(2)", "ND": "N.D.C.C. 57-39.2-04",
    "NE": "Neb. Rev. Stat. 77-2704.24", "NJ": "N.J.S.A. 54:32B-8.2", "NM": "NMSA 7-9-92", "NV": "NRS 372.284",
    "NY": "Tax Law 1115(a)(1)", "OH": "R.C. 5739.02(B)(2)", "PA": "72 P.S. 7204(29)", "RI": "R.I. Gen. Laws 44-18-30",
    "SC": "S.C. Code 12-36-2120(75)", "TX": "Tax Code 151.314", "VT": "32 V.S.A. 9741(13)", "WA": "RCW 82.08.0293",
    "WI": "Wis. Stat. 77.54(20n)", "WY": "Wyo. Stat. 39-15-105",
}  # fmt: skip
OTC_LAW = {
    "MD": "Tax-General 11-211", "NJ": "N.J.S.A. 54:32B-8.1", "NY": "Tax Law 1115(a)(3)", "PA": "72 P.S. 7204(17)",
    "VA": "Va. Code 58.1-609.10(14)",
}  # fmt: skip
ORDER = (
    "tax.exists", "tax.name", "tax.rate", "tax.exempt", "tax.general_rate_applies", "tax.exempt_below", "tax.exempt_amount",
    "tax.higher_rate", "tax.higher_rate_above", "tax.name.second", "tax.rate.second", "tax.shipping", "tax.sourcing",
    "tax.rounding", "tax.rounding_level", "tax.price_display", "tax.facilitator", "tax.facilitator_threshold",
    "tax.local_rate.average",
)  # fmt: skip
BLOCKS = {
    "tax.exists": "the tax", "tax.rate": "rates", "tax.exempt": "exemptions",
    "tax.general_rate_applies": "goods classes that bear the general rate", "tax.exempt_below": "rules by the price of one piece",
    "tax.exempt_amount": "rules by the price of one piece", "tax.higher_rate": "rules by the price of one piece",
    "tax.name.second": "municipal part", "tax.shipping": "delivery, place of the rate, rounding, prices",
    "tax.facilitator": "marketplaces", "tax.local_rate.average": "local rates: average, never for charging",
}  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One fact of a state, as it will be written."""

    subject: str
    value: str
    unit: str
    start: str
    end: str
    source: str
    law: str = ""
    confidence: str = "high"
    status: str = ""
    note: str = ""
    classes: tuple[str, ...] = ()


def day_before(day: str) -> str:
    """Return the day before."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def unit_of(subject: str, value: str) -> tuple[str, str]:
    """Return a value of the table and its unit."""
    if value.endswith(" USD"):
        return value.removesuffix(" USD"), "USD"
    if subject in ("tax.rate", "tax.rate.second", "tax.higher_rate"):
        return value, "%"
    return value, "code"


def reviewed() -> Iterator[tuple[str, Fact]]:
    """Yield the facts of the reviewed table, by state."""
    for line in REVIEWED.strip().splitlines():
        if line.startswith("#"):
            continue
        cells = [cell.strip() for cell in line.split(" |")]
        places, subject, value, classes, start, end, source, law, marks, note = (*cells, "")[:10]
        confidence, _, status = marks.partition(" ")
        for short, long in SHORT.items():
            classes = " ".join(long if word == short else word for word in classes.split())
        for state in places.split():
            said = note.replace("{note}", RATE_NOTES.get(state, STATE_ONLY))
            cited = {"{food}": FOOD_LAW, "{otc}": OTC_LAW}.get(law, {}).get(state, law)
            base = Fact("", "", "", start, end, source, cited, confidence, status, said, tuple(sorted(set(classes.split()))))
            yield from ((state, fact) for fact in expanded(base, subject, value))


def expanded(base: Fact, subject: str, value: str) -> Iterator[Fact]:
    """Yield the facts that a row of the table stands for."""
    if subject.endswith("+"):
        before = replace(base, start=FLOOR, end=day_before(base.start), law="", status="", note="")
        yield replace(before, subject="tax.general_rate_applies", value="true", unit="bool")
    if subject == "applies":
        yield replace(base, subject="tax.general_rate_applies", value="true", unit="bool")
    elif subject.startswith("exempt"):
        yield replace(base, subject="tax.rate", value="0", unit="%")
        yield replace(base, subject="tax.exempt", value="true", unit="bool")
    else:
        name = "tax.rate" if subject == "rate+" else subject
        number, unit = unit_of(name, value)
        yield replace(base, subject=name, value=number, unit=unit)


def researched(path: Path) -> Iterator[tuple[str, Fact]]:
    """Yield what the researched rows say that the table does not."""
    done = {(state, fact.subject) for state, fact in reviewed() if not fact.classes}
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        state = row["jurisdiction"].removeprefix("US-")
        if row["subject"].startswith("sales_tax.") and state in NAMES:
            yield from ((state, fact) for fact in converted(row, state) if (state, fact.subject) not in done)


def converted(row: dict[str, str], state: str) -> Iterator[Fact]:
    """Yield the facts of one researched row."""
    value, start = row["value"], row["valid_from"]
    match row["subject"].removeprefix("sales_tax."):
        case "state_rate" if state not in NO_STATE_TAX and start == FLOOR:
            yield Fact("tax.rate", value, "%", start, "", "tf-2026", note=RATE_NOTES.get(state, STATE_ONLY))
        case "shipping.taxability" if value in SHIPPING:
            shared = state in SHARED_DELIVERY
            code = "follows_goods" if shared else SHIPPING[value]
            note = (
                "shared out by price or by weight, as the Streamlined Agreement defines it"
                if shared
                else SHIPPING_NOTES.get(state, "")
            )
            law = row["law"] if not row["law"].startswith("SSUTA") else "SSUTA, Appendix C, delivery charges"
            yield Fact("tax.shipping", code, "code", start, "", "delivery", law, "medium", "observed", note)
        case "sourcing.intrastate":
            note = row["note"].removesuffix(" ; valid_from is the observation date").strip()
            yield Fact("tax.sourcing", value, "code", start, "", "sourcing", "", "medium", "observed", note)
        case "rounding":
            source, law = ("ma-rounding", "M.G.L. c. 64I, s. 5") if state == "MA" else ("ssuta-rounding", "SSUTA s. 324")
            yield Fact("tax.rounding", "half-up", "code", FLOOR, "", source, law, row["confidence"])
            yield Fact(
                "tax.rounding_level", "either", "code", FLOOR, "", source, law, row["confidence"], note="seller's choice"
            )
        case "marketplace_facilitator.effective":
            yield from facilitator(row, state)
        case "marketplace_facilitator.threshold":
            yield from threshold(row, state)
        case "average_local_rate" if not value.startswith("-"):
            yield Fact("tax.local_rate.average", value, "%", start, "", "tf-2025", "", "medium", "observed",
                       "weighted by population, middle of 2025")  # fmt: skip


def facilitator(row: dict[str, str], state: str) -> Iterator[Fact]:
    """Yield whether a marketplace must collect, before and from the day of the law."""
    start, sure = row["valid_from"], row["confidence"]
    notes = {"AK": row["note"], "WA": "until 2019-12-31 it could report the sales instead", "OK": "it could report the sales instead",
             "PA": "from 2018-04-01 it had the choice to collect or to report", "SC": "the statute was made clear on 2019-04-26",
             "VT": "one list says 2019-06-07", "MN": "one list says 2019-10-01", "OH": "law of 2019-08-01",
             "PR": "Act 40-2020, back to this day; regulation from 2021-01-01"}  # fmt: skip
    source = "taxlocus" if state != "PR" else "model-knowledge"
    if start > FLOOR:
        yield Fact("tax.facilitator", "false", "bool", FLOOR, day_before(start), source, "", "medium")
    yield Fact(
        "tax.facilitator", "true", "bool", start, "", source, "", sure if state != "PR" else "low", note=notes.get(state, "")
    )


def threshold(row: dict[str, str], state: str) -> Iterator[Fact]:
    """Yield the yearly sales from which a marketplace must collect; a count of sales stands in the note."""
    start, test = row["valid_from"], row["scope"].partition(";")[0].strip()
    counted = {"or 200 transactions": "or 200 sales", "and more than 100 sales": "and more than 100 sales"}.get(test, "")
    source = "taxlocus" if state != "PR" else "model-knowledge"
    base = Fact("tax.facilitator_threshold", row["value"], "USD", start, "", source, "", "medium" if state != "PR" else "low")
    dropped = COUNT_DROPPED.get(state)
    if dropped:
        yield replace(base, end=day_before(dropped), note="or 200 sales")
        yield replace(base, start=dropped, source="count-dropped", note="the count of sales was dropped")
    else:
        yield replace(base, note=counted)


def common(state: str) -> Iterator[Fact]:
    """Yield what every state has: whether there is a tax, its name, prices without tax."""
    exists, why = NO_STATE_TAX.get(state, ("yes", ""))
    source = "tf-2026" if state != "PR" else "pr-rate"
    yield Fact("tax.exists", exists, "code", FLOOR, "", source, note=why)
    if exists == "no":
        yield Fact("tax.rate", "0", "%", FLOOR, "", source, note=why)
        return
    yield Fact("tax.name", TAX_NAMES.get(state, "sales tax"), "code", FLOOR, "", source)
    if exists == "local_only":
        yield Fact("tax.rate", "0", "%", FLOOR, "", source, note=why)
    yield Fact("tax.price_display", "false", "bool", FLOOR, "", "model-knowledge", "", "low",
               note="custom: the tax is added at the checkout and stated separately")  # fmt: skip


def merged(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts, those that differ only in their goods classes as one, in the order of the file."""
    groups: dict[Fact, set[str]] = {}
    for fact in facts:
        key = replace(fact, classes=("",) if fact.classes else ())
        groups.setdefault(key, set()).update(fact.classes)
    out = [replace(key, classes=tuple(sorted(classes))) for key, classes in groups.items()]
    return sorted(out, key=lambda fact: (ORDER.index(fact.subject), fact.classes, fact.start))


def sources() -> dict[str, list[str]]:
    """Return the sources by id."""
    rows = ([cell.strip() for cell in line.split(" |")] for line in SOURCES.strip().splitlines())
    return {row[0]: row[1:] for row in rows}


def text(state: str, facts: list[Fact]) -> str:
    """Return a state's file."""
    place = state if state == "PR" else f"US-{state}"
    known = sources()
    out = [f'place = "{place}"', f'name = "{NAMES[state]}"', "", "[defaults]", f"verified_on = {VERIFIED}", ""]
    for name in dict.fromkeys(fact.source for fact in facts):
        title, publisher, url, seen, *licence = known[name]
        out += [f"[source.{name}]", f"title = {quoted(title)}", f"publisher = {quoted(publisher)}"]
        out += (
            [f"url = {quoted(url)}"] * bool(url) + [f"seen = {seen}"] + [f"licence = {quoted(one)}" for one in licence] + [""]
        )
    for number, fact in enumerate(facts):
        block = BLOCKS.get(fact.subject)
        if block and (not number or facts[number - 1].subject != fact.subject) and f"# {block}" not in out:
            out.append(f"# {block}")
        out += [*lines(fact, looked_up=known[fact.source][3] == LOOKED_UP and fact.source != "model-knowledge"), ""]
    return "\n".join(out)


def lines(fact: Fact, *, looked_up: bool) -> Iterator[str]:
    """Yield the lines of a fact."""
    yield "[[fact]]"
    yield f'subject = "{fact.subject}"'
    yield f"value = {fact.value}" if fact.unit == "bool" else f"value = {quoted(fact.value)}"
    yield f'unit = "{fact.unit}"'
    yield f"valid_from = {fact.start}"
    if fact.end:
        yield f"valid_to = {fact.end}"
    if fact.classes:
        yield f"scope = {{ goods_class = [{', '.join(map(quoted, fact.classes))}] }}"
    yield f'source = "{fact.source}"'
    if fact.law:
        yield f"law = {quoted(fact.law)}"
    if looked_up:
        yield f"verified_on = {LOOKED_UP}"
    if fact.confidence != "high":
        yield f'confidence = "{fact.confidence}"'
    if fact.status:
        yield f'status = "{fact.status}"'
    if fact.note:
        yield f"note = {quoted(fact.note)}"


def quoted(value: str) -> str:
    """Return a basic string of TOML."""
    return json.dumps(value, ensure_ascii=False)


def main(research: Path, target: Path) -> None:
    """Write the files."""
    by_state: dict[str, list[Fact]] = {state: list(common(state)) for state in NAMES}
    for state, fact in (*reviewed(), *researched(research / "us" / "facts.jsonl")):
        by_state[state].append(fact)
    for state, facts in by_state.items():
        name = "PR" if state == "PR" else f"US-{state}"
        (target / f"{name}.toml").write_text(text(state, merged(facts)), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
