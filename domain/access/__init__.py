"""Access: who may ask for what. Keys of accounts, and the scopes that each of them has."""

from domain.access.model import Key, NewKey, Scope, StoredKey
from domain.access.ports import KeyStore
from domain.access.service import Keys, MadeKey, key_id_in

__all__ = ["Key", "KeyStore", "Keys", "MadeKey", "NewKey", "Scope", "StoredKey", "key_id_in"]
