"""The programs the demo is made of; each runs alone, too: ``python -m medixain.demo.programs.chain --data DIR``."""
