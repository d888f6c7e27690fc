"""Documents in MongoDB."""

from adapters.mongo.document_store import MongoDocumentStore

__all__ = ["MongoDocumentStore"]
