"""The sample community: a company that was made up, with the stories that its pages reveal."""
