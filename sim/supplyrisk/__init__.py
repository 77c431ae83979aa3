"""supplyrisk: who goes short, when, and at what price, when a critical mineral is squeezed."""

__version__ = "0.1.0"
