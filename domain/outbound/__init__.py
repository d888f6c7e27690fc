"""Requests to addresses that users name: which may be sent, and the port that sends them."""

from domain.outbound.addresses import forbidden_because, real_address
from domain.outbound.ports import Answer, Fetched, Resolver, SourceClient, WebClient
from domain.outbound.urls import Allowance, SourceRules, UrlRules, WebUrl, read_allowance

__all__ = [
    "Allowance",
    "Answer",
    "Fetched",
    "Resolver",
    "SourceClient",
    "SourceRules",
    "UrlRules",
    "WebClient",
    "WebUrl",
    "forbidden_because",
    "read_allowance",
    "real_address",
]
