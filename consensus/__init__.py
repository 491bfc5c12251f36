"""The consensus client: sealing rules, mining, finality, and the execution clients it drives."""
