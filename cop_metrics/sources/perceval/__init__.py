"""Perceval's items, from any of the services that it fetches from: `items` is the source, `chats` and
`issues` are what it reads of them.
"""
