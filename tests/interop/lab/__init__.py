"""What the laboratories share: certificates, signed DNS, processes, XMPP clients, counting.

Everything listens on loopback, everything written lies in one temporary directory, and everything started
is stopped by its process id when the laboratory ends, however it ends.
"""
