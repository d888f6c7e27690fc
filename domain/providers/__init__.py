"""Providers: services of others that a port may be served by, in an order that the operator sets.

failures   how a call fails, and what that means for whoever comes next
answers    what an HTTP answer says about whoever gave it
circuits   who isn't asked for a while
chain      asks one provider after the other
spending   what a call may cost, and that it's paid once
prices     what things cost
"""
