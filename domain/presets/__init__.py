"""Presets: named partial requests, kept by an account to be taken as defaults."""

from domain.presets.model import NAME, PartialBrief, Preset, is_name
from domain.presets.ports import PresetStore
from domain.presets.service import Presets

__all__ = ["NAME", "PartialBrief", "Preset", "PresetStore", "Presets", "is_name"]
