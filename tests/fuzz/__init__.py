"""The API tried with everything that its description allows, and with what it doesn't.

``python -m fuzz`` starts a real server whose units of work make nothing, and lets schemathesis
send it every operation's requests (``schemathesis.toml`` says which checks are left out, and why).
"""
