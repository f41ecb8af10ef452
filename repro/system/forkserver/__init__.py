"""A server that forks: it has imported what commands need, and a command that it carries out starts in a tenth of a second.

`likeness` says what a process must have in common with the server, `messages` what is sent, `client` asks, `server` answers and
`child` carries out. Whatever stands in the way, the command runs in a process of its own as if there were no server.
"""
