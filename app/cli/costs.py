"""``faceless costs``: what was spent on calls to paid providers."""

from typing import Any

import click

from app.cli.endings import EXIT_CODES
from app.cli.session import Session, connects
from app.cli.tables import print_facts, print_table


@click.command(epilog=EXIT_CODES)
@click.option("--month", help="A calendar month such as 2026-11; the current one by default.")
@connects
def costs(session: Session, month: str | None) -> None:
    """Show what was spent in a month, by provider and model."""
    params = {} if month is None else {"month": month}
    answer = session.run(
        lambda api: api.ask("GET", "/api/costs", params=params), options={"/month": "--month"}
    )
    if session.as_json:
        click.echo(answer.raw)
        return
    told = answer.body
    print_table(
        ("PROVIDER", "MODEL", "SERVICE", "CALLS", "USD", ""),
        [
            (
                line["provider"],
                line["model"],
                line["service"],
                str(line["calls"]),
                dollars(line["usd"]),
                _remarks(line),
            )
            for line in told["items"]
        ],
    )
    print_facts(
        [
            ("month", told["month"]),
            ("spent", _amount(told["spent_usd"])),
            ("of it reserved", _amount(told["reserved_usd"] or None)),
            ("of it uncertain", _amount(told["uncertain_usd"] or None)),
            ("cap", _amount(told["cap_usd"])),
            ("prices", f"as of {told['prices_as_of']}" if told["prices_as_of"] else None),
        ]
    )


def dollars(usd: float) -> str:
    """An amount to the hundredth of a cent."""
    return f"{usd:.4f}"


def _amount(usd: float | None) -> str | None:
    return None if usd is None else f"{dollars(usd)} USD"


def _remarks(line: dict[str, Any]) -> str:
    remarks = []
    if line["uncertain_calls"]:
        remarks.append(f"{line['uncertain_calls']} uncertain")
    if line["assumed_usd"]:
        remarks.append("price assumed")
    return ", ".join(remarks)
