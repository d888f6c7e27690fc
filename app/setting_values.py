"""What values of settings are made of: lists between commas, and addresses."""

from urllib.parse import urlsplit


def parts_of(setting: str) -> list[str]:
    """What stands between the commas of a setting."""
    return [part for text in setting.split(",") if (part := text.strip())]


def is_plain_address(url: str) -> bool:
    """Whether it's an address on the web that says where a server is, and nothing else."""
    try:
        parts = urlsplit(url)
        return (
            parts.scheme in ("http", "https")
            and bool(parts.hostname)
            and parts.port != 0
            and not (parts.username or parts.password or parts.query or parts.fragment)
        )
    except ValueError:  # a port that is no number
        return False
