"""medixain: a layered medical wallet whose owner alone opens and shares it."""
