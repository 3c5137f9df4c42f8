"""The pages: layout only. Each file holds one page's `show(frame)`; what all share is in `parts`.

Streamlit takes a folder of this name for pages of its own until `st.navigation` has been called
once. So each file, where it is run itself, hands over to the dashboard: the first visitor of a
fresh server may come by a link to any page.
"""
