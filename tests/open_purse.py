"""A purse without a bottom, for tests of adapters."""

from domain.providers.spending import Purchase, Send


class OpenPurse:
    """Implements ``Purse``: sends, keeps what was bought, and replays nothing."""

    def __init__(self) -> None:
        self.bought: list[Purchase] = []

    async def buy(self, purchase: Purchase, send: Send) -> bytes:
        self.bought.append(purchase)
        sold = await send(f"key-{len(self.bought)}")
        return sold.answer
