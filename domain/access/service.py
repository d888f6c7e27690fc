"""The use cases of keys: make one, check one, list them, revoke one.

A key is ``fk_<id>_<secret>``. The id finds its row; the secret is shown once and kept nowhere,
only its SHA-256 is. A plain, fast hash is the right one here: slow and salted ones (bcrypt,
Argon2) make up for secrets that people choose and that can be guessed. This one is 256 random
bits, so that nobody finds it from its hash by trying, and a check costs microseconds.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Sequence

import msgspec

from domain.access.model import Key, NewKey, Scope, StoredKey
from domain.access.ports import KeyStore
from domain.errors import FieldError, InvalidRequest, KeyInvalid, ServiceUnavailable
from domain.once import Once, telling

ID_BYTES = 8
SECRET_BYTES = 32
TOKEN = re.compile(r"fk_([0-9a-f]{16})_([0-9a-f]{64})")
ACCOUNT = re.compile(r"[A-Za-z0-9._-]{1,64}")
NAME_CHARACTERS = 100

LONGEST_SECONDS = 100 * 365 * 86_400.0
"""beyond which databases count differently, if at all"""

TRUST_SECONDS = 1.0
"""for which a key that was looked up isn't looked up again: so long it may outlive its revocation
by another process"""

NOTE_SECONDS = 60.0
"""between two notes of a key's use: a note is a write, and a check must not be one"""

NOBODYS_HASH = bytes(32)
"""which the secret of a key that isn't there is compared with, so that it takes as long"""


class MadeKey(msgspec.Struct, frozen=True):
    """A new key, and the only time that it's whole."""

    key: Key
    token: str


class Keys:
    """Makes and checks keys."""

    def __init__(
        self, store: KeyStore, *, draw: Callable[[int], str], clock: Callable[[], float]
    ) -> None:
        """``draw``: so many random bytes in hexadecimal; ``clock``: seconds that never go back."""
        self._store = store
        self._draw = draw
        self._clock = clock
        self._known: dict[str, tuple[float, StoredKey]] = {}
        self._noted: dict[str, float] = {}

    async def create(
        self,
        account_id: str,
        name: str,
        scopes: Sequence[Scope],
        *,
        lifetime_seconds: float | None = None,
        once: Once[MadeKey] | None = None,
    ) -> MadeKey:
        """Make a key.

        Raises:
            InvalidRequest: names what is wrong with the name, the scopes or the account.
            AnsweredBefore, IdempotencyKeyReused: only with ``once``.
        """
        new, token = self._new(account_id, name, scopes, lifetime_seconds)
        kept: Once[Key] | None = telling(once, lambda key: MadeKey(key, token))
        return MadeKey(await self._store.add(new, kept), token)

    async def create_first(
        self, account_id: str, name: str, scopes: Sequence[Scope]
    ) -> MadeKey | None:
        """Make a key if there has never been one, of any account."""
        new, token = self._new(account_id, name, scopes, None)
        key = await self._store.add_first(new)
        return None if key is None else MadeKey(key, token)

    async def check(self, token: str) -> Key:
        """The key that ``token`` is.

        Raises:
            KeyInvalid: it's none of this installation's, was revoked, or has expired.
        """
        parts = TOKEN.fullmatch(token)
        if parts is None:
            raise KeyInvalid("That isn't a key; keys look like fk_<id>_<secret>.")
        key_id, secret = parts.groups()
        stored = await self._find(key_id)
        expected = NOBODYS_HASH if stored is None else stored.secret_hash
        is_right = hmac.compare_digest(expected, hash_of(secret))
        if stored is None or not is_right:
            raise KeyInvalid("This key is none of this server's.")
        if (refusal := _refusal(stored)) is not None:
            raise refusal
        return stored.key

    async def is_good(self, key: Key | None) -> bool:
        """Whether a key that was checked before would be taken again; so is None, no key.

        While the store can't be asked, it's taken.
        """
        if key is None:
            return True
        try:
            stored = await self._find(key.id)
        except ServiceUnavailable:
            return True
        return stored is not None and _refusal(stored) is None

    async def note_use(self, key: Key) -> None:
        """Note that a key was used, if that wasn't noted within the last minute."""
        now = self._clock()
        if now - self._noted.get(key.id, now - NOTE_SECONDS) < NOTE_SECONDS:
            return
        self._noted[key.id] = now  # before it's written: a store that is down isn't asked each time
        await self._store.note_use(key.id)

    async def listing(self, account_id: str | None = None) -> list[Key]:
        """Every key of an account (None: of all of them), newest first."""
        return await self._store.listing(account_id)

    async def revoke(self, key_id: str, account_id: str | None = None) -> Key:
        """Make a key useless for ever.

        Raises:
            KeyNotFound
        """
        revoked = await self._store.revoke(key_id, account_id)
        self._known.pop(key_id, None)
        return revoked

    async def _find(self, key_id: str) -> StoredKey | None:
        now = self._clock()
        until, known = self._known.get(key_id, (now, None))
        if known is not None and now < until:
            return known
        stored = await self._store.find(key_id)
        if stored is None:
            self._known.pop(key_id, None)
            return None
        left = stored.seconds_left
        trusted = TRUST_SECONDS if left is None or left <= 0 else min(TRUST_SECONDS, left)
        self._known[key_id] = (now + trusted, stored)
        return stored

    def _new(
        self,
        account_id: str,
        name: str,
        scopes: Sequence[Scope],
        lifetime_seconds: float | None,
    ) -> tuple[NewKey, str]:
        name = " ".join(name.split())
        if wrong := _wrong_fields(account_id, name, scopes, lifetime_seconds):
            raise InvalidRequest(wrong)
        key_id, secret = self._draw(ID_BYTES), self._draw(SECRET_BYTES)
        new = NewKey(
            id=key_id,
            account_id=account_id,
            name=name,
            scopes=[scope for scope in Scope if scope in scopes],
            secret_hash=hash_of(secret),
            lifetime_seconds=lifetime_seconds,
        )
        return new, f"fk_{key_id}_{secret}"


def hash_of(secret: str) -> bytes:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def _refusal(stored: StoredKey) -> KeyInvalid | None:
    if stored.key.revoked_at is not None:
        return KeyInvalid(f"The key {stored.key.id} was revoked.")
    if stored.seconds_left is not None and stored.seconds_left <= 0:
        return KeyInvalid(f"The key {stored.key.id} has expired.")
    return None


def key_id_in(text: str) -> str:
    """The id in ``text``, which may be a whole key."""
    parts = TOKEN.fullmatch(text)
    return text if parts is None else parts[1]


def _wrong_fields(
    account_id: str, name: str, scopes: Sequence[Scope], lifetime_seconds: float | None
) -> list[FieldError]:
    wrong = []
    if not 0 < len(name) <= NAME_CHARACTERS or not name.isprintable():
        message = f"must have 1 to {NAME_CHARACTERS} printable characters"
        hint = "Name what uses the key, such as `laptop`."
        wrong.append(FieldError("/name", message, "invalid", hint))
    if not scopes:
        hint = f"Take some of {', '.join(Scope)}."
        wrong.append(FieldError("/scopes", "must name at least one scope", "missing", hint))
    if not ACCOUNT.fullmatch(account_id):
        message = "must have 1 to 64 letters, figures, dots, hyphens or underscores"
        wrong.append(FieldError("/account", message, "invalid", "Take a name such as `studio`."))
    if lifetime_seconds is not None and not 0 < lifetime_seconds <= LONGEST_SECONDS:
        message = "must lie in the future, and within a hundred years"
        hint = "Leave it out for a key that doesn't expire."
        wrong.append(FieldError("/expires_days", message, "invalid", hint))
    return wrong
