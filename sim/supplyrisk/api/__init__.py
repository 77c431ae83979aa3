"""What programs and notebooks use; `supplyrisk` itself offers it by name."""
