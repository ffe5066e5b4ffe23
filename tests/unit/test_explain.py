from datetime import date

from xbcommerce.explain import Citation, Explanation, FactUsed, Step
from xbcommerce.money import Money

EXPLANATION = Explanation(
    title="A <b>title</b>",
    steps=(
        Step(
            bill="entry", id="duty", kind="duty", amount=Money("3", "EUR"), text="3 EUR | per item <script>", rule="entry/EU/2026-07-01",
            facts=(FactUsed(id="customs.flat_duty/EU/2026-07-01", value="3 EUR", law="art. 1", citation=Citation(title="Reg"), verified_on=date(2026, 11, 22)),),
        ),
        Step(bill="entry", id="vat", kind="tax", text="nothing", rule="entry/EU/2026-07-01"),
    ),
    assumptions=("none",),
    warnings=("a <warning>",),
    rulebook="rulebook 2026.11.1",
)  # fmt: skip


def test_text_names_figure_rule_source_and_day() -> None:
    text = EXPLANATION.to_text()
    for part in (
        "duty",
        "3.00 EUR",
        "customs.flat_duty/EU/2026-07-01",
        "art. 1",
        "Reg",
        "verified 2026-11-22",
        "Assumed:",
        "a <warning>",
    ):
        assert part in text
    assert str(EXPLANATION) == text


def test_html_and_markdown_escape_what_comes_from_outside() -> None:
    assert "<script>" not in EXPLANATION.to_html()
    assert "<script>" not in EXPLANATION.to_markdown()
    assert "\\|" in EXPLANATION.to_markdown()
    assert "&lt;b&gt;" in EXPLANATION._repr_html_()


def test_survives_json() -> None:
    assert Explanation.model_validate_json(EXPLANATION.model_dump_json()) == EXPLANATION
