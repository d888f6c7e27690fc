"""Routes that only read: GET, and HEAD, which is answered alike but for the body."""

from functools import partial

from litestar import HttpMethod, route

READ = [HttpMethod.GET, HttpMethod.HEAD]

read = partial(route, http_method=READ)
"""in the place of ``get``, for all but streams, whose headers say nothing that is worth asking"""
