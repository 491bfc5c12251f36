#!/usr/bin/env python3
"""Django's command line; the profile (demo, test, production) comes from MEDIXAIN_PROFILE."""

import sys

from django.core.management import execute_from_command_line

from medixain.env import select_settings

if __name__ == "__main__":
    select_settings()
    execute_from_command_line(sys.argv)
