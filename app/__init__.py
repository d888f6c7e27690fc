"""The application: the only place that knows everything, and wires it together."""
