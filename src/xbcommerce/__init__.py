"""Cross-border e-commerce by the rules: landed cost, taxes, customs, offline and cited."""

__version__ = "0.1.0"
