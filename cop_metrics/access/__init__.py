"""What a viewer looks at and may see: the scope, and the small groups that no number may tell of."""
