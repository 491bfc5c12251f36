"""What the engines, the sentinel and the operator read about mining: block rows, won seals and hash rate by partner."""
