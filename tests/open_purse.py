"""A purse for tests: it sends whatever is bought, and remembers what that was."""

from domain.providers.errand import Errand
from domain.providers.spending import Purchase, Send, Sold


class OpenPurse:
    """Sends at once; nothing is kept, nothing is counted but for the test to see."""

    def __init__(self) -> None:
        self.bought: list[Purchase] = []
        self.sold: list[Sold] = []

    async def buy(self, purchase: Purchase, send: Send) -> bytes:
        """What ``send`` brings."""
        self.bought.append(purchase)
        sold = await send(f"purchase-{len(self.bought)}")
        self.sold.append(sold)
        return sold.answer


def paid() -> Errand:
    """An errand that can buy anything."""
    return Errand(purse=OpenPurse())
