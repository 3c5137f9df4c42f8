"""The pages that show more than their entry in the pagebook says: a file each, with its `show(frame)`.

They are no files of `pages` itself, which Streamlit would run as scripts of their own: the first
visitor of a fresh server may come by a link to any page.
"""
