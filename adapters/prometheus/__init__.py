"""Figures for Prometheus, over every process that shares a folder."""

from adapters.prometheus.exposition import CONTENT_TYPE, expose
from adapters.prometheus.listener import MetricsListener
from adapters.prometheus.meters import Meters

__all__ = ["CONTENT_TYPE", "Meters", "MetricsListener", "expose"]
