"""Providers: services of others that a port may be served by, in an order that the operator sets.

failures   how a call fails, and what that means for whoever comes next
answers    what an HTTP answer says about whoever gave it
exchange   asking over HTTP
circuits   who isn't asked for a while
chain      asks one provider after the other
spending   what a purchase is, and what a purse promises
prices     what things cost
till       what is behind a purse: prices, caps, and that each call is paid once
book       where paid calls are written down
"""
